package dev.lading.gzip;

import java.util.function.BooleanSupplier;

/**
 * Compresses one segment at a time; holds the tables for it. What comes out depends on the segment, the bytes before it
 * and the level alone: nothing is remembered from one segment to the next.
 */
final class SegmentEncoder {
    /** Where blocks may be cut. */
    static final int CHUNK_BYTES = 16 * 1024;

    private final Matcher matcher;
    private final Sequences sequences = new Sequences();
    private final BlockEncoder blocks = new BlockEncoder();

    SegmentEncoder(DeflateLevel level) {
        this.matcher = level.isFast() ? new FastMatcher(level) : new ChainMatcher(level);
    }

    /**
     * Compresses.
     *
     * @param data the bytes, as {@link Window} lays them out
     * @param first whether nothing lies before the segment
     * @param end behind the segment's last byte
     * @param last whether nothing comes after it
     * @param out gets whole bytes of a deflate stream, at most {@link BlockEncoder#outputBytes()}
     * @param stop asked at each chunk; once true, the output is of no use
     * @return how many bytes
     */
    int encode(byte[] data, boolean first, int end, boolean last, byte[] out, BooleanSupplier stop) {
        sequences.count = 0;
        matcher.begin(data, first ? Window.BYTES : 0);
        blocks.begin(data, out, 0);
        int pos = Window.BYTES;
        while (pos < end && !stop.getAsBoolean()) {
            pos = matcher.parse(data, pos, Math.min(pos + CHUNK_BYTES, end), end, sequences);
            blocks.chunk(sequences, pos);
        }
        return blocks.finish(sequences, last);
    }
}
