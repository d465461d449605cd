package dev.lading.layer;

/** The names that take away what lower layers have (image-spec, layer.md, «Whiteouts» and «Opaque Whiteout»). */
final class Whiteouts {
    static final String PREFIX = ".wh.";
    static final String OPAQUE = ".wh..wh..opq";

    private Whiteouts() {}

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
