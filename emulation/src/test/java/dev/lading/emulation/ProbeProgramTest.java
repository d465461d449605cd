package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lading.oci.CancelledException;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ExecutableHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeProgramTest {
    @Test
    void every_target_has_a_probe_that_is_a_static_program_for_it() {
        for (QemuTarget target : QemuTarget.all()) {
            byte[] program = ProbeProgram.of(target);
            assertThat(QemuTarget.of(program)).contains(target);
            assertThat(ExecutableHeader.of(program, program.length))
                    .as(target.name())
                    .isInstanceOfSatisfying(ElfHeader.class, elf -> {
                        assertThat(elf.program()).isTrue();
                        assertThat(elf.standalone()).contains(true);
                        assertThat(elf.faults()).isEmpty();
                    });
        }
    }

    @Test
    void the_variants_of_arm_have_probes_of_their_own() {
        assertThat(List.of("v5", "v6", "v7", "v8"))
                .allSatisfy(variant -> assertThat(ProbeProgram.arm(variant)).isPresent());
        assertThat(ProbeProgram.arm("v9")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"qemu64, 1", "Nehalem, 2", "Haswell, 3", "max, 3"})
    void the_level_probe_tells_what_the_processor_says(String model, int level, @TempDir Path temp) throws IOException {
        Optional<Path> emulator = HostProgram.find("qemu-x86_64-static");
        assumeTrue(emulator.isPresent(), "SKIPPED: the peer qemu-x86_64-static is not installed; ./check installs it");
        Path program = Files.write(temp.resolve("level"), ProbeProgram.x86Level());
        assertThat(program.toFile().setExecutable(true)).isTrue();
        HostProgram.Outcome outcome = HostProgram.run(
                List.of(emulator.get().toString(), "-cpu", model, program.toString()), Duration.ofSeconds(20));
        assertThat(outcome.exitCode()).isEqualTo(ProbeProgram.EXIT_LEVEL_BASE + level);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void an_interrupt_ends_a_program_of_the_host_at_once_and_stays() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> HostProgram.run(List.of("/bin/sleep", "60"), Duration.ofSeconds(60)))
                    .isInstanceOf(CancelledException.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void a_program_of_the_host_that_goes_on_for_too_long_is_ended_with_all_it_started() {
        HostProgram.Outcome outcome =
                HostProgram.run(List.of("/bin/sh", "-c", "echo begun; sleep 61 & wait"), Duration.ofMillis(300));
        assertThat(outcome.exitCode()).isEqualTo(-1);
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }
}
