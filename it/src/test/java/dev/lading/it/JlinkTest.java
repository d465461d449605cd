package dev.lading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The modules without a network go into a run-time image of their user's as they are: none of their jars is automatic. */
class JlinkTest {
    private static final Set<String> LINKED =
            Set.of("dev.lading.codecs", "dev.lading.oci", "dev.lading.builder", "dev.lading.emulation");

    @TempDir
    Path scratch;

    @Test
    void an_image_made_by_jlink_builds_and_reads_an_image() throws Exception {
        List<Path> modulePath = BuiltModules.all().stream()
                .filter(module -> LINKED.contains(module.name()))
                .flatMap(module -> module.runtimePath().stream())
                .distinct()
                .toList();
        Path image = scratch.resolve("image");
        Path tools = Path.of(System.getProperty("java.home"), "bin");
        run(
                tools.resolve("jlink").toString(),
                "--module-path",
                modulePath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                "--add-modules",
                String.join(",", LINKED),
                "--output",
                image.toString());

        Path source = Files.createDirectory(scratch.resolve("source"));
        Files.writeString(source.resolve("hello"), "hello");
        String said = run(
                image.resolve("bin/java").toString(),
                "-cp",
                testClasses().toString(),
                JlinkProbe.class.getName(),
                source.toString(),
                scratch.resolve("layout").toString());

        assertThat(said.lines())
                .anyMatch(line -> line.startsWith("built sha256:"))
                .contains(
                        "read linux/arm64",
                        "host dev.lading.emulation",
                        "core dev.lading.oci",
                        "home " + image.toRealPath());
    }

    private static Path testClasses() throws Exception {
        return Path.of(JlinkProbe.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    private String run(String... command) throws IOException, InterruptedException {
        Path said = scratch.resolve("said");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        process.getOutputStream().close();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES))
                    .as("%s ends", command[0])
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(said);
        assertThat(process.exitValue())
                .as("%s: %s", Stream.of(command).toList(), text)
                .isZero();
        return text;
    }
}
