package dev.lading.oci.rootfs;

import dev.lading.tar.TarLimits;
import java.util.Objects;

/**
 * How much layers may decompress to before they are refused. {@link LayerReader} holds them for one layer,
 * {@link RootFileSystem} for all layers of an image together.
 *
 * @param maxBytes the most bytes of uncompressed tar; at least 1
 * @param maxEntries the most entries; at least 1
 * @param maxRatio the most uncompressed bytes for each compressed one, looked at from {@link #RATIO_FROM_BYTES} on; at
 *     least 1
 * @param tar what one entry may say about itself
 */
public record LayerLimits(long maxBytes, long maxEntries, int maxRatio, TarLimits tar) {
    /** Below 64 MiB of output any ratio is harmless, and small layers of zeros are common. */
    public static final long RATIO_FROM_BYTES = 64L * 1024 * 1024;

    /**
     * 64 GiB (the largest images in use are below 40), a million entries (large distributions have a fifth of that), and
     * a ratio of 200 (deflate's best is 1,032; real layers stay below 30).
     */
    public static final LayerLimits DEFAULT = new LayerLimits(64L << 30, 1_000_000, 200, TarLimits.DEFAULT);

    /**
     * Checks the numbers.
     *
     * @param maxBytes at least 1
     * @param maxEntries at least 1
     * @param maxRatio at least 1
     * @param tar what one entry may say
     * @throws IllegalArgumentException if one is below 1
     */
    public LayerLimits {
        Objects.requireNonNull(tar, "tar");
        if (maxBytes < 1 || maxEntries < 1 || maxRatio < 1) {
            throw new IllegalArgumentException(
                    "a layer limit is below 1: " + maxBytes + ", " + maxEntries + ", " + maxRatio);
        }
    }

    /**
     * These limits with another number of bytes.
     *
     * @param maxBytes the most bytes of uncompressed tar; at least 1
     * @return the limits
     */
    public LayerLimits withMaxBytes(long maxBytes) {
        return new LayerLimits(maxBytes, maxEntries, maxRatio, tar);
    }

    /**
     * These limits with another number of entries.
     *
     * @param maxEntries the most entries; at least 1
     * @return the limits
     */
    public LayerLimits withMaxEntries(long maxEntries) {
        return new LayerLimits(maxBytes, maxEntries, maxRatio, tar);
    }

    /**
     * These limits with another ratio.
     *
     * @param maxRatio the most uncompressed bytes for each compressed one; at least 1
     * @return the limits
     */
    public LayerLimits withMaxRatio(int maxRatio) {
        return new LayerLimits(maxBytes, maxEntries, maxRatio, tar);
    }

    /**
     * These limits with others for what one entry may say.
     *
     * @param tar what one entry may say about itself
     * @return the limits
     */
    public LayerLimits withTar(TarLimits tar) {
        return new LayerLimits(maxBytes, maxEntries, maxRatio, tar);
    }
}
