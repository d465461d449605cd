package dev.lading.emulation;

import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Runs probe programs, all of one call by one shell: as the kernel starts them here, in an empty root file system, and by an
 * emulator.
 *
 * <p>The shell writes the programs itself: a descriptor that another thread's child holds open for writing would make the
 * kernel refuse them. A shell takes a program that the kernel refuses for a script; so does the JDK. Of that comes an exit
 * code, and every exit code but the expected one is a «no»; the shell stands in a folder that holds nothing.
 */
final class ProbeRun {
    private static final System.Logger LOG = System.getLogger(ProbeRun.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Where to look for a folder that programs can be started from, after the temporary one. */
    private static final List<Path> BASES = List.of(Path.of("/dev/shm"), Path.of("/var/tmp"), Path.of("/run"));

    // Arguments: chroot's path or nothing, the folder, then threes of name, program as octal escapes, emulator or
    // nothing.
    private static final String SCRIPT = """
            ulimit -c 0
            chroot=$1
            cd "$2" || exit 1
            shift 2
            while [ $# -ge 3 ]; do
              printf "$2" >"$1" && chmod 755 "$1"
              if [ -n "$3" ]; then
                "$3" "./$1" </dev/null >/dev/null 2>&1
                echo "$1 $? -"
              else
                (exec "./$1") </dev/null >/dev/null 2>&1
                plain=$?
                inside=-
                if [ -n "$chroot" ]; then
                  "$chroot" . "/$1" </dev/null >/dev/null 2>&1
                  inside=$?
                fi
                echo "$1 $plain $inside"
              fi
              rm -f "$1"
              shift 3
            done 2>/dev/null
            """;

    /**
     * What to run.
     *
     * @param name a word, unique in its call
     * @param program the bytes of the program
     * @param emulator what to start it by; null where the kernel shall
     */
    record Probe(String name, byte[] program, @Nullable Path emulator) {
        Probe {
            program = program.clone();
        }

        @Override
        public byte[] program() {
            return program.clone();
        }
    }

    /**
     * How a probe ended.
     *
     * @param plain its exit code
     * @param inside its exit code in an empty root file system; empty where that could not be tried
     */
    record Result(int plain, OptionalInt inside) {
        boolean ok() {
            return plain == ProbeProgram.EXIT_OK;
        }

        boolean argvShifted() {
            return plain == ProbeProgram.EXIT_ARGV_SHORT || plain == ProbeProgram.EXIT_ARGV_LONG;
        }
    }

    private ProbeRun() {}

    /**
     * Runs the probes, in the first temporary folder that programs can be started from.
     *
     * @param control a probe that this host runs for certain
     * @param probes the probes
     * @return the results by the names; a probe that did not come to its end has none
     * @throws UnavailableException if the host has no shell, or no folder of that kind
     */
    static Map<String, Result> run(Probe control, List<Probe> probes) {
        Path shell = HostProgram.find("sh")
                .orElseThrow(() -> new UnavailableException("this host has no /bin/sh to run probes with"));
        List<Probe> all = new ArrayList<>(probes);
        all.add(0, control);
        List<Optional<Path>> bases = new ArrayList<>(List.of(Optional.empty()));
        BASES.forEach(base -> bases.add(Optional.of(base)));
        for (Optional<Path> base : bases) {
            Map<String, Result> results = in(base, shell, all);
            Result known = results.get(control.name());
            if (known != null && known.ok()) {
                return results;
            }
        }
        throw new UnavailableException("probes cannot be run: neither the temporary folder nor one of " + BASES
                + " can be written to and has programs started from it. Mount one of them without «noexec».");
    }

    private static Map<String, Result> in(Optional<Path> base, Path shell, List<Probe> probes) {
        Path folder;
        try {
            folder = base.isPresent()
                    ? Files.createTempDirectory(base.get(), "lading-probe")
                    : Files.createTempDirectory("lading-probe");
        } catch (IOException e) {
            return Map.of();
        }
        try {
            return run(shell, folder, probes);
        } finally {
            delete(folder);
        }
    }

    private static Map<String, Result> run(Path shell, Path folder, List<Probe> probes) {
        List<String> arguments = new ArrayList<>();
        for (Probe probe : probes) {
            arguments.add(probe.name());
            arguments.add(octal(probe.program()));
            Path emulator = probe.emulator();
            arguments.add(emulator == null ? "" : emulator.toAbsolutePath().toString());
        }
        String chroot = HostProgram.find("chroot").map(Path::toString).orElse("");
        // Root may change its root; others may in a user namespace of their own, which has the host's handlers.
        List<String> namespace = Surroundings.changesRoot()
                ? List.of()
                : HostProgram.find("unshare")
                        .map(unshare -> List.of(unshare.toString(), "--user", "--map-root-user"))
                        .orElse(List.of());
        Map<String, Result> results = call(shell, folder, namespace, chroot, arguments);
        return results.isEmpty() && !namespace.isEmpty() ? call(shell, folder, List.of(), "", arguments) : results;
    }

    private static Map<String, Result> call(
            Path shell, Path folder, List<String> namespace, String chroot, List<String> arguments) {
        List<String> command = new ArrayList<>(namespace);
        command.addAll(List.of(shell.toString(), "-c", SCRIPT, "lading-probe", chroot, folder.toString()));
        command.addAll(arguments);
        Map<String, Result> results = new HashMap<>();
        for (String line : HostProgram.run(command, PATIENCE).out().split("\n", -1)) {
            String[] words = line.split(" ", -1);
            if (words.length == 3 && words[1].matches("[0-9]{1,3}") && words[2].matches("-|[0-9]{1,3}")) {
                OptionalInt inside =
                        words[2].equals("-") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(words[2]));
                results.put(words[0], new Result(Integer.parseInt(words[1]), inside));
            }
        }
        return results;
    }

    /** As every shell's printf reads it: a backslash and three octal digits for each byte. */
    private static String octal(byte[] program) {
        StringBuilder text = new StringBuilder(program.length * 4);
        for (byte b : program) {
            text.append('\\').append((char) ('0' + (b >> 6 & 3))).append((char) ('0' + (b >> 3 & 7)));
            text.append((char) ('0' + (b & 7)));
        }
        return text.toString();
    }

    /** What is left of probes that were cut off is of no harm; a failure here must not hide why. */
    private static void delete(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.delete(folder);
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> folder + " was not removed: " + e);
        }
    }
}
