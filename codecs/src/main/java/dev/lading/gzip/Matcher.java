package dev.lading.gzip;

/** Looks for repetitions in a segment. One at a time uses it; what it finds depends on the segment's bytes alone. */
interface Matcher {
    /** Forgets everything and learns the bytes before the segment. */
    void begin(byte[] data, int from);

    /**
     * Turns bytes into sequences.
     *
     * @param data the bytes, as {@link Window} lays them out
     * @param begin where to go on
     * @param chunkEnd where to stop; a match may reach past it
     * @param end the segment's end
     * @param found gets the sequences; they cover exactly the bytes up to the position returned
     * @return the first position not covered, {@code chunkEnd} or more
     */
    int parse(byte[] data, int begin, int chunkEnd, int end, Sequences found);
}
