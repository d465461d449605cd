package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import java.util.List;
import java.util.Objects;

/**
 * What a copy did.
 *
 * @param descriptor what is in the target now
 * @param names the names that were set, in their order
 * @param copied how many blobs and documents were moved
 * @param skipped how many were there already
 * @param mounted how many the target took over from elsewhere in its registry
 * @param bytes how many bytes were moved
 */
public record CopyResult(Descriptor descriptor, List<String> names, int copied, int skipped, int mounted, long bytes) {
    /** Makes the value; the list is copied. */
    public CopyResult {
        Objects.requireNonNull(descriptor);
        names = List.copyOf(names);
    }
}
