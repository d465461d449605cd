package dev.lading.examples;

import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;
import static dev.lading.oci.Platform.LINUX_S390X;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lading.emulation.Execution;
import dev.lading.emulation.HostExecution;
import dev.lading.oci.Platform;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.platform.ExecutableHeader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TinyElfTest {
    static Stream<Platform> platforms() {
        return Stream.of(LINUX_AMD64, LINUX_ARM64);
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void the_header_says_which_platform_a_program_is_for(Platform platform) {
        assertThat(ExecutableHeader.of(TinyElf.program(platform)).platform()).contains(platform);
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void a_program_says_its_platform_and_ends_well_wherever_it_runs(Platform platform, @TempDir Path folder)
            throws Exception {
        Execution how = HostExecution.detect().of(platform);
        boolean required = "1".equals(System.getenv("LADING_REQUIRE_PEERS"));
        assumeTrue(
                required || !(how instanceof Execution.Impossible),
                () -> "SKIPPED: " + platform + " does not run here: " + how);
        assertThat(how).isNotInstanceOf(Execution.Impossible.class);
        Path file = Files.write(folder.resolve("hello"), TinyElf.program(platform));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> command = how instanceof Execution.Emulated emulated
                ? List.of(emulated.emulator().toString(), file.toString())
                : List.of(file.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("hello from " + platform + "\n");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void a_platform_without_a_table_is_refused_by_name() {
        assertThatThrownBy(() -> TinyElf.program(LINUX_S390X))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("linux/s390x");
    }
}
