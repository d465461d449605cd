package dev.lading.oci;

import java.util.List;

/**
 * The layers of an image by diff ID, from the bottom up (image-spec, config.md, «rootfs»).
 *
 * @param diffIds the digests of the uncompressed tars
 */
public record RootFs(List<Digest> diffIds) {
    /** Makes the value; the list is copied. */
    public RootFs {
        diffIds = List.copyOf(diffIds);
    }
}
