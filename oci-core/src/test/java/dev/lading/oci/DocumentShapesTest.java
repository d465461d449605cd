package dev.lading.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a document is: the descriptor's word, and a body that could be understood in no other way (CVE-2021-41190). */
class DocumentShapesTest {
    private static final Digest DIGEST = Digest.of(new byte[] {'x'});
    private static final String CONFIG =
            "\"config\":{\"mediaType\":\"" + MediaType.OCI_CONFIG + "\",\"digest\":\"" + DIGEST + "\",\"size\":1}";
    private static final List<MediaType> TYPES = List.of(
            MediaType.OCI_MANIFEST, MediaType.DOCKER_MANIFEST, MediaType.OCI_INDEX, MediaType.DOCKER_MANIFEST_LIST);

    private static byte[] document(String members) {
        return ("{\"schemaVersion\":2" + (members.isEmpty() ? "" : ",") + members + "}").getBytes(UTF_8);
    }

    private static byte[] documentOfType(MediaType own, String members) {
        return document("\"mediaType\":\"" + own + "\"," + members);
    }

    @Test
    void a_body_that_says_another_type_than_its_descriptor_is_refused() {
        List<String> taken = new ArrayList<>();
        for (MediaType announced : TYPES) {
            for (MediaType own : TYPES) {
                String members = own.isIndex() ? "\"manifests\":[]" : CONFIG + ",\"layers\":[]";
                byte[] bytes = documentOfType(own, members);
                if (announced.equals(own)) {
                    assertThat(Manifest.read(bytes, announced).mediaType()).isEqualTo(own);
                    taken.add(own.value());
                } else {
                    assertThatThrownBy(() -> Manifest.read(bytes, announced))
                            .isInstanceOf(InvalidInputException.class)
                            .hasMessageContaining(announced.value())
                            .hasMessageContaining(own.value());
                }
            }
        }
        assertThat(taken).hasSize(TYPES.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"layers\":[]",
                "\"config\":{}",
                "\"Layers\":[]",
                "\"CONFIG\":null",
                "\"fsLayers\":[]",
                "\"layer\u017f\":[]"
            })
    void an_index_with_a_member_of_a_manifest_is_refused(String member) {
        for (String members : List.of(member, "\"manifests\":[]," + member, member + ",\"manifests\":[]")) {
            assertThatThrownBy(() -> Manifest.read(document(members), MediaType.OCI_INDEX))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("can be read as a manifest as well");
            assertThatThrownBy(() -> Manifest.read(document(members), MediaType.DOCKER_MANIFEST_LIST))
                    .isInstanceOf(InvalidInputException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"manifests\":[]", "\"manifests\":null", "\"Manifests\":[]", "\"fsLayers\":[]"})
    void a_manifest_with_a_member_of_another_kind_is_refused(String member) {
        for (MediaType type : List.of(MediaType.OCI_MANIFEST, MediaType.DOCKER_MANIFEST)) {
            assertThatThrownBy(() -> Manifest.read(document(CONFIG + "," + member), type))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("can be read as another kind as well");
        }
    }

    @Test
    void keys_in_other_letters_are_unknown_members() {
        ImageIndex index = ImageIndex.read(
                document("\"MANIFESTS_\":1,\"Annotations\":{\"a\":\"b\"},\"manifests\":[]"), MediaType.OCI_INDEX);
        assertThat(index.annotations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"schemaVersion\":2,\"manifests\":[]}                        | application/vnd.oci.image.index.v1+json",
                "{\"schemaVersion\":2,\"config\":{},\"layers\":[]}             | application/vnd.oci.image.manifest.v1+json",
                "{\"schemaVersion\":2,\"mediaType\":\"\",\"manifests\":[]}     | application/vnd.oci.image.index.v1+json",
                "{\"mediaType\":\"application/x-own\"}                         | application/x-own",
                "{\"schemaVersion\":1,\"fsLayers\":[],\"name\":\"n\"}          | application/vnd.docker.distribution.manifest.v1+json",
                "{\"schemaVersion\":1,\"manifests\":[]}                        | ",
                "{\"schemaVersion\":2,\"config\":{}}                           | ",
                "{\"schemaVersion\":2,\"layers\":[]}                           | ",
                "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{}}   | ",
                "{\"mediaType\":\"no type\"}                                   | ",
                "{\"mediaType\":5}                                             | ",
                "[]                                                            | ",
                "no JSON                                                       | ",
            })
    void a_document_without_a_descriptor_is_asked_itself(String text, String type) {
        assertThat(Manifest.typeOf(text.getBytes(UTF_8)))
                .isEqualTo(Optional.ofNullable(type).map(MediaType::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"layers\":[]", "\"config\":{}", "\"Layers\":[]"})
    void a_document_of_both_shapes_without_a_descriptor_is_refused(String member) {
        assertThatThrownBy(() -> Manifest.typeOf(document("\"manifests\":[]," + member)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("an index and of a manifest");
    }

    @Test
    void every_kind_of_document_holds_the_limits_that_the_caller_sets() {
        byte[] index = document("\"manifests\":[],\"x\":[[]]");
        byte[] config = "{\"os\":\"linux\",\"architecture\":\"amd64\",\"x\":[[]]}".getBytes(UTF_8);
        DocumentLimits limits = DocumentLimits.DEFAULT;
        for (DocumentLimits small : List.of(limits.withMaxBytes(20), limits.withMaxDepth(2))) {
            assertThatThrownBy(() -> Manifest.read(index, MediaType.OCI_INDEX, small))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(small.maxDepth() == 2 ? "nests deeper than 2" : "more than the 20 allowed");
            assertThatThrownBy(() -> ImageConfig.read(config, small)).isInstanceOf(InvalidInputException.class);
        }
        assertThat(Manifest.read(index, MediaType.OCI_INDEX, limits.withMaxDepth(3))
                        .bytes())
                .isEqualTo(index);

        byte[] large = document("\"manifests\":[],\"x\":\"" + "a".repeat(Manifest.MAX_BYTES) + "\"");
        assertThatThrownBy(() -> Manifest.read(large, MediaType.OCI_INDEX)).isInstanceOf(InvalidInputException.class);
        assertThat(Manifest.read(large, MediaType.OCI_INDEX, limits.withMaxBytes(large.length))
                        .bytes())
                .isEqualTo(large);
        assertThatThrownBy(() -> ((ImageIndex)
                                Manifest.read(index, MediaType.OCI_INDEX, limits.withMaxBytes(index.length)))
                        .withAnnotation("a", "b"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("allowed");
    }

    @ParameterizedTest
    @CsvSource({"0,64", "-1,64", "536870913,64", "1,0", "1,1000001"})
    void limits_out_of_their_range_are_refused(int maxBytes, int maxDepth) {
        assertThatThrownBy(() -> new DocumentLimits(maxBytes, maxDepth)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void a_fault_of_a_descriptor_says_where_it_stands() {
        String good = "{\"mediaType\":\"a/b\",\"digest\":\"" + DIGEST + "\",\"size\":1}";
        String bad = good.replace("\"size\":1", "\"size\":-1");
        assertThatThrownBy(() -> Manifest.read(
                        document(CONFIG + ",\"layers\":[" + good + "," + bad + "]"), MediaType.OCI_MANIFEST))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("layers[1]: ");
        String sha384 = good.replace(DIGEST.toString(), "sha384:" + "0".repeat(96));
        assertThatThrownBy(() -> Manifest.read(document("\"manifests\":[" + sha384 + "]"), MediaType.OCI_INDEX))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("manifests[0]: ")
                .hasMessageContaining("sha384");
    }

    @Test
    void a_message_shows_no_control_characters_of_a_document() {
        for (String text : List.of(
                "{\"schemaVersion\":2,\"mediaType\":\"\\u001b[31mred\"}",
                "{\"\\u001b[31m\":1,\"\\u001b[31m\":2}",
                "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"\\u202e\",\"digest\":\"\\u001b\",\"size\":1}]}",
                "{\"schemaVersion\":2,\"manifests\":[],\"fs\\u001bLayers\":\"\u001b\"}")) {
            assertThatThrownBy(() -> Manifest.read(text.getBytes(UTF_8), MediaType.OCI_INDEX))
                    .isInstanceOf(InvalidInputException.class)
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u001b", "\u202e"));
        }
    }
}
