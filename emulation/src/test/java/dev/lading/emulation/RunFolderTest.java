package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.InvalidInputException;
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
    void places_for_mounts_are_removed_from_the_innermost_on_and_by_the_last_run_that_uses_them() throws IOException {
        Path state = temp.resolve("state");
        Path outer = Files.createDirectory(temp.resolve("outer"));
        Path inner = Files.createFile(outer.resolve("inner"));
        try (RunFolder last = RunFolder.create(Optional.of(state))) {
            try (RunFolder first = RunFolder.create(Optional.of(state))) {
                first.rememberStub(outer);
                first.rememberStub(inner);
                assertThat(first.stubOfAnother(inner)).isFalse();
                assertThat(last.stubOfAnother(inner)).isTrue();
                last.rememberStub(inner);
                last.rememberStub(outer);
            }
            assertThat(inner).exists();
        }
        assertThat(outer).doesNotExist();
    }

    @Test
    void runs_without_a_state_folder_know_of_each_others_places_for_mounts() throws IOException {
        Path stub = temp.resolve("stub");
        try (RunFolder one = RunFolder.create(Optional.empty());
                RunFolder other = RunFolder.create(Optional.empty())) {
            one.rememberStub(stub);
            assertThat(other.stubOfAnother(stub)).isTrue();
            assertThat(one.stubOfAnother(stub)).isFalse();
        }
    }

    @Test
    void what_others_could_have_written_is_not_swept() throws IOException {
        Path state = Files.createDirectory(temp.resolve("state"));
        Files.createDirectory(state.resolve("run-1-1-0123456789ab"));
        Files.createFile(state.resolve("run-1-1-0123456789ab.lock"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> Launcher.sweep(state)).isInstanceOf(UnavailableException.class);
        assertThat(state.resolve("run-1-1-0123456789ab")).exists();
        assertThatThrownBy(() -> Launcher.sweep(Files.createFile(temp.resolve("file"))))
                .isInstanceOf(InvalidInputException.class);
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
