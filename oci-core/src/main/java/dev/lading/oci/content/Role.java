package dev.lading.oci.content;

/**
 * What a descriptor is where it stands: a document that names others, or plain bytes.
 *
 * <p>The role comes from the place in the graph, never from the media type: a layer may carry an index's type and is still
 * a blob; an index's child of unknown type is still a manifest.
 */
public enum Role {
    /** The root of a graph, or a child of an index: in a registry under {@code /manifests/}. */
    MANIFEST,
    /** A configuration or a layer: in a registry under {@code /blobs/}. */
    BLOB
}
