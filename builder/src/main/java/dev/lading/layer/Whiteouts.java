package dev.lading.layer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The names that take away what lower layers have (image-spec, layer.md, «Whiteouts» and «Opaque Whiteout»). */
final class Whiteouts {
    static final String PREFIX = ".wh.";
    static final String OPAQUE = ".wh..wh..opq";

    private Whiteouts() {}

    /** The name that takes a path away. */
    static byte[] of(byte[] path) {
        int cut = path.length;
        while (cut > 0 && path[cut - 1] != '/') {
            cut--;
        }
        byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
        byte[] name = Arrays.copyOf(path, path.length + prefix.length);
        System.arraycopy(prefix, 0, name, cut, prefix.length);
        System.arraycopy(path, cut, name, cut + prefix.length, path.length - cut);
        return name;
    }

    static boolean isName(String name) {
        return name.startsWith(PREFIX);
    }

    /** Whether the last part of a path, which begins at {@code start}, takes away one other name. */
    static boolean isOfOne(byte[] path, int start) {
        return path.length > start + PREFIX.length()
                && startsWith(path, start, PREFIX)
                && !startsWith(path, start, PREFIX + PREFIX);
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
