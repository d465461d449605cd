package dev.lading.examples;

import static dev.lading.layer.LayerRecipe.bytes;
import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.build.BuildResult;
import dev.lading.build.ImageBuilder;
import dev.lading.oci.Annotations;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.Layer;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.CopyResult;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.Role;
import dev.lading.oci.layout.OciLayout;
import dev.lading.testkit.LocalRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SixJobsTest {
    private final LocalRegistry registry = LocalRegistry.create();

    @TempDir
    Path folder;

    private Path build;

    @BeforeEach
    void files() throws IOException {
        build = folder.resolve("build");
        Files.writeString(Files.createDirectories(build.resolve("lib")).resolve("shared.txt"), "shared");
        for (Platform platform : List.of(LINUX_AMD64, LINUX_ARM64)) {
            Path bin = Files.createDirectories(build.resolve(platform.architecture()));
            Path run = Files.write(bin.resolve("run"), TinyElf.program(platform));
            assertThat(run.toFile().setExecutable(true)).isTrue();
        }
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private BuildResult base(Platform... platforms) {
        return ImageBuilder.fromNothing()
                .platforms(platforms)
                .layer(bytes(new byte[] {1}).into("/etc/base"))
                .build(registry.store("base"), "21");
    }

    @Test
    void the_main_job_pushes_one_image_for_two_platforms_under_two_names() throws IOException {
        mainJob();
        ContentStore hello = registry.store("demo/hello");
        assertThat(hello.find("1.0")).isPresent().isEqualTo(hello.find("latest"));
        assertThat(hello.resolve("1.0").images()).extracting(Image::platform).containsExactly(LINUX_AMD64, LINUX_ARM64);
    }

    @Test
    void folders_on_a_base_for_two_platforms() {
        base(LINUX_AMD64, LINUX_ARM64);
        BuildResult built = SixJobs.onABase(registry.name("base") + ":21", registry.name("team/app"), build);
        assertThat(registry.store("team/app").find("1.4.0")).contains(built.descriptor());
        assertThat(registry.store("team/app").find("latest")).contains(built.descriptor());
        assertThat(registry.store("team/app")
                        .resolve("latest")
                        .image(LINUX_ARM64)
                        .layers())
                .hasSize(3);
    }

    @Test
    void an_index_from_images_that_are_there() {
        ImageBuilder one =
                ImageBuilder.fromNothing().layer(bytes(new byte[] {1}).into("/x"));
        String amd64 = one.platforms(LINUX_AMD64)
                .build(registry.store("team/app"))
                .descriptor()
                .digest()
                .toString();
        String arm64 = one.platforms(LINUX_ARM64)
                .build(registry.store("team/app"))
                .descriptor()
                .digest()
                .toString();
        SixJobs.indexOf(registry.name("team/app"), amd64, arm64);
        ImageIndex index = (ImageIndex)
                registry.store("team/app").resolve("1.4.0").document().manifest();
        assertThat(index.manifests())
                .extracting(d -> d.platform().orElseThrow())
                .containsExactly(LINUX_AMD64, LINUX_ARM64);
        assertThat(index.annotations()).containsEntry(Annotations.VERSION, "1.4.0");
    }

    @Test
    void everything_copied_between_registries() {
        BuildResult base = base(LINUX_AMD64, LINUX_ARM64);
        try (LocalRegistry other = LocalRegistry.create()) {
            CopyResult copied = SixJobs.copy(registry.name("base") + ":21", other.name("mirror/base"));
            assertThat(other.store("mirror/base").find("1.4.0")).contains(base.descriptor());
            assertThat(copied.copied()).isEqualTo(6);
        }
    }

    @Test
    void the_files_of_one_platform() throws IOException {
        mainJob();
        Path root = folder.resolve("rootfs");
        SixJobs.unpack(registry.name("demo/hello") + ":1.0", LINUX_ARM64, root);
        assertThat(root.resolve("app/bin/hello")).hasBinaryContent(TinyElf.program(LINUX_ARM64));
        assertThat(root.resolve("app/share/shared.txt")).hasContent("shared");
    }

    private void mainJob() throws IOException {
        MainJob.main(registry.name("demo/hello"), build.resolve("lib").toString(), bin().toString());
    }

    private Path bin() throws IOException {
        Path bin = folder.resolve("bin");
        for (Platform platform : List.of(LINUX_AMD64, LINUX_ARM64)) {
            Path of = Files.createDirectories(bin.resolve(platform.architecture()));
            Files.write(of.resolve("hello"), TinyElf.program(platform));
        }
        return bin;
    }

    @Test
    void one_layer_straight_into_a_layout() {
        Path image = folder.resolve("image");
        Layer layer = SixJobs.layer(build, image);
        try (OciLayout layout = OciLayout.open(image)) {
            assertThat(layout.exists(layer.descriptor(), Role.BLOB)).isTrue();
        }
    }
}
