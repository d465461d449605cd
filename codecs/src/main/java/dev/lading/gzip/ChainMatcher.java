package dev.lading.gzip;

import java.util.Arrays;

/**
 * The strategy of the levels above the fast ones: for each hash of four bytes a chain of all places, the latest first, and for
 * three bytes the latest place. A match found waits until the next positions have been looked at.
 *
 * <p>Positions are absolute, so one comparison tells both the end of a chain and a place too far away. What happens seldom has
 * no branch of its own: the compiler leaves out a branch that was not taken yet, and when it is throws the method away.
 */
final class ChainMatcher implements Matcher {
    private static final int HASH_BITS = 17;
    private static final int SHORT_BITS = 12;
    private static final int SHORT_DISTANCE = 8 * 1024;
    private static final int MASK = Window.BYTES - 1;

    /** By how many different letters there are; a single one is a run, which any match serves. */
    private static final byte[] LEAST_MATCH = new byte[65];

    static {
        Arrays.fill(LEAST_MATCH, 0, 2, (byte) 3);
        Arrays.fill(LEAST_MATCH, 2, 5, (byte) 10);
        Arrays.fill(LEAST_MATCH, 5, 8, (byte) 8);
        Arrays.fill(LEAST_MATCH, 8, 11, (byte) 6);
        Arrays.fill(LEAST_MATCH, 11, 40, (byte) 5);
        Arrays.fill(LEAST_MATCH, 40, 64, (byte) 4);
        Arrays.fill(LEAST_MATCH, 64, LEAST_MATCH.length, (byte) 3);
    }

    private final int[] latest = new int[1 << HASH_BITS];
    private final int[] before = new int[Window.BYTES];
    private final int[] latestShort = new int[1 << SHORT_BITS];
    private final int depth;
    private final int nice;
    private final int patience;
    private final int stride;
    private int quiet;
    private int from;
    private int shortDistance;
    private final byte[] seen = new byte[256];

    ChainMatcher(DeflateLevel level) {
        this.depth = level.depth();
        this.nice = level.nice();
        this.patience = level.patience();
        this.stride = level.stride();
    }

    private static int hash(int four) {
        return four * 0x9E3779B1 >>> 32 - HASH_BITS;
    }

    private static int shortHash(int four) {
        return (four << 8) * 0x9E3779B1 >>> 32 - SHORT_BITS;
    }

    @Override
    public void begin(byte[] data, int from) {
        Arrays.fill(latest, 0);
        Arrays.fill(before, 0);
        Arrays.fill(latestShort, 0);
        quiet = 0;
        this.from = from;
        learn(data, from, Window.BYTES - Window.TAIL);
    }

    private void learn(byte[] data, int from, int to) {
        int[] latest = this.latest;
        int[] before = this.before;
        int[] latestShort = this.latestShort;
        int p = from;
        for (; p + 4 <= to; p += 4) {
            long eight = (long) Window.LONG.get(data, p);
            int a = (int) eight;
            int b = (int) (eight >>> 8);
            int c = (int) (eight >>> 16);
            int d = (int) (eight >>> 24);
            int h = hash(a);
            before[p & MASK] = latest[h];
            latest[h] = p;
            h = hash(b);
            before[p + 1 & MASK] = latest[h];
            latest[h] = p + 1;
            h = hash(c);
            before[p + 2 & MASK] = latest[h];
            latest[h] = p + 2;
            h = hash(d);
            before[p + 3 & MASK] = latest[h];
            latest[h] = p + 3;
            latestShort[shortHash(a)] = p;
            latestShort[shortHash(b)] = p + 1;
            latestShort[shortHash(c)] = p + 2;
            latestShort[shortHash(d)] = p + 3;
        }
        for (; p < to; p++) {
            int four = (int) Window.INT.get(data, p);
            int h = hash(four);
            before[p & MASK] = latest[h];
            latest[h] = p;
            latestShort[shortHash(four)] = p;
        }
    }

    private void learnSome(byte[] data, int from, int to) {
        int[] latest = this.latest;
        int[] before = this.before;
        int step = stride;
        for (int p = from; p < to; p += step) {
            int h = hash((int) Window.INT.get(data, p));
            before[p & MASK] = latest[h];
            latest[h] = p;
        }
    }

