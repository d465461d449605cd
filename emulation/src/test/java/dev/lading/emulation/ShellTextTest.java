package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "programs are run on Linux")
class ShellTextTest {
    @TempDir
    Path temp;

    @Test
    void every_word_comes_through_the_shell_as_it_is() throws IOException, InterruptedException {
        List<String> words =
                List.of("it's", "", "$HOME `id` $(id)", "a\nb\\", "\"*\" ? [a]", "ünï\u0081", "-n", "#!", "~");
        Path script = temp.resolve("script");
        new ShellText().line("printf '<%s>' " + ShellText.quoted(words)).writeTo(script);
        Process shell = new ProcessBuilder("/bin/sh", script.toString())
                .redirectErrorStream(true)
                .start();
        shell.getOutputStream().close();
        String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).isZero();
        assertThat(out).isEqualTo("<" + String.join("><", words) + ">");
    }

    @Test
    void a_zero_byte_is_refused() {
        assertThatThrownBy(() -> ShellText.quoted("a\0b")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void what_the_hosts_programs_would_obey_does_not_pass_them() {
        assertThat(List.of("PATH", "GREETING", "LANG", "_X9")).allMatch(Stage::passes);
        assertThat(List.of(
                        "LD_PRELOAD",
                        "LD_LIBRARY_PATH",
                        "GLIBC_TUNABLES",
                        "MALLOC_ARENA_MAX",
                        "BASH_ENV",
                        "ENV",
                        "a.b",
                        "1A"))
                .noneMatch(Stage::passes);
    }
}
