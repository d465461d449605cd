package dev.lading.oci;

/**
 * How large and how deep a document may be before it is refused.
 *
 * @param maxBytes the most bytes; 1 to {@value #MOST_BYTES}
 * @param maxDepth the deepest nesting, the document itself being 1; 1 to {@value #MOST_DEPTH}
 */
public record DocumentLimits(int maxBytes, int maxDepth) {
    /** What {@link #maxBytes} may be at most, 512 MiB: places in a document are counted in 32 bits. */
    public static final int MOST_BYTES = 512 * 1024 * 1024;
    /** What {@link #maxDepth} may be at most. */
    public static final int MOST_DEPTH = 1_000_000;

    /**
     * {@value Manifest#MAX_BYTES} bytes, what registries take (distribution-spec, «Pushing Manifests»), and a nesting of 64
     * (image documents need six).
     */
    public static final DocumentLimits DEFAULT = new DocumentLimits(Manifest.MAX_BYTES, 64);

    /**
     * Checks the numbers.
     *
     * @throws InvalidInputException if one is out of its range
     */
    public DocumentLimits {
        if (maxBytes < 1 || maxBytes > MOST_BYTES) {
            throw new InvalidInputException(
                    "a document's limit is 1 to " + MOST_BYTES + " bytes, and " + maxBytes + " is not");
        }
        if (maxDepth < 1 || maxDepth > MOST_DEPTH) {
            throw new InvalidInputException(
                    "a document's limit of nesting is 1 to " + MOST_DEPTH + ", and " + maxDepth + " is not");
        }
    }

    /**
     * Returns these limits with another number of bytes.
     *
     * @param newMaxBytes the most bytes; 1 to {@value #MOST_BYTES}
     * @return the limits
     * @throws InvalidInputException if it is out of its range
     */
    public DocumentLimits withMaxBytes(int newMaxBytes) {
        return new DocumentLimits(newMaxBytes, maxDepth);
    }

    /**
     * Returns these limits with another depth.
     *
     * @param newMaxDepth the deepest nesting; 1 to {@value #MOST_DEPTH}
     * @return the limits
     * @throws InvalidInputException if it is out of its range
     */
    public DocumentLimits withMaxDepth(int newMaxDepth) {
        return new DocumentLimits(maxBytes, newMaxDepth);
    }
}
