package dev.lading.oci.content;

import java.util.Objects;

/**
 * The ability of a source whose blobs another repository of the same registry can take over without a transfer
 * (distribution-spec, «Mounting a blob from another repository»).
 *
 * @param registry the registry, host or host:port
 * @param repository the repository that holds the blobs
 */
public record MountOrigin(String registry, String repository) {
    /** Makes the value. */
    public MountOrigin {
        Objects.requireNonNull(registry);
        Objects.requireNonNull(repository);
    }
}
