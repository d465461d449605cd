package dev.lading.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the script {@code lading} hands to Java, for which a program stands that prints it; the real one is in quickstart. */
@DisabledOnOs(OS.WINDOWS)
class CommandScriptTest {
    @TempDir
    Path temp;

    private Path script = Path.of("/");

    @BeforeEach
    void tree() throws IOException {
        script = Files.copy(Path.of("..", "lading"), temp.resolve("lading"));
        Files.createDirectories(temp.resolve("cli/target/lib"));
        Files.createFile(temp.resolve("cli/target/lading-cli-1.jar"));
        Path java = Files.createDirectories(temp.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho \"locale ${LC_ALL-}\"\nfor word; do echo \"$word\"; done\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> handed(Map<String, String> environment, String... words) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", script.toString()).redirectErrorStream(true);
        builder.command().addAll(List.of(words));
        builder.environment().keySet().retainAll(List.of("PATH"));
        builder.environment().put("JAVA_HOME", temp.resolve("jdk").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        List<String> lines = new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(lines.toString()).isZero();
        return lines;
    }

    @Test
    void words_are_handed_over_as_they_are() throws Exception {
        assertThat(handed(Map.of(), "copy", "a b", "", "*")).endsWith("dev.lading.cli.Main", "copy", "a b", "", "*");
    }

    @Test
    void temporary_files_go_where_the_environment_says() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("a folder"));
        assertThat(handed(Map.of("TMPDIR", folder.toString()), "run")).contains("-Djava.io.tmpdir=" + folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "relative", "/nothing/is/here", "/dev/null"})
    void a_folder_for_them_that_is_none_is_not_heeded(String folder) throws Exception {
        assertThat(handed(Map.of("TMPDIR", folder), "run")).noneMatch(word -> word.contains("tmpdir"));
    }

    /** In a container there is seldom a locale, and Java then reads no name beyond ASCII. */
    @ParameterizedTest
    @CsvSource({
        "LANG, '', C.UTF-8",
        "LANG, C, C.UTF-8",
        "LC_ALL, POSIX, C.UTF-8",
        "LC_ALL, de_DE.ISO-8859-1, de_DE.ISO-8859-1",
        "LANG, en_US.UTF-8, ''",
        "LC_CTYPE, C.UTF-8, ''"
    })
    void names_are_utf_8_where_no_locale_says_otherwise(String variable, String value, String handed) throws Exception {
        assertThat(handed(Map.of(variable, value), "run").get(0)).isEqualTo(("locale " + handed));
    }
}
