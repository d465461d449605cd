package dev.lading.tar;

/**
 * How much an archive may say about one entry before {@link TarReader} refuses it.
 *
 * @param maxPaxBytes the longest pax extended header, in bytes; at least 0. Also bounds what global headers add up to
 * @param maxPaxRecords the most records in one pax extended header, and the most global ones kept; at least 0
 * @param maxLongNameBytes the longest GNU long name or long link name, in bytes; at least 0
 */
public record TarLimits(int maxPaxBytes, int maxPaxRecords, int maxLongNameBytes) {
    /**
     * 1 MiB and 1,000 records of pax (extended attributes of real files stay below 64 KiB each), 64 KiB of GNU long
     * name (sixteen times Linux's longest path).
     */
    public static final TarLimits DEFAULT = new TarLimits(1024 * 1024, 1000, 64 * 1024);

    /**
     * Checks the numbers.
     *
     * @param maxPaxBytes at least 0
     * @param maxPaxRecords at least 0
     * @param maxLongNameBytes at least 0
     * @throws IllegalArgumentException if one is negative
     */
    public TarLimits {
        if (maxPaxBytes < 0 || maxPaxRecords < 0 || maxLongNameBytes < 0) {
            throw new IllegalArgumentException(
                    "a tar limit is negative: " + maxPaxBytes + ", " + maxPaxRecords + ", " + maxLongNameBytes);
        }
    }
}
