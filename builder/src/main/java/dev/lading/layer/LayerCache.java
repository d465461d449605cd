package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;

/**
 * A folder that keeps layers with what they were made of, so that what has not changed is not made again: a build without
 * changes costs a look at all files, and no reading, compressing or sending.
 *
 * <p>A layer is taken from here if everything the recipe says is the same and every file has the same path, size, time of
 * modification to the nanosecond, mode and owner as far as they go in, and, where the file system tells them, the same inode
 * and the same time of last change, which no program can set. A file that was changed less than two seconds before it was
 * looked at is compared by content, because a second change in the same tick of the clock would not show. What can still
 * pass unnoticed: a file system without inodes and change times (those of Windows, and archives) on which a tool puts back
 * size and time of a file it changed; a clock that was set back; a disk written to beneath the file system. With
 * {@link #strict} files are read and compared by content, and nothing passes.
 *
 * <p>The description is immutable. One folder may be used by several threads, processes and versions of this library at once:
 * what one writes appears whole, what one takes away the others make again. What was damaged is made again. Nothing in the
 * folder is trusted without its digest; still, who may write to it should be who may build.
 */
public final class LayerCache {
    private static final long DEFAULT_MAX_BYTES = 10L << 30;

    private final Path folder;
    private final long maxBytes;
    private final boolean strict;
    private final Clock clock;

    private LayerCache(Path folder, long maxBytes, boolean strict, Clock clock) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.strict = strict;
        this.clock = clock;
    }

    /**
     * Describes a cache of at most 10 GiB.
     *
     * @param folder its folder, there or not, and for nothing else
     * @return the cache
     */
    public static LayerCache in(Path folder) {
        return new LayerCache(Objects.requireNonNull(folder), DEFAULT_MAX_BYTES, false, Clock.systemUTC());
    }

    /**
     * Returns this cache with another bound. When a new layer would exceed it, those that have not been used for the longest
     * time are deleted.
     *
     * @param bytes how much the layers may take together, at least 1; one layer that is larger is not kept
     * @return the new description
     * @throws InvalidInputException if the bound is less than 1
     */
    public LayerCache maxBytes(long bytes) {
        if (bytes < 1) {
            throw new InvalidInputException("a cache holds at least one byte, not " + bytes);
        }
        return new LayerCache(folder, bytes, strict, clock);
    }

    /**
     * Returns this cache as one that reads every file and compares by content.
     *
     * @return the new description
     */
    public LayerCache strict() {
        return new LayerCache(folder, maxBytes, true, clock);
    }

    /** The clock by which a file counts as changed just now. */
    LayerCache clock(Clock other) {
        return new LayerCache(folder, maxBytes, strict, other);
    }

    Path folder() {
        return folder;
    }

    long maxBytes() {
        return maxBytes;
    }

    boolean isStrict() {
        return strict;
    }

    Clock clock() {
        return clock;
    }
}
