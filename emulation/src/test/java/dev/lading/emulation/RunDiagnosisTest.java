package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From recorded output where nothing else is said: what this test's host cannot produce is marked so. */
class RunDiagnosisTest {
    private static final Optional<QemuTarget> ARM64 = QemuTarget.named("aarch64");

    private static RunDiagnosis judged(int exitCode, String stderr) {
        return RunJudge.of(exitCode, stderr, ARM64, Optional.of("7.2.22"));
    }

    @Test
    void a_program_that_ends_by_itself_is_told_so_whatever_it_wrote() {
        assertThat(judged(0, "qemu: uncaught target signal 11 (Segmentation fault) - core dumped"))
                .isEqualTo(new RunDiagnosis.Ended(0));
        assertThat(judged(7, "nothing of note")).isEqualTo(new RunDiagnosis.Ended(7));
        assertThat(judged(250, "")).isEqualTo(new RunDiagnosis.Ended(250));
        assertThat(RunDiagnosis.of(7, "x", Optional.empty())).isEqualTo(new RunDiagnosis.Ended(7));
    }

    @Test
    void a_signal_on_the_processor_or_from_outside_is_no_fault_of_the_emulator() {
        assertThat(RunDiagnosis.of(139, "qemu: uncaught target signal 11 (", Optional.empty()))
                .isEqualTo(new RunDiagnosis.Signalled(11));
        assertThat(judged(143, "Terminated")).isEqualTo(new RunDiagnosis.Signalled(15));
        assertThat(judged(137, "").explanation()).contains("SIGKILL");
    }

    @Test
    void a_signal_that_the_emulator_speaks_of_is_the_emulated_programs() {
        assertThat(judged(139, "hello\nqemu: uncaught target signal 11 (Segmentation fault) - core dumped\n"))
                .isInstanceOfSatisfying(RunDiagnosis.EmulatedSignal.class, signal -> {
                    assertThat(signal.signal()).isEqualTo(11);
                    assertThat(signal.explanation()).contains("7.2.22");
                    assertThat(signal.known()).isEmpty();
                    assertThat(signal.retryWith()).isEmpty();
                });
        // A stream that the caller took tells nothing here.
        assertThat(judged(139, "")).isInstanceOf(RunDiagnosis.EmulatedSignal.class);
        assertThat(judged(132, "qemu: uncaught target signal 4 (Illegal instruction) - core dumped\n")
                        .retryWith())
                .containsEntry("QEMU_CPU", "max");
        // Recorded elsewhere: no such version is here.
        RunDiagnosis known = RunJudge.of(
                139,
                "qemu: uncaught target signal 11 (Segmentation fault) - core dumped\n",
                ARM64,
                Optional.of("9.2.0"));
        assertThat(known.explanation()).contains("ldconfig", "binfmt 215");
        assertThat(known.remedy()).contains("another version");
    }

    @Test
    void an_emulator_that_refuses_is_told_by_what_it_says() {
        assertThat(judged(255, "qemu-aarch64-static: Could not open '/lib/ld-linux-aarch64.so.1': No such file\n"))
                .isInstanceOfSatisfying(
                        RunDiagnosis.EmulatorRefused.class,
                        refused -> assertThat(refused.remedy()).contains("C library"));
        assertThat(judged(1, "qemu-aarch64-static: unable to find CPU model 'xyz'\n")
                        .remedy())
                .contains("QEMU_CPU");
        assertThat(judged(1, "qemu-arm-static: Unable to reserve 0xfffff000 bytes of virtual address space at 0x1000\n")
                        .remedy())
                .contains("ulimit -v");
        assertThat(judged(255, "qemu-aarch64-static: ./x: Invalid ELF image for this architecture\n")
                        .remedy())
                .contains("architecture");
        // Recorded elsewhere: Apple's emulator.
        assertThat(judged(133, "rosetta error: failed to open elf at /lib64/ld-linux-x86-64.so.2\n")
                        .remedy())
                .contains("C library");
    }

    /** Recorded elsewhere: these need hosts and versions that are not here. */
    @Test
    void faults_of_runtimes_that_emulation_is_known_for_are_named() {
        assertThat(
                        judged(
                                2,
                                "runtime: lfstack.push invalid packing: node=0xffff7c0a0180 cnt=0x1\nfatal error: lfstack.push\n"))
                .isInstanceOfSatisfying(RunDiagnosis.RuntimeFault.class, fault -> {
                    assertThat(fault.said()).contains("lfstack.push invalid packing");
                    assertThat(fault.remedy()).contains("GOARCH");
                });
        assertThat(judged(1, "go: error: fork/exec /usr/local/go/pkg/tool/compile: invalid argument\n"))
                .isInstanceOf(RunDiagnosis.RuntimeFault.class);
        assertThat(judged(2, "runtime: failed to create new OS thread (have 5 already; errno=22)\n")
                        .retryWith())
                .containsEntry("GODEBUG", "asyncpreemptoff=1");
        assertThat(judged(
                                127,
                                "sh: error while loading shared libraries: libc.so.6: failed to map segment from shared object\n")
                        .explanation())
                .contains("pages");
    }

    /** Recorded elsewhere: an emulator that crashes is not to be had at will. */
    @Test
    void an_emulator_that_crashes_is_told_from_its_program() {
        assertThat(judged(139, "QEMU internal SIGSEGV {code=MAPERR, addr=0x20}\n"))
                .isInstanceOf(RunDiagnosis.EmulatorCrashed.class);
        assertThat(judged(134, "qemu: unhandled CPU exception 0x10 - aborting\n"))
                .isInstanceOfSatisfying(
                        RunDiagnosis.EmulatorCrashed.class,
                        crash -> assertThat(crash.remedy()).contains("another version"));
        assertThat(judged(
                        134,
                        "**\nERROR:../accel/tcg/cpu-exec.c:954:cpu_exec: assertion failed: (cpu == current_cpu)\n"))
                .isInstanceOf(RunDiagnosis.EmulatorCrashed.class);
    }

    @Test
    @Timeout(20)
    void output_made_to_keep_the_judge_busy_does_not() {
        for (String piece :
                new String[] {": Assertion ", "fork/exec ", "ERROR:", "qemu-a", "\n", "qemu-a: Assertion "}) {
            String written = "qemu-a" + piece.repeat(1024 * 1024 / piece.length());
            assertThat(judged(1, written)).isNotNull();
        }
    }
}
