package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.RunResult;
import dev.lading.it.peers.Peers;
import dev.lading.oci.UnavailableException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What happens on the way to a program, with roots that make it hard. */
class LaunchStepsTest {
    private static HostExecution host = HostExecution.detect();

    @TempDir
    Path temp;

    @BeforeAll
    static void programs() {
        Peers.requireRoot();
        Peers.require("runc");
        Peers.require("bwrap");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
    void a_mount_that_the_kernel_refuses_ends_the_launch_and_all_that_was_started_beside_it(BackEnd backEnd) {
        Path state = temp.resolve("state");
        // No overlay is possible over the process table.
        Launcher launcher = Launcher.on(host)
                .root(Path.of("/proc/sys"))
                .changes(temp.resolve("changes"))
                .backEnd(backEnd)
                .state(state);
        assertThatThrownBy(() -> launcher.run("/any"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("/any could not be started")
                .hasMessageContaining("mount");
        assertThat(state).isEmptyDirectory();
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void even_the_hosts_own_root_is_seen_with_devices_and_processes_of_the_runs_own() {
        RunResult run = Launcher.on(host)
                .root(Path.of("/"))
                .backEnd(BackEnd.NAMESPACES)
                .state(temp.resolve("state"))
                .run("/bin/sh", "-c", "ls /dev; echo /proc/[0-9]*; read x </proc/keys || echo hidden");
        assertThat(run.stdout())
                .as(run.stderr())
                .startsWith(
                        "fd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n")
                .contains("/proc/1 ")
                .endsWith("hidden\n");
        assertThat(run.stdout()
                        .lines()
                        .filter(line -> line.startsWith("/proc/"))
                        .findFirst()
                        .orElse("")
                        .split(" "))
                .hasSizeLessThan(10);
    }
}
