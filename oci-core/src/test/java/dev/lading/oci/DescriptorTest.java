package dev.lading.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptorTest {
    private static final byte[] CONTENT = "some content".getBytes(UTF_8);
    private static final Descriptor PLAIN = Descriptor.of(new MediaType("a/b"), Digest.of(CONTENT), CONTENT.length);

    private static String withData(Descriptor descriptor, String base64) {
        String text = new String(descriptor.bytes(), UTF_8);
        return text.substring(0, text.length() - 1) + ",\"data\":\"" + base64 + "\"}";
    }

    @ParameterizedTest
    @EnumSource(Digest.Algorithm.class)
    void inline_data_is_carried_and_verified(Digest.Algorithm algorithm) {
        Descriptor descriptor = Descriptor.of(new MediaType("a/b"), Digest.of(algorithm, CONTENT), CONTENT.length)
                .withData(CONTENT);
        Descriptor read = Descriptor.read(descriptor.bytes());
        assertThat(read).isEqualTo(descriptor);
        assertThat(read.data()).hasValueSatisfying(data -> assertThat(data).isEqualTo(CONTENT));
    }

    @Test
    void inline_data_with_one_bit_turned_anywhere_is_refused() {
        for (int at : List.of(0, CONTENT.length / 2, CONTENT.length - 1)) {
            byte[] turned = CONTENT.clone();
            turned[at] ^= 1;
            assertThatThrownBy(() -> PLAIN.withData(turned)).isInstanceOf(ContentMismatchException.class);
            String text = withData(PLAIN, Base64.getEncoder().encodeToString(turned));
            assertThatThrownBy(() -> Descriptor.read(text.getBytes(UTF_8)))
                    .isInstanceOf(ContentMismatchException.class)
                    .hasMessageContaining("inline data has the digest");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c29tZSBjb250ZW5",
                "c29tZSBjb250ZW50IQ==",
                "c29t",
                "c29tZSBjb250ZW\\n0",
                "c29tZSBjb250ZW50AAAA",
                "*29tZSBjb250ZW50"
            })
    void inline_data_of_another_length_or_alphabet_is_refused(String base64) {
        assertThatThrownBy(() -> Descriptor.read(withData(PLAIN, base64).getBytes(UTF_8)))
                .isInstanceOfAny(ContentMismatchException.class, InvalidInputException.class);
    }

    @Test
    void empty_inline_data_is_none_as_go_writes_it() {
        assertThat(Descriptor.read(withData(PLAIN, "").getBytes(UTF_8)).data()).isEmpty();
    }

    @Test
    void a_lie_inline_refuses_the_document_it_stands_in() {
        String index = "{\"schemaVersion\":2,\"manifests\":[" + withData(PLAIN, "c29tZSBjb250ZW5U") + "]}";
        assertThatThrownBy(() -> ImageIndex.read(index.getBytes(UTF_8), MediaType.OCI_INDEX))
                .isInstanceOf(ContentMismatchException.class);
    }

    @Test
    void the_empty_descriptor_is_the_specifications() {
        assertThat(Descriptor.EMPTY.digest())
                .hasToString("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        assertThat(Descriptor.EMPTY.size()).isEqualTo(2);
        assertThat(Descriptor.EMPTY.mediaType()).hasToString("application/vnd.oci.empty.v1+json");
        assertThat(Descriptor.EMPTY.data())
                .hasValueSatisfying(d -> assertThat(d).isEqualTo(new byte[] {'{', '}'}));
        assertThat(new String(Descriptor.EMPTY.bytes(), UTF_8)).contains("\"data\":\"e30=\"");
    }

    @Test
    void every_member_survives_writing_and_reading() {
        Descriptor descriptor = PLAIN.withPlatform(Platform.LINUX_ARM_V7)
                .withAnnotation("a", "1")
                .withAnnotation("b", "2")
                .withoutAnnotation("a")
                .withArtifactType(new MediaType("c/d"))
                .withUrls(List.of("https://example.com/x"))
                .withData(CONTENT);
        Descriptor read = Descriptor.read(descriptor.bytes());
        assertThat(read).isEqualTo(descriptor).hasSameHashCodeAs(descriptor);
        assertThat(read.annotations()).containsOnlyKeys("b");
        assertThat(read.urls()).containsExactly("https://example.com/x");
        assertThat(read.artifactType()).contains(new MediaType("c/d"));
    }

    @Test
    void unknown_members_stay_as_they_were_written_when_a_descriptor_is_changed() {
        String text = "{\"x\" : [ 1.10, \"\\u00e9\" ], \"mediaType\":\"a/b\",\"digest\":\"" + PLAIN.digest()
                + "\",\"size\":12}";
        Descriptor changed = Descriptor.read(text.getBytes(UTF_8)).withAnnotation("k", "v");
        assertThat(new String(changed.bytes(), UTF_8))
                .endsWith(",\"annotations\":{\"k\":\"v\"},\"x\":[ 1.10, \"\\u00e9\" ]}");
        assertThat(changed.withContent(new MediaType("e/f"), Digest.of(new byte[0]), 0)
                        .annotations())
                .containsEntry("k", "v");
    }

    @Test
    void other_content_drops_what_was_the_old_contents() {
        Descriptor other = PLAIN.withData(CONTENT)
                .withUrls(List.of("https://example.com"))
                .withContent(new MediaType("a/b"), Digest.of(new byte[0]), 0);
        assertThat(other.data()).isEmpty();
        assertThat(other.urls()).isEmpty();
    }
}
