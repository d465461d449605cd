package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is mounted where, as far as this process sees it (proc_pid_mountinfo(5)). */
final class Mounts {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;
    private static final int OPTIONS = 5;

    private Mounts() {}

    /** Finds where the file system of a file is mounted, if nothing on it may be started. */
    static Optional<Path> noexec(Path file) {
        try {
            return noexec(file.toRealPath(), Files.readAllLines(MOUNTS, UTF_8));
        } catch (IOException e) {
            // Not Linux, or a file of another kind of file system.
            return Optional.empty();
        }
    }

    static Optional<Path> noexec(Path file, List<String> lines) {
        Path nearest = Path.of("/");
        boolean noexec = false;
        for (String line : lines) {
            String[] fields = line.split(" ", -1);
            if (fields.length <= OPTIONS) {
                continue;
            }
            try {
                Path mountPoint = Path.of(unescaped(fields[MOUNT_POINT]));
                // Of two at one place the later one is on top.
                if (file.startsWith(mountPoint) && mountPoint.startsWith(nearest)) {
                    nearest = mountPoint;
                    noexec = Arrays.asList(fields[OPTIONS].split(",", -1)).contains("noexec");
                }
            } catch (InvalidPathException e) {
                // A name that this JVM cannot write holds no file that it can name.
            }
        }
        return noexec ? Optional.of(nearest) : Optional.empty();
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
