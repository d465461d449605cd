package dev.lading.emulation;

import dev.lading.oci.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An OCI runtime of the host, as it names itself.
 *
 * @param program its absolute path
 * @param name its own name, which may differ from the file's
 * @param version its version as it tells it; empty if it tells none
 */
record OciRuntime(Path program, String name, String version) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern SAID = Pattern.compile("(\\S+) version (\\S+)");
    private static final Pattern NUMBERS =
            Pattern.compile("v?([0-9]{1,6})\\.([0-9]{1,6})\\.([0-9]{1,6})(?:-rc\\.?([0-9]{1,6}))?.*");
    private static final Path UNIFIED = Path.of("/sys/fs/cgroup/cgroup.controllers");

    /** Finds the one that is named, or the host's own. */
    static Optional<Path> find(LaunchSpec spec) {
        return spec.runtime.or(() -> HostProgram.find("runc")).or(() -> HostProgram.find("crun"));
    }

    /** Asks a runtime who it is. One that does not say is taken by its file's name. */
    static OciRuntime ask(Path program) {
        try {
            return said(
                    program,
                    HostProgram.run(List.of(program.toString(), "--version"), PATIENCE)
                            .out());
        } catch (UnavailableException e) {
            return said(program, "");
        }
    }

    static OciRuntime said(Path program, String text) {
        Matcher first = SAID.matcher(text.lines().findFirst().orElse(""));
        return first.matches()
                ? new OciRuntime(program, first.group(1), first.group(2))
                : new OciRuntime(program, String.valueOf(program.getFileName()), "");
    }

    /**
     * Warns of a runc without the corrections of CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881, which came with 1.2.8, 1.3.3
     * and 1.4.0-rc.3. A distribution may have brought them to an older version; that cannot be seen.
     */
    Optional<String> warning() {
        Matcher numbers = NUMBERS.matcher(version);
        if (!name.equals("runc") || !numbers.matches() || corrected(numbers)) {
            return Optional.empty();
        }
        return Optional.of(
                this + " is older than 1.2.8, 1.3.3 and 1.4.0-rc.3, which keep images from attacking the runtime"
                        + " (CVE-2025-31133, CVE-2025-52565, CVE-2025-52881): unless your distribution has corrected it, run only"
                        + " images you trust, or choose " + BackEnd.BUBBLEWRAP);
    }

    private static boolean corrected(Matcher numbers) {
        int major = Integer.parseInt(numbers.group(1));
        int minor = Integer.parseInt(numbers.group(2));
        int patch = Integer.parseInt(numbers.group(3));
        if (major != 1) {
            return major > 1;
        }
        return switch (minor) {
            case 0, 1 -> false;
            case 2 -> patch >= 8;
            case 3 -> patch >= 3;
            case 4 -> patch > 0 || numbers.group(4) == null || Integer.parseInt(numbers.group(4)) >= 3;
            default -> true;
        };
    }

    /**
     * Says whether it has to be shown a table of control groups of the newer kind and kept from using it: crun refuses to start
     * on a host whose control groups are of the older kind, or of both.
     */
    boolean wantsNewerCgroups() {
        return name.equals("crun") && !Files.exists(UNIFIED);
    }

    /** Returns its name and version. */
    @Override
    public String toString() {
        return version.isEmpty() ? name : name + " " + version;
    }
}
