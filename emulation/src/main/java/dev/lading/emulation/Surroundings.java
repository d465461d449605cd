package dev.lading.emulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What this process may do and where it is, in words for messages. */
final class Surroundings {
    private static final Path SELF = Path.of("/proc/self");
    static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private static final String ADMINISTER = "sys_admin";
    private static final String EFFECTIVE = "CapEff:";
    /** By their numbers, as linux/capability.h has them. */
    private static final List<String> CAPABILITIES = List.of(
            "chown",
            "dac_override",
            "dac_read_search",
            "fowner",
            "fsetid",
            "kill",
            "setgid",
            "setuid",
            "setpcap",
            "linux_immutable",
            "net_bind_service",
            "net_broadcast",
            "net_admin",
            "net_raw",
            "ipc_lock",
            "ipc_owner",
            "sys_module",
            "sys_rawio",
            "sys_chroot",
            "sys_ptrace",
            "sys_pacct",
            ADMINISTER,
            "sys_boot",
            "sys_nice",
            "sys_resource",
            "sys_time",
            "sys_tty_config",
            "mknod",
            "lease",
            "audit_write",
            "audit_control",
            "setfcap");

    /** Places that the kernel keeps for mounts: nothing is there to be hidden. */
    private static final Set<String> NOTHING_BELOW =
            Set.of("/proc/sys/fs/binfmt_misc", "/proc/fs/nfsd", "/proc/openprom");

    private Surroundings() {}

    /** Says whether this process has user id 0 in its user namespace. */
    static boolean root() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(SELF, "unix:uid"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Says whether this process is root with the right to make mounts and namespaces. In a container root has it only where
     * that was asked for.
     */
    static boolean administers() {
        return root() && may(List.of(ADMINISTER));
    }

    /**
     * Says whether this process has all that root in a run is given ({@link Stage#CAPABILITIES}), beside the right to administer.
     * Some runtimes withhold one or the other of them from root in a container; in a user namespace it has them all.
     */
    static boolean hasAllThatIsGiven() {
        return administers() && may(Stage.CAPABILITIES);
    }

    /** Says whether this process is root and still may not be root of a user namespace, which the kernel wants a right for. */
    static boolean cannotBeRootAgain() {
        return root() && !may(List.of("setfcap"));
    }

    /** Says whether this process may give a user namespace all identifiers there are (user_namespaces(7)). */
    static boolean mapsOthers() {
        return root() && may(List.of("setuid", "setgid", "setfcap"));
    }

    /** Says whether groups can be set, which a user namespace of one identifier forbids for good. */
    static boolean setsGroups() {
        try {
            return Files.readString(SELF.resolve("setgroups")).strip().equals("allow");
        } catch (IOException e) {
            return false;
        }
    }

    /** Says whether this process may give files away, and there is somebody to give them to. */
    static boolean givesAway() {
        return root() && may(List.of("chown")) && setsGroups();
    }

    /** Says whether this process may change its root. */
    static boolean changesRoot() {
        return root() && may(List.of("sys_chroot"));
    }

    /** Says whether there are control groups of the newer kind alone. */
    static boolean newerCgroups() {
        return Files.exists(CGROUPS.resolve("cgroup.controllers"));
    }

    /** Says whether control groups can be made: containers see the table of them read-only, if at all. */
    static boolean writesCgroups() {
        if (newerCgroups()) {
            return Files.isWritable(CGROUPS);
        }
        try (Stream<Path> controllers = Files.list(CGROUPS)) {
            List<Path> folders = controllers.filter(Files::isDirectory).toList();
            return !folders.isEmpty() && folders.stream().allMatch(Files::isWritable);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static boolean may(List<String> capabilities) {
        try (Stream<String> lines = Files.lines(SELF.resolve("status"))) {
            long all = lines.filter(line -> line.startsWith(EFFECTIVE))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring(EFFECTIVE.length()).strip(), 16))
                    .findFirst()
                    .orElse(0);
            return capabilities.stream().allMatch(name -> (all >>> CAPABILITIES.indexOf(name) & 1) != 0);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    /** Says what this process seems to be in, if it is in a container. */
    static Optional<String> container() {
        if (Files.exists(Path.of("/.dockerenv"))) {
            return Optional.of("a Docker container");
        }
        if (Files.exists(Path.of("/run/.containerenv"))) {
            return Optional.of("a Podman container");
        }
        if (Files.isDirectory(Path.of("/var/run/secrets/kubernetes.io"))) {
            return Optional.of("a Kubernetes Pod");
        }
        return Optional.ofNullable(System.getenv("container"))
                .filter(name -> !name.isEmpty())
                .map(name -> "a container (" + name + ")");
    }

    /**
     * Says whether parts of {@code /proc} are hidden here, as runtimes have it in their containers. In a user namespace the kernel
     * then mounts no new one, nor a new {@code /sys}, for those would show what is hidden.
     */
    static boolean processesHidden() {
        return Mounts.all().stream()
                .map(mount -> mount.point().toString())
                .anyMatch(point -> point.startsWith("/proc/") && !NOTHING_BELOW.contains(point));
    }

    /**
     * Says whether the root is a folder that somebody changed to (chroot(2)) and no mount point: there the kernel makes no user
     * namespaces, lets nobody change how mounts are told on, and changes no root again by pivot_root(2).
     */
    static boolean inFolderAsRoot() {
        List<Mounts.Mount> all = Mounts.all();
        return !all.isEmpty() && all.stream().noneMatch(mount -> mount.point().equals(Path.of("/")));
    }

    /** Why the host's table cannot be written, and what to do. */
    static String mayNotWrite() {
        return (root() ? "This process is root without the right to administer the system." : "Do it as root (sudo).")
                + container()
                        .map(where -> " As this seems to be " + where
                                + ", that is on the host itself, or with a container that is privileged.")
                        .orElse("")
                + " A private table in a user namespace needs no right.";
    }
}
