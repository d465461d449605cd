package dev.lading.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where what a run needs is kept. Runs themselves are tested with real hosts and roots. */
@EnabledOnOs(OS.LINUX)
class RunVerbTest {
    @TempDir
    Path temp;

    private static Path state(String runtimeFolder) {
        return new RunVerb(name -> Optional.of(runtimeFolder).filter(value -> name.equals("XDG_RUNTIME_DIR"))).state();
    }

    private static Path temporary() throws IOException {
        return Path.of(
                System.getProperty("java.io.tmpdir"),
                "lading-" + Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    @Test
    void a_run_is_kept_in_the_callers_runtime_folder() {
        assertThat(state(temp.toString())).isEqualTo(temp.resolve("lading"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "relative", "/nothing/is/here", "/proc/version", "no\0path"})
    void one_that_is_none_is_not_heeded(String folder) throws IOException {
        assertThat(state(folder)).isEqualTo(temporary());
    }

    @Test
    void one_of_somebody_else_is_not_heeded() throws IOException {
        assumeTrue(Files.getAttribute(temp, "unix:uid").equals(0), "SKIPPED: only root gives folders away");
        Files.setAttribute(temp, "unix:uid", 65534);
        assertThat(state(temp.toString())).isEqualTo(temporary());
    }

    @Test
    void who_runs_into_the_folders_limits_is_told_how_to_name_another() {
        UnavailableException full = new UnavailableException("cannot write to /a/b: No space left on device.");
        assertThat(RunVerb.where(Path.of("/a"), full))
                .hasCause(full)
                .hasMessageMatching(
                        ".* No space left on device\\. Programs are unpacked and started in /a; TMPDIR, .*");
        UnavailableException other = new UnavailableException("/bin/sh could not be started in /a/b");
        assertThat(RunVerb.where(Path.of("/a"), other)).isSameAs(other);
    }
}
