package dev.lading.oci.content;

import dev.lading.oci.Descriptor;

/** The ability of a target to take over a blob from elsewhere in the same registry without a transfer. */
@FunctionalInterface
public interface MountsFrom {
    /**
     * Tries to mount a blob.
     *
     * @param descriptor the blob
     * @param origin where it is
     * @return true if it is here now; false, whatever the reason, if it has to be copied
     */
    boolean mount(Descriptor descriptor, MountOrigin origin);
}