    @Override
    public int parse(byte[] data, int begin, int chunkEnd, int end, Sequences found) {
        int limit = Math.min(chunkEnd, end - Window.TAIL);
        int known = end - Window.TAIL;
        int least = leastMatch(data, begin, chunkEnd);
        shortDistance = Math.max(0, 4 - least) * SHORT_DISTANCE;
        int above = Math.max(3, least - 1);
        int literals = begin;
        int calm = begin - quiet;
        int pos = begin;
        while (pos < limit) {
            int match = find(data, pos, above, depth, end);
            if (match == 0) {
                pos += Step.after(pos - calm);
                continue;
            }
            int next = pos + 1;
            // The next two positions may have something better; each is looked at less hard and must gain more.
            for (int look = 1; look <= 2 && match >>> 16 < nice && next < known; next++) {
                int better = find(data, next, match >>> 16, depth >> look, end);
                if (gain(match, better) > 4 * look - 2) {
                    match = better;
                    pos = next;
                    look = 1;
                } else {
                    look = match >>> 16 >= patience ? 3 : look + 1;
                }
            }
            int length = match >>> 16;
            int distance = match & 0xffff;
            while (pos > literals
                    && pos - distance > from
                    && length < Window.MAX_MATCH
                    && data[pos - 1] == data[pos - 1 - distance]) {
                pos--;
                length++;
            }
            found.match(pos - literals, length, distance);
            pos += length;
            literals = pos;
            calm = pos;
            if (stride == 1) {
                learn(data, next, Math.min(pos, known));
            } else {
                learnSome(data, next, Math.min(pos, known));
            }
        }
        int stop = Math.max(literals, chunkEnd);
        if (stop > literals) {
            found.literals(stop - literals);
        }
        quiet = stop - calm;
        return stop;
    }

    /**
     * The shortest match that is worth its price, of some twenty bits: where few letters occur, so many literals cost less.
     * Sampled, for a letter that is rare enough to be missed changes little.
     */
    private int leastMatch(byte[] data, int begin, int end) {
        byte[] seen = this.seen;
        Arrays.fill(seen, (byte) 0);
        for (int i = begin; i < end; i += 7) {
            seen[data[i] & 0xff] = 1;
        }
        int letters = 0;
        for (byte one : seen) {
            letters += one;
        }
        return LEAST_MATCH[Math.min(letters, LEAST_MATCH.length - 1)];
    }

    /** In quarters of a byte: what a later match saves more, a nearer distance counted too. */
    private static int gain(int match, int later) {
        if (later == 0) {
            return 0;
        }
        return 4 * ((later >>> 16) - (match >>> 16))
                + Integer.numberOfLeadingZeros(later & 0xffff)
                - Integer.numberOfLeadingZeros(match & 0xffff);
    }

    /**
     * Learns a position and looks for a match there.
     *
     * @param atLeast a match must be longer than this, at least 3; a match of 3 counts too if this is 3
     * @return the length in the upper half, the distance in the lower; 0 if there is none
     */
    private int find(byte[] data, int pos, int atLeast, int tries, int end) {
        int four = (int) Window.INT.get(data, pos);
        int h = hash(four);
        int place = latest[h];
        latest[h] = pos;
        before[pos & MASK] = place;
        int s = shortHash(four);
        int shortPlace = latestShort[s];
        latestShort[s] = pos;
        int match = walk(data, pos, atLeast == 3 ? place : tailPlace(data, pos + atLeast - 3), atLeast, tries, end);
        if (match == 0
                && atLeast == 3
                && shortPlace > pos - shortDistance
                && ((int) Window.INT.get(data, shortPlace) ^ four) << 8 == 0) {
            return 3 << 16 | pos - shortPlace;
        }
        return match;
    }

    private int tailPlace(byte[] data, int pos) {
        return latest[hash((int) Window.INT.get(data, pos))];
    }

    /**
     * Goes along a chain. A match longer than {@code n} must hold the four bytes that end right behind the first {@code n}:
     * these are rarer than the four it begins with, or have never been seen. So it is their chain that is followed, and with
     * each better match that of its own last four.
     *
     * @param first the latest place of these four bytes
     */
    private int walk(byte[] data, int pos, int first, int atLeast, int tries, int end) {
        int[] before = this.before;
        int low = Math.max(pos - Window.BYTES, from - 1);
        int length = atLeast;
        int ahead = length - 3;
        int place = first - ahead;
        int distance = 0;
        int enough = Math.min(nice, end - pos - 8);
        long start = (long) Window.LONG.get(data, pos);
        // place > low and left > 0, in one condition: see the class.
        for (int left = tries; (low - place & -left) < 0; left--) {
            long difference = start ^ (long) Window.LONG.get(data, place);
            if ((int) difference == 0) {
                int here = difference != 0
                        ? Long.numberOfTrailingZeros(difference) >>> 3
                        : 8 + Window.common(data, place + 8, pos + 8, Math.min(Window.MAX_MATCH, end - pos) - 8);
                if (here > length) {
                    length = here;
                    distance = pos - place;
                    if (here >= enough) {
                        break;
                    }
                    ahead = length - 3;
                    place = latest[hash((int) Window.INT.get(data, pos + ahead))] - ahead;
                    continue;
                }
            }
            place = before[place + ahead & MASK] - ahead;
        }
        return distance == 0 ? 0 : length << 16 | distance;
    }
}
