package dev.lading.layer;

import dev.lading.gzip.GzipEncoder;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.MediaType;

/** How a layer is compressed. Immutable. */
public final class Compression {
    private static final int NOT_COMPRESSED = 0;

    private final int gzipLevel;

    private Compression(int gzipLevel) {
        this.gzipLevel = gzipLevel;
    }

    /**
     * Gzip at its default level, 6.
     *
     * @return the compression
     */
    public static Compression gzip() {
        return new Compression(GzipEncoder.DEFAULT_LEVEL);
    }

    /**
     * Gzip at a level.
     *
     * @param level from 1, fastest, to 9, smallest
     * @return the compression
     * @throws InvalidInputException if the level is out of range
     */
    public static Compression gzip(int level) {
        if (level < GzipEncoder.MIN_LEVEL || level > GzipEncoder.MAX_LEVEL) {
            throw new InvalidInputException(
                    "gzip has the levels " + GzipEncoder.MIN_LEVEL + " to " + GzipEncoder.MAX_LEVEL + ", not " + level);
        }
        return new Compression(level);
    }

    /**
     * No compression: the layer is the tar itself.
     *
     * @return the compression
     */
    public static Compression none() {
        return new Compression(NOT_COMPRESSED);
    }

    boolean isNone() {
        return gzipLevel == NOT_COMPRESSED;
    }

    int gzipLevel() {
        return gzipLevel;
    }

    /**
     * Returns the type of a layer so compressed.
     *
     * @return one of OCI's layer types
     */
    public MediaType mediaType() {
        return isNone() ? MediaType.OCI_LAYER : MediaType.OCI_LAYER_GZIP;
    }

    /** Returns {@code gzip LEVEL} or {@code none}. */
    @Override
    public String toString() {
        return isNone() ? "none" : "gzip " + gzipLevel;
    }
}
