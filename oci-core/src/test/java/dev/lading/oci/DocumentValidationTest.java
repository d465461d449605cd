package dev.lading.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.DocumentFinding.Level;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentValidationTest {
    private static final String HEX = Digest.of(new byte[] {1}).hex();
    private static final String LAYER =
            "{\"mediaType\":\"" + MediaType.OCI_LAYER + "\",\"digest\":\"sha256:" + HEX + "\",\"size\":1}";
    private static final String MANIFEST = "{\"schemaVersion\":2,\"mediaType\":\"" + MediaType.OCI_MANIFEST
            + "\",\"config\":" + LAYER.replace(MediaType.OCI_LAYER.value(), MediaType.OCI_CONFIG.value())
            + ",\"layers\":[" + LAYER + "]}";
    private static final String INDEX = "{\"schemaVersion\":2,\"mediaType\":\"" + MediaType.OCI_INDEX
            + "\",\"manifests\":[" + LAYER.replace("}", ",\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}}")
            + "]}";
    private static final String CONFIG = "{\"created\":\"2026-01-02T03:04:05.678Z\",\"architecture\":\"arm\","
            + "\"os\":\"linux\",\"variant\":\"v7\",\"config\":{\"User\":\"1\",\"ExposedPorts\":{\"80/tcp\":{}},"
            + "\"Env\":[\"A=b\"],\"Entrypoint\":[\"/a\"],\"Volumes\":{\"/v\":{}},\"Labels\":{\"l\":\"m\"},"
            + "\"StopSignal\":\"SIGRTMIN+3\"},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + HEX + "\"]},"
            + "\"history\":[{\"created_by\":\"x\"},{\"empty_layer\":true}]}";

    private static List<DocumentFinding> manifest(String text) {
        return Manifest.validate(text.getBytes(UTF_8), MediaType.OCI_MANIFEST);
    }

    @Test
    void documents_that_follow_the_specification_have_no_findings() {
        assertThat(manifest(MANIFEST)).isEmpty();
        assertThat(Manifest.validate(INDEX.getBytes(UTF_8), MediaType.OCI_INDEX))
                .isEmpty();
        assertThat(ImageConfig.validate(CONFIG.getBytes(UTF_8))).isEmpty();
        assertThat(ImageConfig.read(CONFIG.getBytes(UTF_8)).validate()).isEmpty();
    }

    @Test
    void documents_that_we_make_have_no_findings() {
        Descriptor config = Descriptor.of(MediaType.OCI_CONFIG, Digest.of(new byte[] {1}), 1);
        Descriptor layer = Descriptor.of(MediaType.OCI_LAYER_GZIP, Digest.of(new byte[] {2}), 1);
        ImageManifest manifest = ImageManifest.of(config, List.of(layer)).withAnnotation("org.example", "v");
        assertThat(manifest.validate()).isEmpty();
        assertThat(manifest.in(ImageFormat.DOCKER)
                        .withoutAnnotation("org.example")
                        .validate())
                .extracting(DocumentFinding::path)
                .containsExactly("annotations");
        assertThat(ImageManifest.of(Descriptor.EMPTY, List.of(Descriptor.EMPTY))
                        .withArtifactType(new MediaType("application/vnd.example"))
                        .withSubject(config)
                        .validate())
                .isEmpty();
        assertThat(ImageIndex.of(List.of(config.withPlatform(Platform.LINUX_AMD64)))
                        .validate())
                .isEmpty();
        assertThat(ImageConfig.create(Platform.LINUX_ARM_V7)
                        .withVolume("/v")
                        .withExposedPort("80")
                        .validate())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // What is replaced, what by, the level, the path of the finding.
                "\"schemaVersion\":2                     | \"schemaVersion\":1                        | MUST   | schemaVersion",
                "\"schemaVersion\":2,                    |                                            | MUST   | schemaVersion",
                "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\", |                     | SHOULD | mediaType",
                "manifest.v1+json                        | index.v1+json                              | MUST   | mediaType",
                "\"layers\":                             | \"Layers\":[],\"layers\":                  | SHOULD | Layers",
                "\"layers\":                             | \"manifests\":[],\"layers\":               | MUST   | manifests",
                "\"layers\":                             | \"artifactType\":\"none\",\"layers\":      | MUST   | artifactType",
                "application/vnd.oci.image.config.v1+json | application/vnd.oci.empty.v1+json         | MUST   | artifactType",
                "application/vnd.oci.image.layer.v1.tar  | application/vnd.oci.image.layer.nondistributable.v1.tar | SHOULD | layers[0].mediaType",
                "application/vnd.oci.image.layer.v1.tar  | tar                                        | MUST   | layers[0].mediaType",
                "\"layers\":                             | \"annotations\":{\"a\":1},\"layers\":      | MUST   | annotations[a]",
                "\"layers\":                             | \"annotations\":{\"\":\"\"},\"layers\":    | MUST   | annotations[]",
                "\"layers\":                             | \"annotations\":{\"org.opencontainers.image.created\":\"now\"},\"layers\": | MUST | annotations[org.opencontainers.image.created]",
                "\"layers\":                             | \"annotations\":[],\"layers\":             | MUST   | annotations",
                "\"layers\":                             | \"subject\":{},\"layers\":                 | MUST   | subject.mediaType",
                "\"layers\":[                            | \"layers\":[5,                             | MUST   | layers[0]",
                "\"size\":1}]                            | \"size\":-1}]                              | MUST   | layers[0].size",
                "\"size\":1}]                            | \"size\":1.0}]                             | MUST   | layers[0].size",
                "\"size\":1}]                            | \"size\":9223372036854775808}]             | MUST   | layers[0].size",
                ",\"size\":1}]                           | }]                                         | MUST   | layers[0].size",
                "\"size\":1}]                            | \"size\":1,\"urls\":[\"ftp://a\"]}]        | SHOULD | layers[0].urls[0]",
                "\"size\":1}]                            | \"size\":1,\"urls\":[\"a b\"]}]            | MUST   | layers[0].urls[0]",
                "\"size\":1}]                            | \"size\":1,\"data\":\"AA==\"}]             | MUST   | layers[0].data",
                "\"size\":1}]                            | \"size\":1,\"data\":\"%\"}]                | MUST   | layers[0].data",
                "\"size\":1}]                            | \"size\":1,\"Size\":1}]                    | SHOULD | layers[0].Size",
            })
    void a_fault_of_a_manifest_is_found(String part, String instead, Level level, String path) {
        String text = MANIFEST.replace(part, instead == null ? "" : instead);
        assertThat(text).isNotEqualTo(MANIFEST);
        assertThat(manifest(text)).anySatisfy(finding -> {
            assertThat(finding.level()).isEqualTo(level);
            assertThat(finding.path()).isEqualTo(path);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "sha256:                       | sha256                          | MUST   | manifests[0].digest",
                "sha256:                       | sha256:0                        | MUST   | manifests[0].digest",
                "sha256:                       | SHA256:                         | MUST   | manifests[0].digest",
                "sha256:                       | sha384:                         | SHOULD | manifests[0].digest",
                "\"architecture\":\"amd64\",   |                                 | MUST   | manifests[0].platform.architecture",
                "\"os\":\"linux\"              | \"os\":\"\"                     | MUST   | manifests[0].platform.os",
                "\"os\":\"linux\"              | \"os\":\"windows\",\"os.features\":[\"x\"] | SHOULD | manifests[0].platform.os.features",
                "\"platform\":{                | \"platform\":5,\"y\":{          | MUST   | manifests[0].platform",
                "\"manifests\":                | \"manifest\":                   | MUST   | manifests",
                "\"manifests\":                | \"config\":{},\"manifests\":    | MUST   | config",
            })
    void a_fault_of_an_index_is_found(String part, String instead, Level level, String path) {
        String text = INDEX.replace(part, instead == null ? "" : instead);
        assertThat(text).isNotEqualTo(INDEX);
        assertThat(Manifest.validate(text.getBytes(UTF_8), MediaType.OCI_INDEX)).anySatisfy(finding -> {
            assertThat(finding.level()).isEqualTo(level);
            assertThat(finding.path()).isEqualTo(path);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "2026-01-02T03:04:05.678Z   | 2026-01-02                 | MUST   | created",
                "\"architecture\":\"arm\",  |                            | MUST   | architecture",
                "\"os\":\"linux\"           | \"os\":5                   | MUST   | os",
                "80/tcp                     | 80/sctp                    | MUST   | config.ExposedPorts[80/sctp]",
                "80/tcp                     | 0                          | MUST   | config.ExposedPorts[0]",
                "80/tcp                     | 65536                      | MUST   | config.ExposedPorts[65536]",
                "\"80/tcp\":{}              | \"80/tcp\":1               | MUST   | config.ExposedPorts[80/tcp]",
                "A=b                        | A                          | MUST   | config.Env[0]",
                "A=b                        | =b                         | MUST   | config.Env[0]",
                "SIGRTMIN+3                 | TERM                       | MUST   | config.StopSignal",
                "\"l\":\"m\"                | \"l\":null                 | MUST   | config.Labels[l]",
                "\"User\":                  | \"ArgsEscaped\":true,\"User\": | SHOULD | config.ArgsEscaped",
                "\"type\":\"layers\"        | \"type\":\"layer\"         | MUST   | rootfs.type",
                "\"diff_ids\"               | \"diffIds\"                | MUST   | rootfs.diff_ids",
                "\"rootfs\"                 | \"RootFS\"                 | MUST   | rootfs",
                "\"rootfs\"                 | \"RootFS\"                 | SHOULD | RootFS",
                "sha256:                    | sha512:                    | MUST   | rootfs.diff_ids[0]",
                "\"empty_layer\":true       | \"empty_layer\":false      | SHOULD | history",
                "\"empty_layer\":true       | \"empty_layer\":1          | MUST   | history[1].empty_layer",
                "\"created_by\":\"x\"       | \"created_by\":1           | MUST   | history[0].created_by",
                "\"created_by\":\"x\"       | \"created\":\"x\"          | MUST   | history[0].created",
            })
    void a_fault_of_a_configuration_is_found(String part, String instead, Level level, String path) {
        String text = CONFIG.replace(part, instead == null ? "" : instead);
        assertThat(text).isNotEqualTo(CONFIG);
        assertThat(ImageConfig.validate(text.getBytes(UTF_8))).anySatisfy(finding -> {
            assertThat(finding.level()).isEqualTo(level);
            assertThat(finding.path()).isEqualTo(path);
        });
    }

    @Test
    void all_faults_are_found_at_once_and_in_order() {
        String text = MANIFEST.replace("\"schemaVersion\":2", "\"schemaVersion\":3")
                .replace("\"config\":{", "\"config\":{\"urls\":5,")
                .replace("sha256:", "md5:");
        assertThat(manifest(text))
                .extracting(DocumentFinding::path)
                .containsExactly("schemaVersion", "config.digest", "config.urls", "layers[0].digest");
    }

    @Test
    void what_is_no_strict_json_is_one_finding_that_says_why() {
        assertThat(manifest("{\"a\":1,\"a\":2}")).singleElement().satisfies(finding -> {
            assertThat(finding.rule()).contains("the key «a» stands there twice");
            assertThat(finding.path()).isEmpty();
        });
        assertThat(ImageConfig.validate(new byte[0])).hasSize(1);
    }

    @Test
    void a_finding_is_one_line_and_fit_for_a_terminal() {
        String text = MANIFEST.replace(
                        "\"layers\":", "\"annotations\":{\"\\u001b\\n\":\"\"},\"mediatype\":1,\"layers\":")
                .replace("sha256:", "\\u001b:");
        assertThat(manifest(text))
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.toString()).doesNotContain("\u001b", "\n"));
        assertThat(manifest(MANIFEST.replace("\"schemaVersion\":2", "\"schemaVersion\":3")))
                .singleElement()
                .hasToString("schemaVersion: it is 2; it is «3»");
    }
}
