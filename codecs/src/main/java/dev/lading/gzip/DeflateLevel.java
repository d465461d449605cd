package dev.lading.gzip;

import java.util.List;

/**
 * What a level of {@link GzipEncoder} means: a table of data, for the sizes and speeds were measured, not derived.
 *
 * @param depth how many earlier places are compared with each position, at least 1
 * @param nice a match of this length is taken without looking for a better one, 4 to 258
 * @param patience a match shorter than this waits for the next two positions, a longer one for the next alone; 0 to 258
 * @param stride of the positions inside a match each so-manieth is learnt, at least 1
 */
record DeflateLevel(int depth, int nice, int patience, int stride) {
    private static final List<DeflateLevel> LEVELS = List.of(
            new DeflateLevel(2, 32, 0, 3),
            new DeflateLevel(2, 64, 0, 1),
            new DeflateLevel(4, 24, 0, 3),
            new DeflateLevel(6, 40, 0, 2),
            new DeflateLevel(8, 80, 0, 1),
            new DeflateLevel(12, 130, 8, 1),
            new DeflateLevel(20, 130, 32, 1),
            new DeflateLevel(40, 200, 258, 1),
            new DeflateLevel(80, 258, 258, 1));

    /** Whether it takes the first match among the two latest places of a hash, for which there is a matcher of its own. */
    boolean isFast() {
        return depth == 2;
    }

    static DeflateLevel of(int level) {
        return LEVELS.get(level - GzipEncoder.MIN_LEVEL);
    }
}
