package dev.lading.it.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small root file systems of Debian's static busybox, for any architecture. */
public final class BusyboxRoot {
    private static final List<String> APPLETS = List.of(
            "cat",
            "chmod",
            "echo",
            "env",
            "hostname",
            "id",
            "kill",
            "ln",
            "ls",
            "mkdir",
            "mkfifo",
            "mv",
            "pwd",
            "rm",
            "rmdir",
            "sh",
            "sleep",
            "touch",
            "true",
            "uname",
            "wc",
            "yes",
            "head",
            "seq",
            "ps");

    private BusyboxRoot() {}

    /**
     * Makes a root file system that everybody may read.
     *
     * @param root where; its parents must be open to whoever runs programs in it
     * @param architecture Debian's name of the architecture
     * @return the root
     */
    public static Path make(Path root, String architecture) {
        return make(root, DebianPackages.unpacked(architecture, "busybox-static"));
    }

    /**
     * Makes one of a given release of Debian.
     *
     * @param root where
     * @param release the release's name, such as {@code trixie}
     * @param architecture Debian's name of the architecture
     * @return the root
     */
    public static Path make(Path root, String release, String architecture) {
        return make(root, DebianPackages.unpacked(release, architecture, "busybox-static"));
    }

    private static Path make(Path root, Path unpacked) {
        try {
            Path bin = Files.createDirectories(root.resolve("bin"));
            for (String folder : List.of("proc", "dev", "sys", "tmp", "etc", "home/user")) {
                Files.createDirectories(root.resolve(folder));
            }
            Path old = unpacked.resolve("bin/busybox");
            Files.copy(Files.exists(old) ? old : unpacked.resolve("usr/bin/busybox"), bin.resolve("busybox"));
            for (String applet : APPLETS) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
            Files.writeString(
                    root.resolve("etc/passwd"), "root:x:0:0::/root:/bin/sh\nuser:x:1000:100::/home/user:/bin/sh\n");
            Files.writeString(root.resolve("etc/group"), "root:x:0:\nusers:x:100:\naudio:x:29:user\n");
            return root;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
