package dev.lading.oci;

import java.util.List;
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
     * Returns the type of the artifact that this document is of, where it says one.
     *
     * @return the artifact type
     */
    Optional<MediaType> artifactType();

    /**
     * Says what the specification has against this document, all of it. Reading refuses only what could be understood in
     * two ways; this also finds what is merely wrong or unwise.
     *
     * @return the findings in the order of the document, the first thousand; none if it is without fault
     */
    List<DocumentFinding> validate();

    /**
     * Says what the specification has against a manifest or an index that may be too broken to be read.
     *
     * @param bytes the document
     * @param mediaType the type it was announced with
     * @return the findings in the order of the document, the first thousand; none if it is without fault
     * @throws UnsupportedException if the type is none of OCI's and Docker's schema 2
     */
    static List<DocumentFinding> validate(byte[] bytes, MediaType mediaType) {
        return Validation.manifest(bytes, mediaType, DocumentLimits.DEFAULT);
    }

    /**
     * Returns the type of a document that has come without a descriptor: what it says of itself, else OCI's manifest or
     * index if it has the shape of one of them and nothing of the other. Whoever has a descriptor goes by the descriptor.
     *
     * @param bytes the document
     * @return the type; empty if this is no strict JSON, or neither says a type nor has such a shape
     * @throws InvalidInputException if it says no type and has the members of both kinds
     */
    static Optional<MediaType> typeOf(byte[] bytes) {
        return Documents.typeOf(bytes);
    }

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
     * @throws UnsupportedException if the type is none of OCI's and Docker's schema 2, or a digest of an algorithm other
     *     than sha256 and sha512
     * @throws ContentMismatchException if the inline data of a descriptor is not what it describes
     */
    static Manifest read(byte[] bytes, MediaType mediaType) {
        return read(bytes, mediaType, DocumentLimits.DEFAULT);
    }

    /**
     * Reads a manifest or an index of the given type within limits; else as {@link #read(byte[], MediaType)}.
     *
     * @param bytes the document
     * @param mediaType the type it was announced with
     * @param limits how large and how deep it may be
     * @return the document; an edit of it has the same limits
     * @throws InvalidInputException if the bytes are no strict JSON, or not a document of this type
     * @throws UnsupportedException if the type is none of OCI's and Docker's schema 2, or a digest of an algorithm other
     *     than sha256 and sha512
     * @throws ContentMismatchException if the inline data of a descriptor is not what it describes
     */
    static Manifest read(byte[] bytes, MediaType mediaType, DocumentLimits limits) {
        return mediaType.isIndex()
                ? ImageIndex.read(bytes, mediaType, limits)
                : ImageManifest.read(bytes, mediaType, limits);
    }
}
