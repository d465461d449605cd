package dev.lading.gzip;

/** How far to go on where nothing matched: the longer it is quiet, the further, for it will likely stay so. */
final class Step {
    private static final int SHIFT = 6;
    private static final int MAX_MORE = 8;

    private Step() {}

    static int after(int literals) {
        return 1 + Math.min(literals >> SHIFT, MAX_MORE);
    }
}
