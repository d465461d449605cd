package dev.lading.oci;

import java.util.Map;
import java.util.Optional;

/**
 * A manifest or an index, around the bytes it was read from: those bytes are given back as they came, and an edit makes a
 * new document that keeps what it does not know.
 */
public sealed interface Manifest permits ImageManifest, ImageIndex {
    /** The most bytes a document may have: 4 MiB, what registries take (distribution-spec, «Pushing Manifests»). */
    int MAX_BYTES = 4 * 1024 * 1024;

    /**
     * Returns the document's bytes.
     *
     * @return a copy of the bytes
     */
    byte[] bytes();

    /**
     * Returns the type of this document.
     *
     * @return one of OCI's or Docker's types of manifest and index
     */
    MediaType mediaType();

    /**
     * Returns the annotations of the document.
     *
     * @return an unmodifiable map, in the order written
     */
    Map<String, String> annotations();

    /**
     * Returns what this document refers to as its subject.
     *
     * @return the subject's descriptor
     */
    Optional<Descriptor> subject();

    /**
     * Reads a manifest or an index of the given type.
     *
     * <p>The type comes from the descriptor or the answer that named the document, never from its shape: a body that
     * claims another type, or has the members of both kinds, is refused (CVE-2021-41190).
     *
     * @param bytes the document, at most {@value #MAX_BYTES} bytes
     * @param mediaType the type it was announced with
     * @return the document
     * @throws InvalidInputException if the bytes are no strict JSON, or not a document of this type
     * @throws UnsupportedException if the type is none of OCI's and Docker's schema 2
     */
    static Manifest read(byte[] bytes, MediaType mediaType) {
        return mediaType.isIndex() ? ImageIndex.read(bytes, mediaType) : ImageManifest.read(bytes, mediaType);
    }
}
