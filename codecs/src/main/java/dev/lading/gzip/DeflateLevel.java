package dev.lading.gzip;

import java.util.List;

/**
 * What a level of {@link GzipEncoder} means: a table of data, for the sizes and speeds were measured, not derived.
 *
 * @param strategy how matches are looked for
 * @param depth how many earlier places are compared with each position, at least 1
 * @param nice a match of this length is taken without looking for a better one, 4 to 258
 */
record DeflateLevel(Strategy strategy, int depth, int nice) {
    enum Strategy {
        /** The two latest places of each hash; the first match is taken. */
        FAST,
        /** Chains of places; a match waits for a better one at the next position. */
        LAZY,
        /** As {@link #LAZY}, and at the position after the next. */
        LAZY2
    }

    private static final List<DeflateLevel> LEVELS = List.of(
            new DeflateLevel(Strategy.FAST, 2, 32),
            new DeflateLevel(Strategy.LAZY, 4, 24),
            new DeflateLevel(Strategy.LAZY, 8, 40),
            new DeflateLevel(Strategy.LAZY, 12, 65),
            new DeflateLevel(Strategy.LAZY2, 16, 80),
            new DeflateLevel(Strategy.LAZY2, 24, 130),
            new DeflateLevel(Strategy.LAZY2, 40, 130),
            new DeflateLevel(Strategy.LAZY2, 64, 200),
            new DeflateLevel(Strategy.LAZY2, 100, 258));

    static DeflateLevel of(int level) {
        return LEVELS.get(level - GzipEncoder.MIN_LEVEL);
    }
}
