package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "programs are run on Linux")
class RunFolderTest {
    @TempDir
    Path temp;

    @Test
    void a_run_of_this_process_is_not_swept_and_leaves_nothing() throws IOException {
        Path state = temp.resolve("state");
        try (RunFolder run = RunFolder.create(Optional.of(state))) {
            Files.writeString(run.path().resolve("file"), "x");
            assertThat(Launcher.sweep(state)).isZero();
            assertThat(run.path()).isDirectory();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                    .isEqualTo("rwx------");
        }
        assertThat(state).isEmptyDirectory();
        assertThat(Launcher.sweep(temp.resolve("never"))).isZero();
    }

    @Test
    void what_a_dead_process_left_is_cleared_and_nothing_that_links_lead_to() throws IOException {
        Path state = Files.createDirectory(temp.resolve("state"));
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Path victim = Files.writeString(outside.resolve("victim"), "x");
        Path left = Files.createDirectories(state.resolve("run-1-1-0123456789ab"));
        Files.writeString(state.resolve("run-1-1-0123456789ab.lock"), "");
        Files.createSymbolicLink(left.resolve("link"), outside);
        Path closed = Files.createDirectory(left.resolve("closed"));
        Files.writeString(closed.resolve("file"), "x");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        Path stub = Files.writeString(outside.resolve("stub"), "");
        Path used = Files.writeString(outside.resolve("used"), "written since");
        Files.writeString(left.resolve("stubs"), stub + "\n" + used + "\n");
        // The process with this number began at another moment, so it is somebody else now.
        Files.writeString(left.resolve("processes"), ProcessHandle.current().pid() + " 1\nnonsense\n");
        Files.writeString(left.resolve("cgroups"), outside + "\n");
        Path foreign = Files.createDirectory(state.resolve("not-a-run"));

        assertThat(Launcher.sweep(state)).isEqualTo(1);

        assertThat(left).doesNotExist();
        assertThat(victim).exists();
        assertThat(stub).doesNotExist();
        assertThat(used).exists();
        assertThat(foreign).exists();
        assertThat(state.resolve("run-1-1-0123456789ab.lock")).doesNotExist();
    }

    @Test
    void a_state_folder_that_others_may_write_to_is_refused() throws IOException {
        Path state = Files.createDirectory(temp.resolve("state"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> RunFolder.create(Optional.of(state)))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("yours alone");
    }
}
