package dev.lading.tar;

/** Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF), told from bytes. */
final class Utf8 {
    private Utf8() {}

    /** The length of the well-formed sequence that begins at {@code i}, or 0 if none does. */
    static int sequenceLength(byte[] b, int i) {
        int first = b[i] & 0xff;
        if (first < 0x80) {
            return 1;
        }
        if (first >= 0xc2 && first <= 0xdf) {
            return continues(b, i + 1, 0x80, 0xbf) ? 2 : 0;
        }
        if (first >= 0xe0 && first <= 0xef) {
            int low = first == 0xe0 ? 0xa0 : 0x80;
            int high = first == 0xed ? 0x9f : 0xbf;
            return continues(b, i + 1, low, high) && continues(b, i + 2, 0x80, 0xbf) ? 3 : 0;
        }
        if (first >= 0xf0 && first <= 0xf4) {
            int low = first == 0xf0 ? 0x90 : 0x80;
            int high = first == 0xf4 ? 0x8f : 0xbf;
            return continues(b, i + 1, low, high) && continues(b, i + 2, 0x80, 0xbf) && continues(b, i + 3, 0x80, 0xbf)
                    ? 4
                    : 0;
        }
        return 0;
    }

    static boolean isAscii(byte[] b) {
        for (byte x : b) {
            if (x < 0) {
                return false;
            }
        }
        return true;
    }

    static boolean isWellFormed(byte[] b) {
        int i = 0;
        while (i < b.length) {
            int length = sequenceLength(b, i);
            if (length == 0) {
                return false;
            }
            i += length;
        }
        return true;
    }

    private static boolean continues(byte[] b, int i, int low, int high) {
        return i < b.length && (b[i] & 0xff) >= low && (b[i] & 0xff) <= high;
    }
}
