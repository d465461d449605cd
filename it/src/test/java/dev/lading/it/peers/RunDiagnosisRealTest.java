package dev.lading.it.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.RunDiagnosis;
import dev.lading.emulation.RunResult;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** By whose doing real emulated runs end. */
@Timeout(120)
class RunDiagnosisRealTest {
    @TempDir
    Path temp;

    @BeforeEach
    void peers() {
        Peers.requireRoot();
        Peers.require("qemu-aarch64-static");
    }

    private Launcher launcher(String debian, String platform) throws IOException {
        Path root = temp.resolve(debian);
        Path busybox = root.resolve("bin/busybox");
        Files.createDirectories(Objects.requireNonNull(busybox.getParent()));
        Files.copy(
                DebianPackages.unpacked(debian, "busybox-static").resolve("bin/busybox"),
                busybox,
                StandardCopyOption.COPY_ATTRIBUTES);
        return Launcher.on(HostExecution.detect())
                .state(Files.createDirectories(temp.resolve("state")))
                .root(root)
                .platform(Platform.parse(platform));
    }

    @Test
    void an_emulated_program_that_crashes_is_told_from_one_that_ends_or_is_killed() throws IOException {
        Launcher launcher = launcher("arm64", "linux/arm64");
        assertThat(launcher.run("/bin/busybox", "sh", "-c", "exit 7").diagnosis())
                .isEqualTo(new RunDiagnosis.Ended(7));
        RunResult crashed = launcher.run("/bin/busybox", "sh", "-c", "exec /bin/busybox sh -c 'kill -SEGV $$'");
        assertThat(crashed.exitCode()).isEqualTo(139);
        assertThat(crashed.diagnosis()).isInstanceOfSatisfying(RunDiagnosis.EmulatedSignal.class, signal -> {
            assertThat(signal.signal()).isEqualTo(11);
            assertThat(signal.version()).isPresent();
        });
        assertThat(crashed.first()).isEmpty();
    }

    @Test
    void a_run_that_the_emulators_processor_failed_is_tried_once_more_and_both_stand_in_the_result()
            throws IOException {
        RunResult result = launcher("armhf", "linux/arm/v7")
                .cpuModel("arm926")
                .retryWith(Map.of("QEMU_CPU", "max"))
                .run("/bin/busybox", "echo", "hello");
        assertThat(result.exitCode()).isZero();
        assertThat(result.stdout()).isEqualTo("hello\n");
        assertThat(result.notes()).contains("tried once more with QEMU_CPU=max");
        assertThat(result.first()).hasValueSatisfying(first -> {
            assertThat(first.exitCode()).isEqualTo(132);
            assertThat(first.diagnosis().retryWith()).containsEntry("QEMU_CPU", "max");
        });
    }
}
