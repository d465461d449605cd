package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * An OCI runtime of the host, as it names itself.
 *
 * @param program its absolute path
 * @param name its own name, which may differ from the file's
 * @param version its version as it tells it; empty if it tells none
 * @param changelog the newest part of what Debian wrote down of its changes to it; empty if it is none of Debian's
 */
record OciRuntime(Path program, String name, String version, Optional<String> changelog) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern SAID = Pattern.compile("(\\S+) version (\\S+)");
    private static final Pattern NUMBERS =
            Pattern.compile("v?([0-9]{1,6})\\.([0-9]{1,6})\\.([0-9]{1,6})(?:-rc\\.?([0-9]{1,6}))?.*");
    private static final List<String> FAULTS = List.of("CVE-2025-31133", "CVE-2025-52565", "CVE-2025-52881");
    private static final int CHANGELOG_BYTES = 64 * 1024;

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
                ? new OciRuntime(program, first.group(1), first.group(2), changelog(program))
                : new OciRuntime(program, String.valueOf(program.getFileName()), "", Optional.empty());
    }

    /** The package's own is in a folder of the system's; what somebody has built is not spoken of there. */
    private static Optional<String> changelog(Path program) {
        Path file = Path.of("/usr/share/doc/" + program.getFileName() + "/changelog.Debian.gz");
        if (!List.of(Path.of("/usr/sbin"), Path.of("/usr/bin")).contains(program.getParent())
                || !Files.isReadable(file)) {
            return Optional.empty();
        }
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return Optional.of(new String(in.readNBytes(CHANGELOG_BYTES), UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Warns of a runc without the corrections of CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881, which came with 1.2.8, 1.3.3
     * and 1.4.0-rc.3. A distribution may have brought them to an older version; of Debian's that is seen by its changelog.
     */
    Optional<String> warning() {
        Matcher numbers = NUMBERS.matcher(version);
        if (!name.equals("runc")
                || !numbers.matches()
                || corrected(numbers)
                || changelog
                        .filter(text -> FAULTS.stream().allMatch(text::contains))
                        .isPresent()) {
            return Optional.empty();
        }
        return Optional.of(
                this + " is older than 1.2.8, 1.3.3 and 1.4.0-rc.3, which keep images from attacking the runtime ("
                        + String.join(", ", FAULTS)
                        + (changelog.isPresent()
                                ? "), and Debian's changelog of it does not name these corrections:"
                                : "): unless your distribution has corrected it,")
                        + " run only images you trust, or choose " + BackEnd.BUBBLEWRAP);
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
        return name.equals("crun") && !Surroundings.newerCgroups();
    }

    /** Returns its name and version. */
    @Override
    public String toString() {
        return version.isEmpty() ? name : name + " " + version;
    }
}
