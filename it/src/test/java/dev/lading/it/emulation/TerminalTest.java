package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.build.ImageBuilder;
import dev.lading.it.peers.BusyboxRoot;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.Peers;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Platform;
import dev.lading.oci.layout.OciLayout;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command in a terminal, which util-linux's {@code script} is. */
class TerminalTest {
    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    private static Path layout = Path.of("/");
    private String script = "";

    @BeforeAll
    static void image() {
        Peers.requireRoot();
        for (String program : List.of("runc", "bwrap", "script", "stty", "qemu-aarch64-static")) {
            Peers.require(program);
        }
        layout = shared.resolve("layout");
        Path amd64 = BusyboxRoot.make(shared.resolve("amd64"), "amd64");
        Path arm64 = BusyboxRoot.make(shared.resolve("arm64"), "arm64");
        try (OciLayout place = OciLayout.open(layout)) {
            ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_AMD64, Platform.LINUX_ARM64)
                    .layerFor(Platform.LINUX_AMD64, LayerRecipe.folder(amd64).into("/"))
                    .layerFor(Platform.LINUX_ARM64, LayerRecipe.folder(arm64).into("/"))
                    .config(c -> c.entrypoint("/bin/sh", "-c"))
                    .build(place, "1");
        }
    }

    @BeforeEach
    void terminal() {
        script = Peers.require("script").toString();
    }

    /** The words of a terminal in which the command runs a line of the shell, and another line follows. */
    private String[] inTerminal(String by, String platform, List<String> options, String line, String after)
            throws IOException {
        List<String> words =
                Command.ladingWords(List.of("-Djava.io.tmpdir=" + temp), "run", "--by", by, "--platform", platform);
        words.addAll(options);
        words.addAll(List.of("oci:" + layout + ":1", "--", line));
        String quoted = words.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        Path file = Files.writeString(temp.resolve("session"), "stty cols 91 rows 33\n" + quoted + "\n" + after);
        // Whoever runs the tests in the background hands on that an interrupt is ignored, which no terminal does.
        return new String[] {
            "env", "--default-signal", "XDG_RUNTIME_DIR=", script, "-qec", "exec sh " + file, "/dev/null"
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"runtime", "bubblewrap", "namespaces"})
    void a_program_has_a_terminal_of_its_own_with_this_ones_size(String by) throws IOException {
        for (String platform : List.of("linux/amd64", "linux/arm64")) {
            Command command = Command.run(inTerminal(
                    by,
                    platform,
                    List.of(),
                    "test -t 0 && test -t 1 && test -t 2 && echo three; busybox stty size;"
                            + " echo of its own >/dev/tty; exit 7",
                    "exit $?"));
            assertThat(command.exitCode()).as(command.out()).isEqualTo(7);
            assertThat(command.out()).contains("three", "33 91", "of its own");
        }
        assertThat(temp.resolve("lading-0")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"runtime", "bubblewrap", "namespaces"})
    void what_is_typed_reaches_the_program_and_control_c_its_child(String by) throws Exception {
        Process session = new ProcessBuilder(inTerminal(
                        by,
                        "linux/amd64",
                        List.of("--timeout", "100"),
                        // The child says so: a shell that is told before it waits would wait first.
                        "echo ready; read line; trap 'exit 8' INT; (echo got $line; exec sleep 50); exit 9",
                        ""))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader out =
                        new BufferedReader(new InputStreamReader(session.getInputStream(), StandardCharsets.UTF_8));
                OutputStream in = session.getOutputStream()) {
            assertThat(until(out, "ready")).isTrue();
            in.write("typed\n".getBytes(StandardCharsets.UTF_8));
            in.flush();
            assertThat(until(out, "got typed")).isTrue();
            in.write(3);
            in.flush();
            assertThat(until(out, "never said")).isFalse();
            // Bubblewrap stands beside the program, and ends by what is meant for that.
            assertThat(session.waitFor()).isEqualTo(by.equals("bubblewrap") ? 130 : 8);
        } finally {
            session.destroyForcibly().waitFor();
        }
    }

    /** The command's own time limit ends a program that never says what is waited for. */
    private static boolean until(BufferedReader out, String text) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.contains(text)) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @ValueSource(strings = {"runtime", "bubblewrap", "namespaces"})
    void a_terminal_is_as_it_was_when_the_program_was_ended(String by) throws IOException {
        Command command = Command.run(
                inTerminal(by, "linux/amd64", List.of("--timeout", "3"), "echo begun; sleep 4714", "stty -a; exit 0"));
        assertThat(command.out()).contains("begun").contains(" icanon").contains(" echo ");
    }

    @Test
    void without_a_terminal_there_is_none_inside() throws IOException {
        String[] session =
                inTerminal("runtime", "linux/amd64", List.of(), "test -t 1 || echo none; echo err >&2", "exit 0");
        Command command = Command.run("sh", temp.resolve("session").toString());
        assertThat(session).isNotEmpty();
        assertThat(command.out()).contains("none").doesNotContain("err");
        assertThat(command.err()).contains("err");
    }
}
