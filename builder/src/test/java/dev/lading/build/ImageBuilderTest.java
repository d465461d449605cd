package dev.lading.build;

import static dev.lading.layer.LayerRecipe.bytes;
import static dev.lading.layer.LayerRecipe.folder;
import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;
import static dev.lading.oci.Platform.LINUX_S390X;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lading.layer.LayerCache;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Annotations;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.History;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Layer;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.layout.OciLayout;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageBuilderTest {
    private final MemoryStore store = MemoryStore.create();

    private static byte[] elf(int machine) {
        byte[] bytes = new byte[64];
        bytes[0] = 0x7f;
        bytes[1] = 'E';
        bytes[2] = 'L';
        bytes[3] = 'F';
        bytes[4] = 2;
        bytes[5] = 1;
        bytes[16] = 2;
        bytes[18] = (byte) machine;
        return bytes;
    }

    private static LayerRecipe program(Platform platform) {
        return bytes(elf(platform.architecture().equals("arm64") ? 183 : 62)).into("/app/run");
    }

    private static ImageBuilder twoPlatforms() {
        return ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64, LINUX_ARM64)
                .layer(bytes(new byte[] {1, 2, 3}).into("/app/data"))
                .layerFor(ImageBuilderTest::program)
                .config(c -> c.entrypoint("/app/run").user("10001").label("l", "m"));
    }

    @Test
    void one_image_for_two_platforms_shares_what_is_shared() {
        BuildResult built = twoPlatforms().annotate(Annotations.VERSION, "1").build(store, "1", "latest");
        assertThat(store.find("1")).contains(built.descriptor());
        assertThat(store.find("latest")).contains(built.descriptor());
        ContentGraph graph = store.resolve("1");
        assertThat(((ImageIndex) graph.document().manifest()).annotations()).containsEntry(Annotations.VERSION, "1");
        List<Layer> amd64 = graph.image(LINUX_AMD64).layers();
        List<Layer> arm64 = graph.image(LINUX_ARM64).layers();
        assertThat(amd64.get(0)).isEqualTo(arm64.get(0));
        assertThat(amd64.get(1)).isNotEqualTo(arm64.get(1));
        ImageConfig config = graph.image(LINUX_ARM64).config();
        assertThat(config.platform()).isEqualTo(LINUX_ARM64);
        assertThat(config.entrypoint()).containsExactly("/app/run");
        assertThat(config.user()).contains("10001");
        assertThat(config.created()).contains(Instant.EPOCH);
        assertThat(config.history()).hasSize(2);
        assertThat(built.images().keySet()).containsExactly(LINUX_AMD64, LINUX_ARM64);
    }

    @Test
    void a_layer_for_one_platform_is_in_its_image_alone() {
        twoPlatforms()
                .layerFor(Platform.of("linux", "aarch64"), bytes(new byte[] {4}).into("/app/extra"))
                .build(store, "1");
        ContentGraph graph = store.resolve("1");
        assertThat(graph.image(LINUX_AMD64).layers()).hasSize(2);
        assertThat(graph.image(LINUX_ARM64).layers()).hasSize(3);
    }

    @Test
    void the_same_description_gives_the_same_digest_and_moves_nothing_the_second_time() {
        BuildResult first = twoPlatforms().build(store, "1");
        BuildResult second = twoPlatforms().build(store, "1");
        assertThat(second.descriptor()).isEqualTo(first.descriptor());
        assertThat(second.copy().copied()).isZero();
    }

    @Test
    void what_the_layers_do_not_carry_is_told_once_in_their_order(@TempDir Path temp) throws IOException {
        Path tar = temp.resolve("a.tar");
        try (OutputStream out = Files.newOutputStream(tar)) {
            TarWriter writer = new TarWriter(out);
            for (int i = 1000; i < 2001; i++) {
                writer.write(TarEntry.folder("d" + i).withRecord("SCHILY.xattr.security.selinux", new byte[] {1}));
            }
            writer.finish();
        }
        Path folder = Files.createDirectory(temp.resolve("folder"));
        ImageBuilder image = twoPlatforms()
                .layerFor(platform -> LayerRecipe.tar(tar).into("/tar"))
                .layer(folder(folder).into("/folder"))
                .cache(LayerCache.in(temp.resolve("cache")));
        for (int i = 0; i < 2; i++) {
            BuildResult built = image.build(store, "1");
            assertThat(built.notCarried())
                    .hasSize(1000)
                    .startsWith("/tar/d1000/: the attribute security.selinux")
                    .endsWith("/tar/d1999/: the attribute security.selinux");
            if (folder.getFileSystem().supportedFileAttributeViews().contains("user")) {
                assertThat(built.notLookedFor()).containsExactly("/folder: all extended attributes");
            }
        }
        BuildResult plain = twoPlatforms().build(store, "1");
        assertThat(plain.notCarried()).isEmpty();
        assertThat(plain.notLookedFor()).isEmpty();
    }

    @Test
    void one_platform_is_a_bare_manifest() {
        BuildResult built = ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64)
                .layerFor(ImageBuilderTest::program)
                .annotate("k", "v")
                .build(store, "1");
        assertThat(built.descriptor().mediaType()).isEqualTo(MediaType.OCI_MANIFEST);
        assertThat(store.resolve("1").onlyImage().manifest().annotations()).containsEntry("k", "v");
    }

    @Test
    void one_refusal_names_every_platform_that_the_base_lacks_and_what_would_do() {
        twoPlatforms().build(store, "base");
        ImageBuilder build = ImageBuilder.from(store.resolve("base"))
                .platforms(Platform.LINUX_S390X, LINUX_ARM64, Platform.parse("linux/amd64/v3"));
        assertThatThrownBy(() -> build.build(store, "1"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no image for linux/s390x, linux/amd64/v3 in")
                .hasMessageContaining("linux/amd64 is the nearest that would run on linux/amd64/v3");
        assertThat(store.find("1")).isEmpty();
    }

    @Test
    void layers_of_a_base_are_taken_as_they_are_and_never_decompressed() {
        for (MediaType type : List.of(MediaType.OCI_LAYER_GZIP, MediaType.OCI_LAYER_ZSTD)) {
            // What no decoder could read, and no encoder would write.
            byte[] compressed = {7, 7, 7, (byte) type.value().length()};
            Digest diffId = Digest.of(new byte[] {1});
            Descriptor layer = ingested(type, compressed);
            ImageConfig config = ImageConfig.create(LINUX_AMD64)
                    .append(diffId, new History(Optional.empty(), Optional.of("base"), Optional.empty(), false));
            Document base =
                    Document.of(ImageManifest.of(ingested(MediaType.OCI_CONFIG, config.bytes()), List.of(layer)));
            store.put(base);
            store.tag(base, "odd");
            MemoryStore target = MemoryStore.create();
            ImageBuilder.from(store.resolve("odd"))
                    .platforms(LINUX_AMD64)
                    .layer(bytes(new byte[] {9}).into("/more"))
                    .audited(false)
                    .build(target, "1");
            Image image = target.resolve("1").image(LINUX_AMD64);
            assertThat(image.layers().get(0)).isEqualTo(new Layer(layer, diffId));
            assertThat(target.bytes(layer)).isEqualTo(compressed);
        }
    }

    private Descriptor ingested(MediaType type, byte[] bytes) {
        return store.ingest(type, out -> {
                    out.write(bytes);
                    return true;
                })
                .descriptor();
    }

    @Test
    void layers_and_settings_lie_on_top_of_a_base() {
        twoPlatforms().config(c -> c.environment("A", "1")).build(store, "base");
        MemoryStore target = MemoryStore.create();
        ImageBuilder.from(store.resolve("base"))
                .platforms(LINUX_ARM64)
                .layer(bytes(new byte[] {9}).into("/more"))
                .config(c -> c.command("--help"))
                .build(target, "1");
        Image image = target.resolve("1").image(LINUX_ARM64);
        assertThat(image.layers()).hasSize(3);
        assertThat(image.layers().subList(0, 2))
                .isEqualTo(store.resolve("base").image(LINUX_ARM64).layers());
        assertThat(image.config().environment()).containsExactly("A=1");
        assertThat(image.config().entrypoint()).containsExactly("/app/run");
        assertThat(image.config().command()).containsExactly("--help");
    }

    @Test
    void a_base_without_a_platform_fails_before_a_file_is_read() {
        twoPlatforms().build(store, "base");
        MemoryStore target = MemoryStore.create();
        assertThatThrownBy(() -> ImageBuilder.from(store.resolve("base"))
                        .platforms(LINUX_AMD64, LINUX_S390X)
                        .layerFor(p -> {
                            throw new AssertionError("the recipe must not be asked for");
                        })
                        .build(target, "1"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("linux/s390x")
                .hasMessageContaining("linux/amd64, linux/arm64");
    }

    @Test
    void a_base_whose_config_contradicts_its_index_is_refused() {
        Descriptor arm =
                ImageBuilder.fromNothing().platforms(LINUX_ARM64).build(store).descriptor();
        Document lying = Document.of(ImageIndex.of(List.of(arm.withPlatform(LINUX_AMD64))));
        store.put(lying);
        assertThatThrownBy(() -> ImageBuilder.from(ContentGraph.of(lying.descriptor(), store))
                        .platforms(LINUX_AMD64)
                        .build(store, "1"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("linux/amd64")
                .hasMessageContaining("linux/arm64");
        assertThat(store.find("1")).isEmpty();
    }

    @Test
    void a_missing_folder_is_named_with_its_platform(@TempDir Path temp) {
        assertThatThrownBy(() -> ImageBuilder.fromNothing()
                        .platforms(LINUX_AMD64, LINUX_ARM64)
                        .layerFor(p -> folder(temp.resolve(p.architecture())).into("/app"))
                        .build(store, "1"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("linux/amd64")
                .hasMessageContaining(temp.resolve("amd64").toString());
        assertThat(store.find("1")).isEmpty();
    }

    @Test
    void a_program_for_another_machine_moves_no_name() {
        ImageBuilder wrong = ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64, LINUX_ARM64)
                .layer(bytes(elf(62)).into("/app/run"));
        AuditFailedException refused = catchThrowableOfType(AuditFailedException.class, () -> wrong.build(store, "1"));
        assertThat(refused.findings()).containsExactly(new AuditFinding(LINUX_ARM64, "/app/run", LINUX_AMD64));
        assertThat(store.find("1")).isEmpty();
        assertThat(wrong.audited(false).build(store, "1").images()).hasSize(2);
    }

    @Test
    void an_audit_reads_the_layers_of_an_image_that_is_there() {
        ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64, LINUX_ARM64)
                .layer(bytes(elf(62)).into("/app/run"))
                .layerFor(p -> bytes(elf(p.equals(LINUX_ARM64) ? 183 : 62)).into("/app/right"))
                .audited(false)
                .build(store, "wrong");
        assertThat(PlatformAudit.of(store.resolve("wrong")).findings())
                .containsExactly(new AuditFinding(LINUX_ARM64, "/app/run", LINUX_AMD64));
        ImageBuilder.from(store.resolve("wrong"))
                .platforms(LINUX_AMD64, LINUX_ARM64)
                .layerFor(p -> program(p))
                .build(store, "mended");
        assertThat(PlatformAudit.of(store.resolve("mended")).findings()).isEmpty();
    }

    @Test
    void a_platform_is_written_in_the_specifications_words_however_it_was_spelled() {
        BuildResult spelled = ImageBuilder.fromNothing()
                .platforms(Platform.parse("linux/aarch64"), Platform.parse("linux/x86_64"))
                .build(store);
        BuildResult plain =
                ImageBuilder.fromNothing().platforms(LINUX_ARM64, LINUX_AMD64).build(store);
        assertThat(spelled.descriptor()).isEqualTo(plain.descriptor());
    }

    @Test
    void an_index_is_the_same_wherever_its_images_come_from(@TempDir Path temp) {
        ContentGraph fromMemory = single(LINUX_AMD64);
        try (OciLayout layout = OciLayout.open(temp.resolve("layout"))) {
            GraphCopy.from(fromMemory).to(layout, "some-name");
            assertThat(IndexBuilder.create()
                            .add(layout.resolve("some-name"))
                            .build(store)
                            .descriptor())
                    .isEqualTo(
                            IndexBuilder.create().add(fromMemory).build(store).descriptor());
        }
    }

    @Test
    void the_bound_on_threads_changes_no_byte() {
        assertThat(twoPlatforms().threads(1).build(store).descriptor())
                .isEqualTo(twoPlatforms().threads(8).build(store).descriptor());
        assertThatThrownBy(() -> twoPlatforms().threads(0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> IndexBuilder.create().threads(0)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void a_build_names_its_platforms_each_once() {
        assertThatThrownBy(() -> ImageBuilder.fromNothing().build(store)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> ImageBuilder.fromNothing().platforms(LINUX_AMD64, Platform.parse("linux/x86_64")))
                .isInstanceOf(InvalidInputException.class);
    }

    private ContentGraph single(Platform platform) {
        BuildResult built = ImageBuilder.fromNothing()
                .platforms(platform)
                .layerFor(ImageBuilderTest::program)
                .build(store);
        return store.resolve(built.descriptor().digest().toString());
    }

    @Test
    void an_index_is_put_together_from_images_by_digest() {
        MemoryStore target = MemoryStore.create();
        BuildResult built = IndexBuilder.create()
                .add(single(LINUX_AMD64))
                .add(single(LINUX_ARM64))
                .require(LINUX_AMD64, LINUX_ARM64)
                .annotate(Annotations.VERSION, "1.4.0")
                .build(target, "1.4.0");
        assertThat(target.resolve("1.4.0").image(LINUX_ARM64).config().platform())
                .isEqualTo(LINUX_ARM64);
        assertThat(((ImageManifest)
                                target.document(requireNonNull(built.images().get(LINUX_AMD64)))
                                        .manifest())
                        .layers())
                .hasSize(1);
    }

    @Test
    void an_index_refuses_what_is_missing_double_or_unexpected() {
        IndexBuilder one = IndexBuilder.create().add(single(LINUX_AMD64));
        assertThatThrownBy(() -> one.require(LINUX_AMD64, LINUX_ARM64).build(store, "1"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("missing [linux/arm64]");
        assertThatThrownBy(
                        () -> one.add(single(LINUX_ARM64)).require(LINUX_AMD64).build(store, "1"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("unexpected [linux/arm64");
        ContentGraph other = store.resolve(ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64)
                .build(store)
                .descriptor()
                .digest()
                .toString());
        assertThatThrownBy(() -> one.add(other).require(LINUX_AMD64).build(store, "1"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("two images for linux/amd64");
        assertThatThrownBy(() -> IndexBuilder.create().build(store)).isInstanceOf(InvalidInputException.class);
        assertThat(store.find("1")).isEmpty();
    }

    @Test
    void a_layer_for_windows_is_refused_before_one_is_made_and_an_image_without_new_layers_is_not() {
        Platform windows = Platform.of("Windows", "amd64");
        ImageBuilder builder = ImageBuilder.fromNothing().platforms(LINUX_AMD64, windows);
        assertThatThrownBy(() -> builder.layer(bytes(new byte[] {1}).into("/a")).build(store, "1"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("a layer for Windows/amd64 cannot be written");
        assertThat(store.find("1")).isEmpty();
        BuildResult built = builder.layerFor(LINUX_AMD64, bytes(new byte[] {1}).into("/a"))
                .config(c -> c.label("l", "m"))
                .build(store, "1");
        assertThat(store.resolve("1").image(windows).config().labels()).containsEntry("l", "m");
        assertThat(built.images()).hasSize(2);
    }

    @Test
    void a_build_without_changes_takes_its_layers_from_the_cache_and_is_audited_all_the_same(@TempDir Path temp) {
        LayerCache cache = LayerCache.in(temp.resolve("cache"));
        BuildResult first = twoPlatforms().cache(cache).build(store, "1");
        BuildResult again = twoPlatforms().cache(cache).build(MemoryStore.create(), "1");
        assertThat(again.descriptor()).isEqualTo(first.descriptor());
        ImageBuilder wrong = ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64)
                .layer(program(LINUX_ARM64))
                .cache(cache);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> wrong.build(store, "2"))
                    .isInstanceOf(AuditFailedException.class)
                    .hasMessageContaining("/app/run");
        }
        assertThat(store.find("2")).isEmpty();
    }
}
