package dev.lading.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentsTest {
    private static final String HEX = Digest.of(new byte[0]).hex();
    private static final String ENTRY =
            "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:" + HEX
                    + "\",\"size\":0,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"},\"x-own\":[1.10,1e2]}";
    private static final String INDEX = "{ \"schemaVersion\": 2,\n \"manifests\": [" + ENTRY
            + "], \"x-unknown\": {\"n\": 1.10, \"e\": 1e2, \"t\": \"\\u00e9\\/\"}}";

    private static ImageIndex index(String text) {
        return ImageIndex.read(text.getBytes(UTF_8), MediaType.OCI_INDEX);
    }

    @Test
    void a_document_gives_back_the_bytes_it_was_read_from() {
        assertThat(index(INDEX).bytes()).isEqualTo(INDEX.getBytes(UTF_8));
    }

    @Test
    void an_edit_keeps_what_it_does_not_know() {
        String edited = new String(index(INDEX).withAnnotation("a", "b").bytes(), UTF_8);
        assertThat(edited).isEqualTo(INDEX.substring(0, INDEX.length() - 1) + ", \"annotations\": {\"a\":\"b\"}}");
        assertThat(index(edited).manifests()).isEqualTo(index(INDEX).manifests());
    }

    @Test
    void a_descriptor_keeps_unknown_members_on_its_way_into_another_index() {
        ImageIndex other =
                ImageIndex.of(List.of()).append(index(INDEX).manifests().get(0));
        assertThat(new String(other.bytes(), UTF_8)).contains("\"x-own\":[1.10,");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"schemaVersion\":1,\"manifests\":[]}",
                "{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}",
                "{\"schemaVersion\":2,\"manifests\":[]} ,",
                "{\"schemaVersion\":2,\"manifests\":[]}{}",
                "{\"schemaVersion\":2,\"manifests\":{}}",
                "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}",
                "{\"schemaVersion\":2,\"manifests\":[],\"config\":{}}",
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"manifests\":[]}",
                "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"a/b\",\"size\":1}]}",
                "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"a/b\",\"digest\":\"sha256:00\",\"size\":1}]}",
                "\uFEFF{\"schemaVersion\":2,\"manifests\":[]}",
                "{'schemaVersion':2}",
                "{\"schemaVersion\":2,/* no */\"manifests\":[]}",
            })
    void an_index_that_breaks_a_rule_is_refused(String text) {
        assertThatThrownBy(() -> index(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("image index");
    }

    @Test
    void negative_sizes_and_sizes_beyond_64_bits_are_refused() {
        for (String size : List.of("-1", "9223372036854775808", "1.5", "\"1\"")) {
            String text = INDEX.replace("\"size\":0", "\"size\":" + size);
            assertThatThrownBy(() -> index(text)).as(size).isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void invalid_utf_8_is_refused() {
        byte[] bytes = "{\"schemaVersion\":2,\"manifests\":[],\"x\":\"?\"}".getBytes(UTF_8);
        bytes[bytes.length - 3] = (byte) 0xff;
        assertThatThrownBy(() -> ImageIndex.read(bytes, MediaType.OCI_INDEX))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void a_hundred_thousand_brackets_are_refused_at_once() {
        String deep = "{\"schemaVersion\":2,\"x\":" + "[".repeat(100_000);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatThrownBy(() -> index(deep)).isInstanceOf(InvalidInputException.class));
        String allowed = "{\"schemaVersion\":2,\"manifests\":[],\"x\":" + "[".repeat(63) + "]".repeat(63) + "}";
        assertThat(index(allowed).manifests()).isEmpty();
        String tooDeep = "{\"schemaVersion\":2,\"manifests\":[],\"x\":" + "[".repeat(64) + "]".repeat(64) + "}";
        assertThatThrownBy(() -> index(tooDeep)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void four_mebibytes_are_taken_and_one_byte_more_is_not() {
        String start = "{\"schemaVersion\":2,\"manifests\":[],\"x\":\"";
        String full = start + "a".repeat(Manifest.MAX_BYTES - start.length() - 2) + "\"}";
        assertThat(index(full).manifests()).isEmpty();
        assertThatThrownBy(() -> index(full + " "))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(String.valueOf(Manifest.MAX_BYTES));
    }

    @Test
    void schema_1_is_refused_by_name() {
        assertThatThrownBy(() -> Manifest.read("{}".getBytes(UTF_8), MediaType.DOCKER_SCHEMA1_SIGNED))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("schema 1");
    }

    @Test
    void selecting_a_platform_that_is_not_there_lists_what_is() {
        assertThat(index(INDEX).select(Platform.LINUX_AMD64).digest().hex()).isEqualTo(HEX);
        assertThatThrownBy(() -> index(INDEX).select(Platform.LINUX_ARM64))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("linux/arm64")
                .hasMessageContaining("linux/amd64");
    }

    @Test
    void a_manifest_is_made_edited_and_read_again() {
        Descriptor config = Descriptor.of(MediaType.OCI_CONFIG, Digest.of(new byte[] {1}), 1);
        Descriptor layer = Descriptor.of(MediaType.OCI_LAYER, Digest.of(new byte[] {2}), 1);
        ImageManifest manifest =
                ImageManifest.of(config, List.of()).append(layer).withAnnotation("k", "v");
        ImageManifest again = ImageManifest.read(manifest.bytes(), MediaType.OCI_MANIFEST);
        assertThat(again).isEqualTo(manifest);
        assertThat(again.config()).isEqualTo(config);
        assertThat(again.layers()).containsExactly(layer);
        assertThat(again.annotations()).containsEntry("k", "v");
    }

    @Test
    void a_config_says_how_its_image_runs() {
        Digest diffId = Digest.of(new byte[] {3});
        History line = new History(Optional.of(Instant.EPOCH), Optional.of("made"), Optional.empty(), false);
        ImageConfig config = ImageConfig.create(Platform.LINUX_ARM_V7)
                .withEntrypoint(List.of("/a", "b"))
                .withEnvironment("A", "1")
                .withEnvironment("B", "2")
                .withEnvironment("A", "3")
                .withUser("10001")
                .withWorkingDirectory("/w")
                .withLabel("l", "m")
                .withCreated(Instant.EPOCH)
                .append(diffId, line);
        ImageConfig again = ImageConfig.read(config.bytes());
        assertThat(again.platform()).isEqualTo(Platform.LINUX_ARM_V7);
        assertThat(again.entrypoint()).containsExactly("/a", "b");
        assertThat(again.environment()).containsExactly("A=3", "B=2");
        assertThat(again.user()).contains("10001");
        assertThat(again.workingDirectory()).contains("/w");
        assertThat(again.labels()).containsEntry("l", "m");
        assertThat(again.created()).contains(Instant.EPOCH);
        assertThat(again.rootFs().diffIds()).containsExactly(diffId);
        assertThat(again.history()).containsExactly(line);
    }

    @Test
    void a_config_whose_time_is_none_is_refused_when_it_is_read() {
        for (String time : List.of("5", "\"yesterday\"")) {
            String text = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"created\":" + time + "}";
            assertThatThrownBy(() -> ImageConfig.read(text.getBytes(UTF_8)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("created");
        }
    }

    @Test
    void an_edited_config_keeps_what_it_does_not_know() {
        String text = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"x\":{\"y\":1.10},"
                + "\"config\":{\"Healthcheck\":{\"Test\":[\"NONE\"]}},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}";
        String edited =
                new String(ImageConfig.read(text.getBytes(UTF_8)).withUser("1").bytes(), UTF_8);
        assertThat(edited).isEqualTo(text.replace("\"NONE\"]}}", "\"NONE\"]},\"User\":\"1\"}"));
    }
}
