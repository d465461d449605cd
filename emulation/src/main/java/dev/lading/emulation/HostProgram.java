package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.CancelledException;
import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Short programs of the host: found in the system's own folders only, never on a PATH that somebody else may have set and
 * never in a root file system; run with an empty environment, no input, and little output.
 */
final class HostProgram {
    /** More than this does not wait in a pipe; who writes more is ended by the deadline. */
    private static final int MAX_OUTPUT_BYTES = 64 * 1024;

    /** The kernel takes a process away in a fraction of this. */
    private static final Duration MAX_END = Duration.ofMillis(50);

    private static final List<Path> FOLDERS = List.of(
            Path.of("/usr/bin"),
            Path.of("/bin"),
            Path.of("/usr/sbin"),
            Path.of("/sbin"),
            // NixOS and Guix have nothing else.
            Path.of("/run/current-system/sw/bin"),
            Path.of("/run/current-system/profile/bin"));

    /**
     * How a program ended.
     *
     * @param exitCode its exit code, 128 and the number of a signal, or -1 if the deadline ended it
     * @param out what it wrote, both streams
     */
    record Outcome(int exitCode, String out) {}

    private HostProgram() {}

    static List<Path> folders() {
        return FOLDERS;
    }

    /** Finds a program by its name. */
    static Optional<Path> find(String name) {
        return FOLDERS.stream()
                .map(folder -> folder.resolve(name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /**
     * Runs a program to its end.
     *
     * @param command the program and its arguments
     * @param deadline when to end it and all it started
     * @return how it ended
     * @throws UnavailableException if it cannot be started
     * @throws CancelledException if the thread is interrupted; the program is ended
     */
    static Outcome run(List<String> command, Duration deadline) {
        return run(command, Map.of(), deadline);
    }

    static Outcome run(List<String> command, Map<String, String> environment, Duration deadline) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        builder.environment().putAll(environment);
        builder.redirectInput(Path.of("/dev/null").toFile());
        try {
            Process process = builder.start();
            try (InputStream out = process.getInputStream()) {
                boolean ended = process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
                // What it started may hold the pipe open, so nothing is waited for here.
                byte[] text = out.readNBytes(Math.min(out.available(), MAX_OUTPUT_BYTES));
                return new Outcome(ended ? process.exitValue() : -1, new String(text, UTF_8));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException("the thread was interrupted while " + command.get(0) + " ran", e);
            } finally {
                if (process.isAlive()) {
                    end(process);
                }
            }
        } catch (IOException e) {
            throw new UnavailableException(command.get(0) + " cannot be started: " + e.getMessage(), e);
        }
    }

    /** Ends a process and all it started, and waits for it to be gone, so that it writes nothing behind our back. */
    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        long until = System.nanoTime() + MAX_END.toNanos();
        // The thread may be interrupted, and would not wait for anything that can be waited for.
        while (process.isAlive() && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }
}
