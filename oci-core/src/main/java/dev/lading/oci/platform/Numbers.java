package dev.lading.oci.platform;

/** Numbers within bytes, in either order; unsigned where the result can hold them. */
final class Numbers {
    private Numbers() {}

    static int u16(byte[] bytes, int at, boolean big) {
        int first = bytes[at] & 0xff;
        int second = bytes[at + 1] & 0xff;
        return big ? first << 8 | second : second << 8 | first;
    }

    static int i32(byte[] bytes, int at, boolean big) {
        int first = u16(bytes, at, big);
        int second = u16(bytes, at + 2, big);
        return big ? first << 16 | second : second << 16 | first;
    }

    static long u32(byte[] bytes, int at, boolean big) {
        return i32(bytes, at, big) & 0xffff_ffffL;
    }

    /** A negative result is a number of 2^63 or more; no file has such an offset. */
    static long i64(byte[] bytes, int at, boolean big) {
        long first = u32(bytes, at, big);
        long second = u32(bytes, at + 4, big);
        return big ? first << 32 | second : second << 32 | first;
    }

    /** Whether ASCII text stands at a place. */
    static boolean says(byte[] bytes, int at, String text) {
        if (at < 0 || bytes.length - at < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((bytes[at + i] & 0xff) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
