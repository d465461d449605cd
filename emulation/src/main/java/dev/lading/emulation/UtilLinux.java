package dev.lading.emulation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The programs by which namespaces and mounts are made. Others of these names, such as busybox's in small containers, do not know
 * the options that are used; that is asked for only after a start has failed, for asking takes a process each.
 */
final class UtilLinux {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern SAID = Pattern.compile("(?s)\\S+ from util-linux ([0-9]{1,6})\\.([0-9]{1,6}).*");
    private static final int MAJOR = 2;
    private static final int MINOR = 38;

    private UtilLinux() {}

    /** Says which of the programs is not what is needed, and what to do. */
    static Optional<String> unfit() {
        return List.of("setpriv", "unshare", "mount").stream()
                .flatMap(name -> HostProgram.find(name).stream())
                .flatMap(program ->
                        unfit(
                                program,
                                HostProgram.run(List.of(program.toString(), "--version"), PATIENCE)
                                        .out())
                                .stream())
                .findFirst();
    }

    static Optional<String> unfit(Path program, String said) {
        Matcher version = SAID.matcher(said);
        if (!version.matches()) {
            return Optional.of(
                    program + " is not the one of util-linux, perhaps busybox's, and lacks options that are needed;"
                            + " install the package util-linux");
        }
        int major = Integer.parseInt(version.group(1));
        boolean enough = major > MAJOR || major == MAJOR && Integer.parseInt(version.group(2)) >= MINOR;
        return enough
                ? Optional.empty()
                : Optional.of(program + " is of util-linux " + version.group(1) + "." + version.group(2) + ", and "
                        + MAJOR + "." + MINOR
                        + " is the oldest that is known to have the options that are needed; install a newer one");
    }
}
