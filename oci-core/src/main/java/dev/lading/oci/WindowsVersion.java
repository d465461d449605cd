package dev.lading.oci;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of Windows as far as containers care: major, minor and build; a revision changes nothing.
 *
 * <p>From build {@value #FIRST_STABLE} on, a host runs the containers from the long-term release before its own up to its own
 * build; before that, only those of its own build (Microsoft, «Windows container version compatibility»).
 */
record WindowsVersion(int major, int minor, int build) {
    /** Windows Server 2022, the first with a stable interface to containers. */
    static final int FIRST_STABLE = 20348;

    private static final int MAX_MAJOR = 0xff;
    private static final int MAX_BUILD = 0xffff;
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})\\.([0-9]{1,9})\\.([0-9]{1,9})(?:\\..*)?");

    /** Reads a version; empty if it has not three numbers that Windows could have. */
    static Optional<WindowsVersion> of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        WindowsVersion read = new WindowsVersion(
                Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)), Integer.parseInt(form.group(3)));
        boolean fits = read.major <= MAX_MAJOR && read.minor <= MAX_MAJOR && read.build <= MAX_BUILD;
        return fits ? Optional.of(read) : Optional.empty();
    }

    boolean runs(WindowsVersion container) {
        if (major != container.major || minor != container.minor) {
            return false;
        }
        // Server 2025 (26100) is the only long-term release after the first, so that every floor is still the first.
        return build < FIRST_STABLE
                ? build == container.build
                : container.build >= FIRST_STABLE && container.build <= build;
    }

    /**
     * Says whether a host of one version runs a container of another, as far as both say one.
     *
     * @param host the host's version; one that is not said or not readable binds nothing
     * @param container the container's; one that is not said runs anywhere, one that is not readable nowhere
     */
    static boolean runs(Optional<String> host, Optional<String> container) {
        Optional<WindowsVersion> here = host.flatMap(WindowsVersion::of);
        if (here.isEmpty() || container.filter(v -> !v.isEmpty()).isEmpty()) {
            return true;
        }
        return container.flatMap(WindowsVersion::of).filter(here.get()::runs).isPresent();
    }
}
