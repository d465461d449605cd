package dev.lading.oci.content;

import static dev.lading.oci.PlatformMatcher.compatible;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.Descriptor;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ContentGraphImageTest {
    private final MemoryStore store = MemoryStore.create();

    private Descriptor blob(MediaType type, byte[] bytes) {
        return store.ingest(type, out -> {
                    out.write(bytes);
                    return true;
                })
                .descriptor();
    }

    /** An image whose configuration says its platform and whose descriptor does not. */
    private Descriptor image(String platform) {
        return manifest(blob(
                MediaType.OCI_CONFIG,
                ImageConfig.create(Platform.parseLenient(platform)).bytes()));
    }

    private Descriptor manifest(Descriptor config) {
        Document document = Document.of(ImageManifest.of(config, List.of()));
        store.put(document);
        return document.descriptor();
    }

    private ContentGraph index(Descriptor... entries) {
        Document document = Document.of(ImageIndex.of(List.of(entries)));
        store.put(document);
        return ContentGraph.of(document.descriptor(), store);
    }

    @Test
    void a_platform_that_the_index_does_not_say_is_read_from_the_configuration() {
        ContentGraph graph = index(
                image("linux/amd64"),
                image("linux/arm/v6"),
                image("linux/arm64").withPlatform(Platform.of("", "arm64")),
                image("linux/s390x").withPlatform(Platform.of("linux", "")));
        assertThat(graph.image(Platform.LINUX_ARM_V6).platform()).isEqualTo(Platform.LINUX_ARM_V6);
        assertThat(graph.image(Platform.LINUX_ARM64).platform()).isEqualTo(Platform.LINUX_ARM64);
        assertThat(graph.image(Platform.LINUX_S390X).platform()).isEqualTo(Platform.LINUX_S390X);
    }

    @Test
    void a_single_image_has_the_platform_of_its_configuration() {
        ContentGraph graph = ContentGraph.of(image("linux/arm/v5"), store);
        assertThat(graph.image(Platform.LINUX_ARM_V5).platform()).isEqualTo(Platform.LINUX_ARM_V5);
        assertThatThrownBy(() -> graph.image(Platform.LINUX_ARM_V7))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("memory at sha256:")
                .hasMessageContaining("linux/arm/v5 is the nearest");
        assertThat(graph.image(Platform.LINUX_ARM_V7, compatible()).platform()).isEqualTo(Platform.LINUX_ARM_V5);
    }

    @Test
    void a_platform_that_the_index_says_is_believed_without_reading_more() {
        Descriptor listed = Descriptor.of(
                        MediaType.OCI_MANIFEST, image("linux/amd64").digest(), 1)
                .withPlatform(Platform.LINUX_ARM64);
        assertThat(index(listed).image(Platform.LINUX_ARM64).descriptor()).isEqualTo(listed);
    }

    @Test
    void what_is_no_image_is_never_chosen() {
        Descriptor attestation = image("unknown/unknown");
        Descriptor artifact = manifest(blob(new MediaType("application/vnd.oci.empty.v1+json"), "{}".getBytes(UTF_8)));
        Descriptor odd = manifest(blob(new MediaType("text/plain"), "no JSON at all".getBytes(UTF_8)));
        ContentGraph graph = index(attestation, artifact, odd, image("linux/amd64"));
        assertThat(graph.image(Platform.LINUX_AMD64).platform()).isEqualTo(Platform.LINUX_AMD64);
        assertThatThrownBy(() -> graph.image(Platform.NONE)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> graph.image(Platform.LINUX_ARM64))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("it has linux/amd64.");
    }

    @Test
    void several_images_are_chosen_at_once_from_nested_indexes_too() {
        ContentGraph inner = index(image("linux/arm64"), image("linux/386"));
        ContentGraph graph = index(image("linux/amd64"), inner.descriptor());
        assertThat(graph.images(List.of(Platform.LINUX_ARM64, Platform.LINUX_AMD64)).values().stream()
                        .map(Image::platform))
                .containsExactly(Platform.LINUX_ARM64, Platform.LINUX_AMD64);
        assertThatThrownBy(
                        () -> graph.images(List.of(Platform.LINUX_S390X, Platform.LINUX_AMD64, Platform.LINUX_RISCV64)))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no image for linux/s390x, linux/riscv64 in");
    }

    @Test
    @Timeout(60)
    void indexes_that_name_each_other_many_times_are_not_read_for_ever() {
        ContentGraph graph = index();
        for (int i = 1; i < ContentGraph.MAX_DEPTH; i++) {
            graph = index(Collections.nCopies(1000, graph.descriptor()).toArray(Descriptor[]::new));
        }
        assertThatThrownBy(graph::images)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("too many or too deeply nested");
    }
}
