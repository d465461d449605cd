package dev.lading.build;

import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Layer;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.rootfs.LayerReader;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A class path becomes layers that a Java runtime finds its way in. */
class JavaLayersTest {
    @TempDir
    Path temp;

    private final MemoryStore store = MemoryStore.create();

    private Path jar(String name, String resource) throws IOException {
        Path file = temp.resolve(name);
        Files.createDirectories(file.getParent());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new JarEntry(resource));
            out.write(name.getBytes(UTF_8));
            out.closeEntry();
        }
        return file;
    }

    private List<Path> classPath() throws IOException {
        Path classes = temp.resolve("target/classes");
        String program = Program.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(classes.resolve(program).getParent());
        try (InputStream in =
                Objects.requireNonNull(JavaLayersTest.class.getClassLoader().getResourceAsStream(program))) {
            Files.copy(in, classes.resolve(program));
        }
        Files.writeString(classes.resolve("shared.txt"), "first folder");
        Path more = Files.createDirectories(temp.resolve("target/more"));
        Files.writeString(more.resolve("shared.txt"), "second folder");
        Files.writeString(more.resolve("second.txt"), "second");
        return List.of(
                classes,
                more,
                jar("one/lib.jar", "one.txt"),
                jar("two/lib.jar", "one.txt"),
                jar("three/new-1.0-SNAPSHOT.jar", "three.txt"));
    }

    private List<List<String>> files(Image image) throws IOException {
        List<List<String>> layers = new ArrayList<>();
        for (Layer layer : image.layers()) {
            List<String> files = new ArrayList<>();
            try (LayerReader reader = LayerReader.open(store.blob(layer.descriptor()), layer.diffId())) {
                for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                    if (entry.get().kind() == TarKind.FILE) {
                        files.add(entry.get().nameText());
                    }
                }
            }
            layers.add(files);
        }
        return layers;
    }

    private ContentGraph build(JavaLayers layers) {
        layers.addTo(ImageBuilder.fromNothing().platforms(LINUX_AMD64, LINUX_ARM64))
                .build(store, "app");
        return store.resolve("app");
    }

    @Test
    void what_changes_least_lies_lowest_and_all_platforms_share_it() throws IOException {
        for (String architecture : List.of("amd64", "arm64")) {
            Path runtime = Files.createDirectories(
                    temp.resolve("jlink-" + architecture).resolve("bin"));
            Files.writeString(runtime.resolve("java"), architecture);
        }
        ContentGraph graph = build(JavaLayers.of(classPath())
                .main("app.Main", "-Xmx64m")
                .runtime("/opt/java", platform -> temp.resolve("jlink-" + platform.architecture())));
        Image image = graph.image(LINUX_AMD64);
        String program = "app/classes/" + Program.class.getName().replace('.', '/') + ".class";
        assertThat(files(image))
                .containsExactly(
                        List.of("opt/java/bin/java"),
                        List.of("app/libs/lib-2.jar", "app/libs/lib.jar"),
                        List.of("app/libs/new-1.0-SNAPSHOT.jar"),
                        List.of("app/resources-2/second.txt", "app/resources-2/shared.txt", "app/resources/shared.txt"),
                        List.of(program));
        List<Layer> other = graph.image(LINUX_ARM64).layers();
        assertThat(other.subList(1, 5)).isEqualTo(image.layers().subList(1, 5));
        assertThat(other.get(0)).isNotEqualTo(image.layers().get(0));
        assertThat(image.config().entrypoint())
                .containsExactly(
                        "/opt/java/bin/java",
                        "-Xmx64m",
                        "-cp",
                        "/app/resources:/app/classes:/app/resources-2:/app/classes-2:/app/libs/lib.jar"
                                + ":/app/libs/lib-2.jar:/app/libs/new-1.0-SNAPSHOT.jar",
                        "app.Main");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the class path is Unix's")
    void the_program_runs_from_the_image_as_from_the_class_path() throws Exception {
        List<Path> classPath = classPath();
        JavaLayers layers = JavaLayers.of(classPath).main(Program.class.getName());
        Path root = temp.resolve("root");
        RootFileSystem.of(build(layers).image(LINUX_AMD64)).unpack(root);
        String inImage = Arrays.stream(layers.classPath().split(":"))
                .map(path -> root + path)
                .collect(Collectors.joining(":"));
        String here = classPath.stream().map(Path::toString).collect(Collectors.joining(":"));
        assertThat(run(inImage))
                .isEqualTo(run(here))
                .isEqualTo("first folder,second folder;second;one/lib.jar,two/lib.jar;three/new-1.0-SNAPSHOT.jar;");
    }

    private static String run(String classPath) throws Exception {
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        Program.class.getName())
                .redirectErrorStream(true)
                .start();
        String printed = new String(java.getInputStream().readAllBytes(), UTF_8);
        assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return printed;
    }

    /** What the image runs: prints all resources of some names in the order of the class path. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            for (String name : List.of("shared.txt", "second.txt", "one.txt", "three.txt")) {
                List<String> found = new ArrayList<>();
                for (URL url : Collections.list(Program.class.getClassLoader().getResources(name))) {
                    try (InputStream in = url.openStream()) {
                        found.add(new String(in.readAllBytes(), UTF_8));
                    }
                }
                System.out.print(String.join(",", found) + ";");
            }
        }
    }

    @Test
    void layers_that_would_be_empty_are_left_out_and_what_is_missing_is_told() throws IOException {
        Path resources = Files.createDirectories(temp.resolve("only/resources"));
        Files.writeString(resources.resolve("a.txt"), "a");
        Image image = build(JavaLayers.of(List.of(resources)).in("/srv/").each(recipe -> recipe.owner(5, 6)))
                .image(LINUX_AMD64);
        assertThat(files(image)).containsExactly(List.of("srv/resources/a.txt"));
        assertThat(image.config().entrypoint()).isEmpty();
        assertThatThrownBy(() -> build(JavaLayers.of(List.of(temp.resolve("no")))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining(temp.resolve("no").toString());
        assertThatThrownBy(() -> JavaLayers.of(List.of())).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> JavaLayers.of(List.of(resources)).in("app")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> JavaLayers.of(List.of(resources)).runtime("/x", p -> resources))
                .isInstanceOf(InvalidInputException.class);
    }
}
