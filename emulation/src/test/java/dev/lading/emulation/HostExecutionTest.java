package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        Path file = Files.writeString(bin.resolve(name), "#!/bin/true\n");
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
        Files.writeString(entry, "enabled\ninterpreter " + interpreter + "\nflags: PF\noffset 0\n");
        assertThat(host().of(Platform.LINUX_ARM64)).isEqualTo(new Execution.Handler("qemu-aarch64", interpreter));
        Files.writeString(entry, "disabled\ninterpreter " + interpreter + "\nflags: PF\noffset 0\n");
        assertThat(host().of(Platform.LINUX_ARM64)).isEqualTo(new Execution.Emulated(interpreter));
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
