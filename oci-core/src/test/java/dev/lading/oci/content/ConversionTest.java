package dev.lading.oci.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageFormat;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.UnsupportedException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversionTest {
    private final MemoryStore store = MemoryStore.create();

    private Descriptor blob(MediaType type, byte[] content) {
        return store.ingest(type, out -> {
                    out.write(content);
                    return true;
                })
                .descriptor();
    }

    private Descriptor image(Platform platform, MediaType layerType) {
        Descriptor config =
                blob(MediaType.OCI_CONFIG, ImageConfig.create(platform).bytes());
        Descriptor layer = blob(layerType, ("layer of " + platform).getBytes(UTF_8));
        Document document = Document.of(ImageManifest.of(config, List.of(layer)));
        store.put(document);
        return document.descriptor().withPlatform(platform);
    }

    private ContentGraph index(Descriptor... entries) {
        Document document = Document.of(ImageIndex.of(List.of(entries)).withAnnotation("kept", "yes"));
        store.put(document);
        return ContentGraph.of(document.descriptor(), store);
    }

    @Test
    void an_index_becomes_dockers_with_all_below_it_and_comes_back_to_the_same_digest() {
        ContentGraph oci = index(
                image(Platform.LINUX_AMD64, MediaType.OCI_LAYER_GZIP),
                image(Platform.LINUX_ARM64, MediaType.OCI_LAYER));
        ContentGraph docker = oci.in(ImageFormat.DOCKER);
        MemoryStore target = MemoryStore.create();
        GraphCopy.from(docker).to(target, "1");

        ContentGraph copied = target.resolve("1");
        ImageIndex list = (ImageIndex) copied.document().manifest();
        assertThat(list.mediaType()).isEqualTo(MediaType.DOCKER_MANIFEST_LIST);
        assertThat(list.annotations()).containsEntry("kept", "yes");
        ImageManifest arm64 = copied.image(Platform.LINUX_ARM64).manifest();
        assertThat(arm64.mediaType()).isEqualTo(MediaType.DOCKER_MANIFEST);
        assertThat(arm64.config().mediaType()).isEqualTo(MediaType.DOCKER_CONFIG);
        assertThat(arm64.layers()).extracting(Descriptor::mediaType).containsExactly(MediaType.DOCKER_LAYER);
        assertThat(copied.image(Platform.LINUX_AMD64).config().platform()).isEqualTo(Platform.LINUX_AMD64);

        assertThat(copied.in(ImageFormat.OCI).descriptor()).isEqualTo(oci.descriptor());
    }

    @Test
    void what_is_in_the_format_stays_itself() {
        ContentGraph oci = index(image(Platform.LINUX_AMD64, MediaType.OCI_LAYER_GZIP));
        assertThat(oci.in(ImageFormat.OCI)).isSameAs(oci);
    }

    @Test
    void an_oci_index_of_docker_manifests_gets_converted_entries_only() {
        ContentGraph mixed = index(
                image(Platform.LINUX_AMD64, MediaType.OCI_LAYER_GZIP),
                ContentGraph.of(image(Platform.LINUX_ARM64, MediaType.OCI_LAYER_GZIP), store)
                        .in(ImageFormat.DOCKER)
                        .descriptor());
        // The converted manifest is in the memory of the conversion; put here as a registry would hold it.
        GraphCopy.from(ContentGraph.of(image(Platform.LINUX_ARM64, MediaType.OCI_LAYER_GZIP), store)
                        .in(ImageFormat.DOCKER))
                .to(store);
        ImageIndex before = (ImageIndex) mixed.document().manifest();
        ImageIndex after = (ImageIndex) mixed.in(ImageFormat.OCI).document().manifest();
        assertThat(after.manifests().get(0)).isEqualTo(before.manifests().get(0));
        assertThat(after.manifests().get(1).mediaType()).isEqualTo(MediaType.OCI_MANIFEST);
        assertThat(after.manifests().get(1).platform()).contains(Platform.LINUX_ARM64);
    }

    @Test
    void what_docker_has_no_type_for_is_refused_by_name() {
        ContentGraph zstd = index(image(Platform.LINUX_AMD64, MediaType.OCI_LAYER_ZSTD));
        assertThatThrownBy(() -> zstd.in(ImageFormat.DOCKER))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("layer 1")
                .hasMessageContaining("compress the layer with gzip");
        Document artifact = Document.of(ImageManifest.of(Descriptor.EMPTY, List.of(Descriptor.EMPTY))
                .withArtifactType(new MediaType("application/vnd.example")));
        store.put(artifact);
        assertThatThrownBy(() -> ContentGraph.of(artifact.descriptor(), store).in(ImageFormat.DOCKER))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("artifact type");
        Document signature = Document.of(ImageManifest.of(blob(MediaType.OCI_CONFIG, new byte[] {1}), List.of())
                .withSubject(artifact.descriptor()));
        store.put(signature);
        assertThatThrownBy(() -> ContentGraph.of(signature.descriptor(), store).in(ImageFormat.DOCKER))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("a subject");
    }

    @Test
    void an_attestation_of_a_digest_that_would_change_is_refused() {
        Descriptor image = image(Platform.LINUX_AMD64, MediaType.OCI_LAYER_GZIP);
        Descriptor attestation = image(Platform.of("unknown", "unknown"), new MediaType("application/vnd.in-toto+json"))
                .withAnnotation("vnd.docker.reference.digest", image.digest().toString());
        ContentGraph graph = index(image, attestation);
        assertThatThrownBy(() -> graph.in(ImageFormat.DOCKER))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("attests to the image " + image.digest())
                .hasMessageContaining("Remove the attestation first");
        assertThat(graph.in(ImageFormat.OCI)).isSameAs(graph);
    }

    @Test
    void a_conversion_changes_types_and_no_other_text() {
        String text = "{ \"mediaType\" : \"" + MediaType.DOCKER_MANIFEST + "\",\n \"schemaVersion\": 2, \"x\": 1.10,"
                + "\"config\":{\"size\":1,\"mediaType\":\"" + MediaType.DOCKER_CONFIG + "\",\"digest\":\""
                + Digest.of(new byte[] {1}) + "\"}, \"layers\": [{\"size\":1,\"y\":\"\\u00e9\",\"mediaType\":\""
                + MediaType.DOCKER_FOREIGN_LAYER_GZIP + "\",\"digest\":\"" + Digest.of(new byte[] {2}) + "\"} ]}\n";
        String converted = new String(
                ImageManifest.read(text.getBytes(UTF_8), MediaType.DOCKER_MANIFEST)
                        .in(ImageFormat.OCI)
                        .bytes(),
                UTF_8);
        assertThat(converted)
                .isEqualTo(text.replace(MediaType.DOCKER_MANIFEST.value(), MediaType.OCI_MANIFEST.value())
                        .replace(MediaType.DOCKER_CONFIG.value(), MediaType.OCI_CONFIG.value())
                        .replace(
                                MediaType.DOCKER_FOREIGN_LAYER_GZIP.value(),
                                MediaType.OCI_LAYER_NONDISTRIBUTABLE_GZIP.value()));
    }

    @Test
    void a_base_layer_of_windows_that_lies_elsewhere_is_left_there() {
        Descriptor config = blob(
                MediaType.DOCKER_CONFIG,
                ImageConfig.create(Platform.of("windows", "amd64")).bytes());
        Descriptor elsewhere = Descriptor.of(MediaType.DOCKER_FOREIGN_LAYER_GZIP, Digest.of(new byte[] {7}), 1)
                .withUrls(List.of("https://example.com/layer"));
        Descriptor here = blob(MediaType.DOCKER_FOREIGN_LAYER_GZIP, new byte[] {8})
                .withUrls(List.of("https://example.com/other"));
        Document windows = Document.of(ImageManifest.of(config, List.of(elsewhere, here)));
        store.put(windows);
        MemoryStore target = MemoryStore.create();
        CopyResult result =
                GraphCopy.from(ContentGraph.of(windows.descriptor(), store)).to(target, "1");
        assertThat(result.skipped()).isEqualTo(1);
        assertThat(target.exists(here, Role.BLOB)).isTrue();
        assertThat(target.exists(elsewhere, Role.BLOB)).isFalse();
        assertThat(target.resolve("1").onlyImage().platform()).isEqualTo(Platform.of("windows", "amd64"));
    }
}
