package dev.lading.oci;

import java.util.Objects;

/**
 * A layer of an image: where its bytes are, and the digest of the tar they decompress to.
 *
 * @param descriptor the layer's descriptor, as the manifest has it
 * @param diffId the digest of the uncompressed tar, as the configuration has it (image-spec, config.md, «Layer DiffID»)
 */
public record Layer(Descriptor descriptor, Digest diffId) {
    /** Makes a layer. */
    public Layer {
        Objects.requireNonNull(descriptor);
        Objects.requireNonNull(diffId);
    }
}
