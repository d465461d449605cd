package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ExecutableHeader;
import java.util.List;
import org.junit.jupiter.api.Test;

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
}
