package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A table of handlers of one's own: since Linux 6.7 each user namespace may have one, which dies with it and which nobody
 * else sees. Making one replaces the host's handlers there for good, so the host's have to be registered again in it.
 */
final class PrivateTable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String SCRIPT =
            "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && test -w /proc/sys/fs/binfmt_misc/register && echo made";

    private PrivateTable() {}

    /** Tries to make one; says what hinders it. */
    static Optional<Obstacle> obstacle() {
        Optional<Path> unshare = HostProgram.find("unshare");
        Optional<Path> shell = HostProgram.find("sh");
        if (unshare.isEmpty() || shell.isEmpty() || HostProgram.find("mount").isEmpty()) {
            return Optional.of(new Obstacle(
                    "this host lacks the programs «unshare», «mount» or «sh»", "install the package util-linux"));
        }
        HostProgram.Outcome outcome = HostProgram.run(
                List.of(
                        unshare.get().toString(),
                        "--user",
                        "--map-root-user",
                        "--mount",
                        "--propagation",
                        "private",
                        shell.get().toString(),
                        "-c",
                        SCRIPT),
                PATIENCE);
        return outcome.out().strip().endsWith("made") ? Optional.empty() : Optional.of(why(outcome));
    }

    private static Obstacle why(HostProgram.Outcome outcome) {
        String said = outcome.out().strip().replace('\n', ' ');
        if (Surroundings.inFolderAsRoot()) {
            return new Obstacle(
                    "this process was given a folder for its root (chroot) that is no mount point, where the kernel makes no"
                            + " user namespaces and parts no mounts from the host's",
                    "run it outside; to root it is enough that the folder is mounted on itself before (mount --bind)");
        }
        if (value("/proc/sys/user/max_user_namespaces").equals("0")) {
            return new Obstacle(
                    "user namespaces are turned off (user.max_user_namespaces is 0)",
                    "as root: sysctl user.max_user_namespaces=15000");
        }
        if (said.contains("No space left on device")) {
            return new Obstacle(
                    "no more user namespaces can be made (user.max_user_namespaces, here or in what this runs in)",
                    "as root: sysctl user.max_user_namespaces=15000");
        }
        if (value("/proc/sys/kernel/unprivileged_userns_clone").equals("0") && !Surroundings.administers()) {
            return new Obstacle(
                    "user namespaces are for root only (kernel.unprivileged_userns_clone is 0)",
                    "as root: sysctl kernel.unprivileged_userns_clone=1");
        }
        if (value("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").equals("1")
                && !Surroundings.administers()) {
            return new Obstacle(
                    "AppArmor takes the rights from user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1)",
                    "as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or give the program a profile");
        }
        if (said.contains("uid_map") && Surroundings.cannotBeRootAgain()) {
            return new Obstacle(
                    "root here lacks CAP_SETFCAP, without which it cannot be root of a user namespace",
                    "give the container this capability, or run as another user than root");
        }
        if (olderThan67(value("/proc/sys/kernel/osrelease"))) {
            return new Obstacle(
                    "this kernel is older than Linux 6.7, which brought tables of handlers to user namespaces",
                    "register system-wide as root: lading emulators install");
        }
        return new Obstacle(
                "a user namespace with a table of handlers cannot be made here: " + said,
                Surroundings.container()
                        .map(where -> "in " + where + ", allow unshare and mount (seccomp), or register on the host")
                        .orElse("register system-wide as root: lading emulators install"));
    }

    /** Says whether the kernel is too old by the number it gives; a number that cannot be read is not. */
    static boolean olderThan67(String release) {
        String[] parts = release.split("[.-]", 3);
        if (parts.length < 2 || !parts[0].matches("[0-9]{1,4}") || !parts[1].matches("[0-9]{1,4}")) {
            return false;
        }
        int major = Integer.parseInt(parts[0]);
        return major < 6 || major == 6 && Integer.parseInt(parts[1]) < 7;
    }

    private static String value(String file) {
        try {
            return Files.readString(Path.of(file), UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
