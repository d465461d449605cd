package dev.lading.emulation;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a program ended.
 *
 * @param exitCode its exit code; 128 and the number of the signal where one ended it, as shells have it
 * @param stdout the last {@value #KEPT_BYTES} bytes of its standard output, read as UTF-8; empty if the caller took them
 * @param stderr the last {@value #KEPT_BYTES} bytes of its standard error, read as UTF-8; empty if the caller took them
 * @param stdoutCut true if there was more standard output than was kept
 * @param stderrCut true if there was more standard error than was kept
 * @param backEnd what it was started by
 * @param runtime the name and version of the OCI runtime, as it tells them; empty if none started it
 * @param changes the folder that holds what it changed, as the upper folder of an overlay; empty if it changed the root itself
 * @param notes what was done otherwise than one may expect, in sentences; empty if nothing
 * @param diagnosis by whose doing it ended: the program's, a signal's or the emulator's, judged by the exit code and the end of
 *     standard error as far as it was kept
 * @param first the run before this one, where {@link Launcher#retryWith} had it tried once more
 */
public record RunResult(
        int exitCode,
        String stdout,
        String stderr,
        boolean stdoutCut,
        boolean stderrCut,
        BackEnd backEnd,
        Optional<String> runtime,
        Optional<Path> changes,
        List<String> notes,
        RunDiagnosis diagnosis,
        Optional<RunResult> first) {
    /** How much of each stream is kept where the caller does not take it. */
    public static final int KEPT_BYTES = 1024 * 1024;

    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 64;

    /** Makes the value. */
    public RunResult {
        Objects.requireNonNull(stdout);
        Objects.requireNonNull(stderr);
        Objects.requireNonNull(backEnd);
        Objects.requireNonNull(runtime);
        Objects.requireNonNull(changes);
        notes = List.copyOf(notes);
        Objects.requireNonNull(diagnosis);
        Objects.requireNonNull(first);
    }

    RunResult after(RunResult before) {
        return new RunResult(
                exitCode,
                stdout,
                stderr,
                stdoutCut,
                stderrCut,
                backEnd,
                runtime,
                changes,
                notes,
                diagnosis,
                Optional.of(before));
    }

    /**
     * Returns the signal that ended the program, as far as the exit code tells it: a program can also end with such a code by
     * itself, and a shell does so for a program of its own that was ended by a signal.
     *
     * @return the number of the signal, or empty
     */
    public OptionalInt signal() {
        return exitCode > SIGNAL_BASE && exitCode <= SIGNAL_BASE + LAST_SIGNAL
                ? OptionalInt.of(exitCode - SIGNAL_BASE)
                : OptionalInt.empty();
    }
}
