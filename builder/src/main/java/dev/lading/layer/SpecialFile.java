package dev.lading.layer;

import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Devices and named pipes as entries, where a file system tells their numbers. */
final class SpecialFile {
    private static final int KIND_BITS = 0170000;
    private static final int PIPE_BITS = 0010000;
    private static final int CHARACTER_BITS = 0020000;
    private static final int BLOCK_BITS = 0060000;

    private SpecialFile() {}

    private static int mode(Path file) throws IOException {
        return (Integer) value(Files.readAttributes(file, "unix:mode", LinkOption.NOFOLLOW_LINKS), "mode");
    }

    /** The entry; empty for a socket, and where the file system does not tell. */
    static Optional<TarEntry> entry(Path file, byte[] path) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return Optional.empty();
        }
        int mode = mode(file);
        TarKind kind;
        switch (mode & KIND_BITS) {
            case PIPE_BITS -> kind = TarKind.FIFO;
            case CHARACTER_BITS -> kind = TarKind.CHARACTER_DEVICE;
            case BLOCK_BITS -> kind = TarKind.BLOCK_DEVICE;
            default -> {
                return Optional.empty();
            }
        }
        long device = kind == TarKind.FIFO
                ? 0
                : (Long) value(Files.readAttributes(file, "unix:rdev", LinkOption.NOFOLLOW_LINKS), "rdev");
        return Optional.of(
                TarEntry.special(kind, path, major(device), minor(device)).withMode(mode & 07777));
    }

    /** As the C library of Linux splits a number of 64 bits; numbers in use fit the first 32. */
    private static int major(long device) {
        return (int) (device >>> 8 & 0xfff | device >>> 32 & 0xfffff000L);
    }

    private static int minor(long device) {
        return (int) (device & 0xff | device >>> 12 & 0xffffff00L);
    }

    private static Object value(Map<String, Object> found, String name) {
        return Objects.requireNonNull(found.get(name), name);
    }
}
