package dev.lading.gzip;

import java.util.Arrays;

/**
 * The strategy of the fast levels: for each hash of four bytes the two latest places, and the first match is taken.
 *
 * <p>Where nothing matches, the steps grow; a match found then is extended backwards over what was stepped over.
 */
final class FastMatcher implements Matcher {
    private static final int HASH_BITS = 15;

    /** The later place in the lower half, the earlier in the upper. */
    private final long[] places = new long[1 << HASH_BITS];

    private final int nice;
    private final int stride;
    private int quiet;
    private int from;

    FastMatcher(DeflateLevel level) {
        this.nice = level.nice();
        this.stride = level.stride();
    }

    private static int hash(int four) {
        return four * 0x9E3779B1 >>> 32 - HASH_BITS;
    }

    @Override
    public void begin(byte[] data, int from) {
        Arrays.fill(places, 0);
        quiet = 0;
        this.from = from;
        learn(data, from, Window.BYTES - Window.TAIL);
    }

    private void learn(byte[] data, int from, int to) {
        long[] table = places;
        int step = stride;
        for (int p = from; p < to; p += step) {
            int h = hash((int) Window.INT.get(data, p));
            table[h] = table[h] << 32 | p;
        }
    }

    @Override
    public int parse(byte[] data, int begin, int chunkEnd, int end, Sequences found) {
        long[] table = places;
        int limit = Math.min(chunkEnd, end - Window.TAIL);
        int literals = begin;
        int calm = begin - quiet;
        int pos = begin;
        while (pos < limit) {
            int four = (int) Window.INT.get(data, pos);
            int h = hash(four);
            long both = table[h];
            table[h] = both << 32 | pos;
            int low = pos - Window.BYTES;
            int place = (int) both;
            int length = 0;
            int at = 0;
            if (place > low) {
                int earlier = (int) (both >>> 32);
                if ((int) Window.INT.get(data, place) == four) {
                    at = place;
                    length = 4 + Window.common(data, place + 4, pos + 4, Math.min(Window.MAX_MATCH, end - pos) - 4);
                    if (length < nice && earlier > low && (int) Window.INT.get(data, earlier) == four) {
                        int other = 4
                                + Window.common(data, earlier + 4, pos + 4, Math.min(Window.MAX_MATCH, end - pos) - 4);
                        if (other > length) {
                            length = other;
                            at = earlier;
                        }
                    }
                } else if (earlier > low && (int) Window.INT.get(data, earlier) == four) {
                    at = earlier;
                    length = 4 + Window.common(data, earlier + 4, pos + 4, Math.min(Window.MAX_MATCH, end - pos) - 4);
                }
            }
            if (length == 0) {
                pos += Step.after(pos - calm);
                continue;
            }
            int known = pos;
            while (pos > literals && at > from && length < Window.MAX_MATCH && data[pos - 1] == data[at - 1]) {
                pos--;
                at--;
                length++;
            }
            found.match(pos - literals, length, pos - at);
            pos += length;
            literals = pos;
            calm = pos;
            learn(data, known + 1, Math.min(pos, end - Window.TAIL));
        }
        int stop = Math.max(literals, chunkEnd);
        if (stop > literals) {
            found.literals(stop - literals);
        }
        quiet = stop - calm;
        return stop;
    }
}
