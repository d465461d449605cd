package dev.lading.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The command as a process of its own. */
@Timeout(60)
class MainTest {
    private static Process start(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.lading.cli.Main"));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).start();
    }

    /** A shell's background job, and what it starts, ignores SIGINT from its first breath; then there is nothing to test. */
    private static void assumeInterruptible() throws IOException {
        Path status = Path.of("/proc/self/status");
        assumeTrue(Files.isReadable(status), "SKIPPED: whether SIGINT is ignored cannot be seen on this host");
        long ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElse(0);
        assumeTrue((ignored & 1L << 1) == 0, "SKIPPED: this process was started with SIGINT ignored");
    }

    private static void interrupt(Process process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void a_served_registry_ends_cleanly_by_sigint() throws Exception {
        assumeInterruptible();
        Process process = start("registry", "serve", "--port", "0");
        try (BufferedReader results = process.inputReader(UTF_8);
                BufferedReader notes = process.errorReader(UTF_8)) {
            assertThat(results.readLine()).matches("127\\.0\\.0\\.1:[0-9]+");
            interrupt(process);
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(130);
            assertThat(notes.lines()).singleElement().asString().startsWith("serving a registry on ");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void a_verb_that_waits_for_a_silent_registry_ends_by_sigint_and_says_so() throws Exception {
        assumeInterruptible();
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = start("inspect", "127.0.0.1:" + silent.getLocalPort() + "/app:1");
            try (Socket connection = silent.accept();
                    BufferedReader notes = process.errorReader(UTF_8)) {
                // Its first byte shows that the verb is under way.
                assertThat(connection.getInputStream().read()).isPositive();
                interrupt(process);
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isEqualTo(130);
                assertThat(notes.lines())
                        .singleElement()
                        .asString()
                        .startsWith("lading inspect: ")
                        .contains("interrupted");
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void the_exit_code_of_a_wrong_call_is_2() throws Exception {
        Process process = start("inspect", "./x");
        try (BufferedReader results = process.inputReader(UTF_8)) {
            assertThat(results.lines()).isEmpty();
            assertThat(process.waitFor()).isEqualTo(2);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
