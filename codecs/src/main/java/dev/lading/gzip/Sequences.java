package dev.lading.gzip;

/**
 * What a matcher found: runs of literals, each followed by a match or by nothing. One long each: literals in the upper
 * half; below them the flag {@link #MATCH}, the distance's symbol, the length less 3 and the distance less 1.
 *
 * <p>A run without a match is what is left over at the end of a chunk; it lets blocks be cut between any two chunks.
 */
final class Sequences {
    static final int MATCH = 1 << 28;
    static final int SLOT_SHIFT = 23;
    static final int LENGTH_SHIFT = 15;

    /** A block's bytes at most, a chunk and a match more, all in matches of three. */
    private static final int CAPACITY =
            (BlockEncoder.MAX_BLOCK_BYTES + SegmentEncoder.CHUNK_BYTES + Window.MAX_MATCH) / 3 + 2;

    final long[] items = new long[CAPACITY];
    int count;

    void match(int literals, int length, int distance) {
        int d = distance - 1;
        items[count++] =
                (long) literals << 32 | MATCH | slot(d) << SLOT_SHIFT | (length - Window.MIN_MATCH) << LENGTH_SHIFT | d;
    }

    void literals(int literals) {
        items[count++] = (long) literals << 32;
    }

    /** Moves the sequences from an index on to the front. */
    void dropBefore(int index) {
        System.arraycopy(items, index, items, 0, count - index);
        count -= index;
    }

    /** RFC 1951, section 3.2.5: two symbols for each power of two of the distance less 1. */
    private static int slot(int d) {
        if (d < 2) {
            return d;
        }
        int log = 31 - Integer.numberOfLeadingZeros(d);
        return 2 * log + (d >>> (log - 1) & 1);
    }
}
