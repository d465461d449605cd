package dev.lading.emulation;

import dev.lading.emulation.RunDiagnosis.EmulatedSignal;
import dev.lading.emulation.RunDiagnosis.EmulatorCrashed;
import dev.lading.emulation.RunDiagnosis.EmulatorRefused;
import dev.lading.emulation.RunDiagnosis.Ended;
import dev.lading.emulation.RunDiagnosis.RuntimeFault;
import dev.lading.emulation.RunDiagnosis.Signalled;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Tells how a run ended, from its exit code and what QEMU and language runtimes are known to write. */
final class RunJudge {
    static final int SIGNAL_BASE = 128;
    static final int SIGILL = 4;

    private static final int LAST_SIGNAL = 64;
    private static final int MAX_SHOWN = 300;
    private static final int MAX_JUDGED = 64 * 1024;
    private static final int MAX_LINE = 500;
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL, an illegal instruction"),
            Map.entry(5, "SIGTRAP"),
            Map.entry(6, "SIGABRT"),
            Map.entry(7, "SIGBUS, memory that is not there"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL, by somebody or for want of memory"),
            Map.entry(11, "SIGSEGV, a wrong address"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(15, "SIGTERM"),
            Map.entry(24, "SIGXCPU"),
            Map.entry(31, "SIGSYS, a forbidden system call"));

    /** Signals by which a program's own fault ends it: SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV. */
    private static final Set<Integer> CORE = Set.of(4, 6, 7, 8, 11);

    private static final Pattern GUEST = Pattern.compile("(?m)^qemu: uncaught target signal (\\d+) ");
    private static final Pattern CRASH = Pattern.compile("(?m)^(QEMU internal SIG.*"
            + "|qemu: unhandled CPU exception .*"
            + "|(?:\\*\\*\\n)?ERROR:.*(?:accel|target|linux-user)/.*"
            + "|qemu-[a-z0-9_]+.*: Assertion .* failed.*)$");
    private static final Pattern REFUSED =
            Pattern.compile("(?m)^(?:qemu-[a-z0-9_]+(?:-static)?|[a-z0-9_]+-binfmt-P): (.*)$");
    private static final Pattern ROSETTA = Pattern.compile("(?m)^rosetta error: (.*)$");
    private static final Pattern GO_PACKING =
            Pattern.compile("(?m)^(?:runtime: |fatal error: )(lfstack\\.push(?: invalid packing)?.*)$");
    private static final Pattern GO_CLONE = Pattern.compile("(?m)(fork/exec [^\\n]*: invalid argument)$");
    private static final Pattern GO_THREAD =
            Pattern.compile("(?m)^(runtime: failed to create new OS thread.*|fatal error: newosproc.*)$");
    private static final Pattern MAP_SEGMENT =
            Pattern.compile("(?m)(failed to map segment from shared object.*|cannot allocate TLS.*)$");

    private RunJudge() {}

    /** Whether something in the text may need the emulator's version. */
    static boolean suspicious(String written) {
        String stderr = bounded(written);
        return List.of(GUEST, CRASH, REFUSED, ROSETTA, GO_PACKING, GO_CLONE, GO_THREAD, MAP_SEGMENT).stream()
                .anyMatch(pattern -> pattern.matcher(stderr).find());
    }

    /** What a program writes may be made to keep a pattern busy: the end of it, by lines of bounded length, is looked at. */
    private static String bounded(String stderr) {
        return stderr.substring(Math.max(0, stderr.length() - MAX_JUDGED))
                .lines()
                .map(line -> line.length() > MAX_LINE ? line.substring(0, MAX_LINE) : line)
                .collect(Collectors.joining("\n"));
    }

    static RunDiagnosis of(int exitCode, String written, Optional<QemuTarget> target, Optional<String> version) {
        String stderr = bounded(written);
        boolean signal = exitCode > SIGNAL_BASE && exitCode <= SIGNAL_BASE + LAST_SIGNAL;
        if (exitCode == 0 || target.isEmpty()) {
            return signal ? new Signalled(exitCode - SIGNAL_BASE) : new Ended(exitCode);
        }
        return crash(stderr, version)
                .or(() -> runtime(stderr, target.get(), version))
                // It ends by a signal when it refuses.
                .or(() -> found(ROSETTA, stderr).map(said -> new EmulatorRefused(said, version, loaderRemedy(said))))
                .or(() -> signal
                        ? Optional.of(signal(exitCode - SIGNAL_BASE, stderr, target.get(), version))
                        : Optional.empty())
                .or(() -> refused(stderr, version))
                .orElseGet(() -> new Ended(exitCode));
    }

    private static Optional<RunDiagnosis> crash(String stderr, Optional<String> version) {
        return found(CRASH, stderr).map(said -> new EmulatorCrashed(said, version));
    }

    private static RunDiagnosis signal(int signal, String stderr, QemuTarget target, Optional<String> version) {
        // QEMU says so when the program it emulates ends by a signal that leaves a core, whoever sent it; a stream that
        // was
        // not kept says nothing. Who is killed from outside says nothing either.
        boolean said = found(GUEST, stderr)
                .filter(number -> number.equals(Integer.toString(signal)))
                .isPresent();
        if (!said && !CORE.contains(signal)) {
            return new Signalled(signal);
        }
        List<EmulatorFault> known = version.map(v -> EmulatorFault.of(target, v)).orElse(List.of()).stream()
                .filter(fault -> signal == SIGILL
                        ? fault.symptom().contains("illegal instruction")
                        : fault.symptom().contains("segmentation fault")
                                || fault.symptom().contains("crashes"))
                .toList();
        return new EmulatedSignal(signal, version, known, signal == SIGILL ? Map.of("QEMU_CPU", "max") : Map.of());
    }

    private static Optional<RunDiagnosis> runtime(String stderr, QemuTarget target, Optional<String> version) {
        Optional<String> packing = found(GO_PACKING, stderr);
        if (packing.isPresent()) {
            return Optional.of(new RuntimeFault(
                    "Go: " + packing.get(),
                    "an emulated " + target.architecture()
                            + " program gets addresses that Go cannot pack; known where the host uses addresses of 48 bits or"
                            + " more for itself (golang 69255, tonistiigi/binfmt 269)",
                    version,
                    "build natively or cross-compile (GOARCH), or take another version of QEMU",
                    Map.of()));
        }
        Optional<String> clone = found(GO_CLONE, stderr);
        if (clone.isPresent()) {
            return Optional.of(new RuntimeFault(
                    "Go: " + clone.get(),
                    "this version of QEMU does not know how Go starts processes",
                    version,
                    "take a newer version of QEMU",
                    Map.of()));
        }
        Optional<String> thread = found(GO_THREAD, stderr);
        if (thread.isPresent()) {
            return Optional.of(new RuntimeFault(
                    "Go: " + thread.get(),
                    "emulated Go programs need more threads than they are allowed, or are interrupted while they start one"
                            + " (golang 36981)",
                    version,
                    "raise the limit of processes, or set GODEBUG=asyncpreemptoff=1",
                    Map.of("GODEBUG", "asyncpreemptoff=1")));
        }
        return found(MAP_SEGMENT, stderr)
                .map(said -> new RuntimeFault(
                        "the loader: " + said,
                        "the host's memory pages may be larger than the program's libraries are laid out for",
                        version,
                        "run it on a host with pages of 4 KiB, or take an image that is built for larger ones",
                        Map.of()));
    }

    private static Optional<RunDiagnosis> refused(String stderr, Optional<String> version) {
        return found(REFUSED, stderr).map(said -> new EmulatorRefused(said, version, remedy(said)));
    }

    private static String remedy(String said) {
        if (said.startsWith("Unable to reserve")) {
            return "raise the limit of address space (ulimit -v); a 32-bit program needs 4 GiB of it";
        }
        if (said.startsWith("unable to find CPU model")) {
            return "name a processor that the emulator has in QEMU_CPU, or leave it out";
        }
        if (said.endsWith("Invalid ELF image for this architecture")) {
            return "register the emulator for the program's architecture; lading explain says which that is";
        }
        return loaderRemedy(said);
    }

    private static String loaderRemedy(String said) {
        return said.contains("Could not open") || said.contains("failed to open elf")
                ? "install the C library of the program's architecture in the root file system: its loader is not there"
                : "lading explain says what the program needs";
    }

    private static Optional<String> found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String said = matcher.group(1).strip();
        return Optional.of(said.length() > MAX_SHOWN ? said.substring(0, MAX_SHOWN) + "…" : said);
    }

    static String name(int signal) {
        return "the signal " + signal
                + Optional.ofNullable(SIGNALS.get(signal))
                        .map(name -> " (" + name + ")")
                        .orElse("");
    }

    static String under(Optional<String> version) {
        return version.map(number -> " under QEMU " + number).orElse(" under emulation");
    }
}
