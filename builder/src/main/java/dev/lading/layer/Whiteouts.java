package dev.lading.layer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The names that take away what lower layers have (image-spec, layer.md, «Whiteouts» and «Opaque Whiteout»). */
final class Whiteouts {
    static final String PREFIX = ".wh.";
    static final String OPAQUE = ".wh..wh..opq";

    private Whiteouts() {}

    /** The name that takes a path away. */
    static byte[] of(byte[] path) {
        int cut = lastPart(path);
        byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
        byte[] name = Arrays.copyOf(path, path.length + prefix.length);
        System.arraycopy(prefix, 0, name, cut, prefix.length);
        System.arraycopy(path, cut, name, cut + prefix.length, path.length - cut);
        return name;
    }

    static boolean isName(String name) {
        return name.startsWith(PREFIX);
    }

    /** The path that is taken away, if the given one takes one other away. */
    static Optional<byte[]> gone(byte[] path) {
        int start = lastPart(path);
        boolean isOfOne = path.length > start + PREFIX.length()
                && startsWith(path, start, PREFIX)
                && !startsWith(path, start, PREFIX + PREFIX);
        if (!isOfOne) {
            return Optional.empty();
        }
        byte[] name = Arrays.copyOfRange(path, start + PREFIX.length(), path.length);
        return Optional.of(PathBytes.concatenated(Arrays.copyOf(path, start), name));
    }

    private static int lastPart(byte[] path) {
        int start = path.length;
        while (start > 0 && path[start - 1] != '/') {
            start--;
        }
        return start;
    }

    private static boolean startsWith(byte[] path, int start, String prefix) {
        for (int i = 0; i < prefix.length(); i++) {
            if (start + i >= path.length || path[start + i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
