package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is mounted where, as far as this process sees it (proc_pid_mountinfo(5)). */
final class Mounts {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;
    private static final int OPTIONS = 5;

    private Mounts() {}

    /** Where something is mounted, and with what options. */
    record Mount(Path point, List<String> options) {
        boolean noexec() {
            return options.contains("noexec");
        }
    }

    /** Finds all mounts, a later one on top of an earlier; none where there is no such table. */
    static List<Mount> all() {
        try {
            // A name that is no UTF-8 is not to hide the others.
            return all(new String(Files.readAllBytes(MOUNTS), UTF_8).lines().toList());
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<Mount> all(List<String> lines) {
        List<Mount> all = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.split(" ", -1);
            if (fields.length <= OPTIONS) {
                continue;
            }
            try {
                all.add(new Mount(Path.of(unescaped(fields[MOUNT_POINT])), List.of(fields[OPTIONS].split(",", -1))));
            } catch (InvalidPathException e) {
                // A name that this JVM cannot write holds no file that it can name.
            }
        }
        return all;
    }

    /** Finds the mount that a file lies on. */
    static Optional<Mount> of(Path file) {
        try {
            Path real = file.toRealPath();
            List<Mount> all = all();
            return all.isEmpty() ? Optional.empty() : Optional.of(nearest(real, all));
        } catch (IOException e) {
            // Not Linux, or a file of another kind of file system.
            return Optional.empty();
        }
    }

    static Optional<Mount> of(Path file, List<String> lines) {
        return Optional.of(nearest(file, all(lines)));
    }

    private static Mount nearest(Path file, List<Mount> all) {
        Mount nearest = new Mount(Path.of("/"), List.of());
        for (Mount mount : all) {
            if (file.startsWith(mount.point()) && mount.point().startsWith(nearest.point())) {
                nearest = mount;
            }
        }
        return nearest;
    }

    /** Blank, tab, line feed and backslash are written as three octal digits. */
    private static String unescaped(String field) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\'
                    && i + 3 < field.length()
                    && field.substring(i + 1, i + 4).matches("[0-7]{3}")) {
                text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(field.charAt(i));
            }
        }
        return text.toString();
    }
}
