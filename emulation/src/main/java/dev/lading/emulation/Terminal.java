package dev.lading.emulation;

import dev.lading.oci.LadingException;
import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The terminal of this process, and one of a program's own before it. A program never gets this process's terminal itself where
 * it is kept apart: it could type into it (ioctl_tty(2), TIOCSTI) what a shell of the host then runs.
 */
final class Terminal {
    private static final String PROGRAM = "script";

    /** How large a terminal is, in letters. */
    record Size(int rows, int columns) {}

    private Terminal() {}

    /** Says whether a program is to have a terminal of its own: where it is wanted, and all three streams are one. */
    static boolean given(LaunchSpec spec) {
        return spec.terminal && List.of("0", "1", "2").stream().allMatch(Terminal::isTerminal);
    }

    private static boolean isTerminal(String descriptor) {
        try {
            String file =
                    Files.readSymbolicLink(Path.of("/proc/self/fd", descriptor)).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The words that start a command of the shell in a terminal of its own, and end with its exit code.
     *
     * @param shell what the command finds in the variable SHELL, if anything. It is not left to the program that makes the
     *     terminal, which would start what it names: on the host, and an image may say what.
     */
    static List<String> around(String command, Optional<String> shell) {
        String script = HostProgram.find(PROGRAM)
                .map(Path::toString)
                .orElseThrow(() -> new UnsupportedException("a terminal cannot be given without the program «script» of"
                        + " util-linux on this host; install it, install runc, or redirect one of the streams"));
        String variable =
                shell.map(value -> "export SHELL=" + ShellText.quoted(value)).orElse("unset SHELL");
        return List.of(
                Stage.tool("env"),
                "SHELL=" + Stage.tool("sh"),
                script,
                "--quiet",
                "--return",
                "--command",
                variable + "; " + command,
                "/dev/null");
    }

    /** How large this process's terminal is, if it says so. */
    static Optional<Size> size() {
        return HostProgram.find("stty")
                .map(stty -> stty(stty, "size"))
                .filter(said -> said.matches("[1-9][0-9]{0,4} [1-9][0-9]{0,4}"))
                .map(said -> said.split(" ", 2))
                .map(fields -> new Size(Integer.parseInt(fields[0]), Integer.parseInt(fields[1])));
    }

    /** What is set for this process's terminal, to be set again when a program was ended that had changed it. */
    static Optional<String> settings() {
        return HostProgram.find("stty").map(stty -> stty(stty, "-g")).filter(text -> !text.isEmpty());
    }

    static void set(String settings) {
        HostProgram.find("stty").ifPresent(stty -> stty(stty, settings));
    }

    /** Of an interrupted run too. */
    private static String stty(Path program, String word) {
        boolean interrupted = Thread.interrupted();
        try {
            Process process = new ProcessBuilder(program.toString(), word)
                    .redirectInput(Redirect.INHERIT)
                    .redirectError(Redirect.DISCARD)
                    .start();
            try (InputStream out = process.getInputStream()) {
                return new String(out.readAllBytes(), StandardCharsets.US_ASCII).strip();
            }
        } catch (IOException e) {
            throw LadingException.from("cannot ask the terminal for its settings", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
