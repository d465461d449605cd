package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "emulation is for Linux hosts; execute bits are needed")
class HostExecutionTest {
    @TempDir
    Path temp;

    private Path binfmt;
    private Path bin;

    @BeforeEach
    void folders() throws IOException {
        binfmt = Files.createDirectories(temp.resolve("binfmt"));
        bin = Files.createDirectories(temp.resolve("bin"));
    }

    private HostExecution host() {
        return HostExecution.of(Platform.LINUX_AMD64, binfmt, List.of(bin));
    }

    private Path program(String name) throws IOException {
        Path file = Files.write(
                bin.resolve(name), ProbeProgram.of(QemuTarget.named("x86_64").orElseThrow()));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    @Test
    void the_hosts_own_platform_is_native() {
        assertThat(host().of(Platform.parse("linux/x86_64"))).isEqualTo(new Execution.Native());
    }

    @Test
    void an_enabled_handler_comes_before_an_emulator_on_the_path() throws IOException {
        Path interpreter = program("qemu-aarch64-static");
        Path entry = binfmt.resolve("qemu-aarch64");
        String text = entry(interpreter, "PF");
        Files.writeString(entry, text);
        assertThat(host().of(Platform.LINUX_ARM64)).isInstanceOfSatisfying(Execution.Handler.class, handler -> {
            assertThat(handler.handler()).isEqualTo(BinfmtHandler.parse("qemu-aarch64", text));
            assertThat(handler.interpreter()).isEqualTo(interpreter);
            assertThat(handler.everywhere()).isTrue();
            assertThat(handler.proved()).isFalse();
        });
        Files.writeString(entry, entry(interpreter, "P"));
        assertThat(host().of(Platform.LINUX_ARM64))
                .isInstanceOfSatisfying(
                        Execution.Handler.class,
                        handler -> assertThat(handler.everywhere()).isFalse());
        Files.writeString(entry, text.replace("enabled", "disabled"));
        assertThat(host().of(Platform.LINUX_ARM64)).isEqualTo(new Execution.Emulated(Emulator.of(interpreter), false));
    }

    private static String entry(Path interpreter, String flags) {
        QemuTarget target = QemuTarget.named("aarch64").orElseThrow();
        HexFormat hex = HexFormat.of();
        return "enabled\ninterpreter " + interpreter + "\nflags: " + flags + "\noffset 0\nmagic "
                + hex.formatHex(target.magic()) + "\nmask " + hex.formatHex(target.mask()) + "\n";
    }

    @Test
    void an_emulator_of_the_callers_choice_comes_before_the_hosts_handler() throws IOException {
        Path interpreter = program("qemu-aarch64-static");
        Files.writeString(binfmt.resolve("qemu-aarch64"), entry(interpreter, "PF"));
        Emulator chosen = Emulator.of(program("qemu-aarch64"));
        HostExecution with = host().withEmulators(List.of(chosen));
        assertThat(with.of(Platform.LINUX_ARM64)).isEqualTo(new Execution.Emulated(chosen, false));
        assertThat(with.emulator(chosen.target())).contains(chosen);
    }

    @Test
    void a_handler_whose_emulator_is_gone_is_none_unless_the_kernel_opened_it() throws IOException {
        Path entry = binfmt.resolve("qemu-aarch64");
        Files.writeString(entry, entry(bin.resolve("gone"), "P"));
        assertThat(host().of(Platform.LINUX_ARM64))
                .isInstanceOfSatisfying(
                        Execution.Impossible.class,
                        impossible -> assertThat(impossible.reason())
                                .contains("not there")
                                .contains("qemu-aarch64"));
        Files.writeString(entry, entry(bin.resolve("gone"), "F"));
        assertThat(host().of(Platform.LINUX_ARM64)).isInstanceOf(Execution.Handler.class);
    }

    @Test
    void a_private_table_gets_the_hosts_handlers_first_and_never_its_own_architecture() throws IOException {
        Path interpreter = program("qemu-aarch64");
        Path own = program("qemu-x86_64");
        Files.writeString(binfmt.resolve("theirs"), entry(interpreter, "PF"));
        Files.writeString(binfmt.resolve("off"), entry(interpreter, "PF").replace("enabled", "disabled"));
        Files.writeString(binfmt.resolve("gone"), entry(bin.resolve("gone"), "PF"));
        assertThat(host().privateHandlers(List.of(Emulator.of(own), Emulator.of(interpreter))))
                .extracting(BinfmtHandler::toString)
                .containsExactly("theirs (" + interpreter + ", PF)", "lading-aarch64 (" + interpreter + ", POCF)");
    }

    @Test
    void an_emulator_is_known_by_its_name_and_its_bytes() throws IOException {
        assertThat(Emulator.of(program("qemu-arm64-static")).target().name()).isEqualTo("aarch64");
        assertThat(Emulator.of(program("mips64el-binfmt-P")).target().name()).isEqualTo("mips64el");
        assertThat(Emulator.of(program("qemu-x86_64")).standalone()).isTrue();
        assertThatThrownBy(() -> Emulator.of(program("emulator"))).isInstanceOf(InvalidInputException.class);
        Path script = Files.writeString(bin.resolve("qemu-arm"), "#!/bin/sh\n");
        assertThatThrownBy(() -> Emulator.of(script)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void a_version_with_known_faults_is_named_with_what_to_do() {
        QemuTarget arm64 = QemuTarget.named("aarch64").orElseThrow();
        assertThat(EmulatorFault.of(arm64, "9.2.1")).singleElement().satisfies(fault -> {
            assertThat(fault.symptom()).contains("segmentation fault");
            assertThat(fault.remedy()).contains("10.0");
        });
        assertThat(EmulatorFault.of(arm64, "7.2.22")).isEmpty();
        assertThat(EmulatorFault.of(arm64, "10.1.3")).hasSize(1);
        assertThat(EmulatorFault.of(arm64, "10.1.4")).isEmpty();
        assertThat(EmulatorFault.of(QemuTarget.named("loongarch64").orElseThrow(), "7.2.22"))
                .hasSize(1);
    }

    @Test
    void a_process_that_is_emulated_is_told_by_the_link_that_the_emulator_forgets() throws IOException {
        Path self = temp.resolve("self");
        Path thread = Files.createDirectories(self.resolve("task/7"));
        Files.createSymbolicLink(self.resolve("exe"), Path.of("/usr/bin/java"));
        Files.createSymbolicLink(thread.resolve("exe"), Path.of("/usr/bin/qemu-aarch64"));
        assertThat(HostExecution.emulatedBy(self)).contains(Path.of("/usr/bin/qemu-aarch64"));
        Files.delete(thread.resolve("exe"));
        Files.createSymbolicLink(thread.resolve("exe"), Path.of("/usr/bin/java"));
        assertThat(HostExecution.emulatedBy(self)).isEmpty();
        assertThat(HostExecution.emulatedBy(temp)).isEmpty();
    }

    @Test
    void what_does_not_run_is_said_with_a_remedy() {
        Execution execution = host().of(Platform.LINUX_S390X);
        assertThat(execution).isInstanceOfSatisfying(Execution.Impossible.class, impossible -> {
            assertThat(impossible.reason()).contains("s390x").contains("linux/amd64");
            assertThat(impossible.remedy()).contains("qemu-user-static");
        });
        assertThat(host().of(Platform.parse("windows/amd64"))).isInstanceOf(Execution.Impossible.class);
    }

    @Test
    void this_host_runs_its_own_platform() {
        HostExecution here = HostExecution.detect();
        assertThat(here.of(here.host())).isEqualTo(new Execution.Native());
    }
}
