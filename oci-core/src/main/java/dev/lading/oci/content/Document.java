package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.DocumentLimits;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Manifest;
import dev.lading.oci.MediaType;

/**
 * A manifest or an index as it is stored: all its bytes, and the descriptor that was computed from them when this was made.
 *
 * <p>Always of the role {@link Role#MANIFEST}. Immutable.
 */
public final class Document {
    private final byte[] bytes;
    private final Descriptor descriptor;

    private Document(byte[] bytes, Descriptor descriptor) {
        this.bytes = bytes;
        this.descriptor = descriptor;
    }

    /**
     * Makes the document of a manifest or an index, named by its sha256 digest.
     *
     * @param manifest the manifest or index
     * @return the document
     */
    public static Document of(Manifest manifest) {
        return of(manifest.mediaType(), manifest.bytes());
    }

    /**
     * Makes a document of any type, named by its sha256 digest.
     *
     * @param mediaType the type
     * @param bytes the bytes, copied; at most {@value Manifest#MAX_BYTES}
     * @return the document
     * @throws InvalidInputException if there are more bytes
     */
    public static Document of(MediaType mediaType, byte[] bytes) {
        return made(Digest.Algorithm.SHA256, mediaType, bytes, DocumentLimits.DEFAULT);
    }

    /**
     * Makes the document of a manifest or an index, named by an algorithm.
     *
     * @param algorithm what names it
     * @param manifest the manifest or index
     * @return the document
     */
    public static Document of(Digest.Algorithm algorithm, Manifest manifest) {
        return of(algorithm, manifest.mediaType(), manifest.bytes());
    }

    /**
     * Makes a document of any type, named by an algorithm. Others name a document by sha256 unless there is a reason.
     *
     * @param algorithm what names it
     * @param mediaType the type
     * @param bytes the bytes, copied; at most {@value Manifest#MAX_BYTES}
     * @return the document
     * @throws InvalidInputException if there are more bytes
     */
    public static Document of(Digest.Algorithm algorithm, MediaType mediaType, byte[] bytes) {
        return made(algorithm, mediaType, bytes, DocumentLimits.DEFAULT);
    }

    /**
     * Makes a document of any type, of another size than registries take.
     *
     * @param mediaType the type
     * @param bytes the bytes, copied
     * @param limits how many there may be
     * @return the document
     * @throws InvalidInputException if there are more bytes
     */
    public static Document of(MediaType mediaType, byte[] bytes, DocumentLimits limits) {
        return made(Digest.Algorithm.SHA256, mediaType, bytes, limits);
    }

    private static Document made(Digest.Algorithm algorithm, MediaType mediaType, byte[] bytes, DocumentLimits limits) {
        if (bytes.length > limits.maxBytes()) {
            throw new InvalidInputException("a manifest or index of " + bytes.length + " bytes is larger than the "
                    + limits.maxBytes() + " that are allowed");
        }
        byte[] copy = bytes.clone();
        return new Document(copy, Descriptor.of(mediaType, Digest.of(algorithm, copy), copy.length));
    }

    /** A document whose bytes a verifying stream has just hashed. */
    static Document verified(byte[] bytes, Descriptor descriptor) {
        return new Document(bytes, descriptor);
    }

    /**
     * Returns the bytes.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Returns the descriptor.
     *
     * @return type, digest and size of the bytes
     */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Reads the document as what its type says.
     *
     * @return the manifest or index
     * @throws LadingException as {@link Manifest#read}
     */
    public Manifest manifest() {
        return manifest(DocumentLimits.DEFAULT);
    }

    /**
     * Reads the document as what its type says, within limits.
     *
     * @param limits how large and how deep it may be
     * @return the manifest or index
     * @throws LadingException as {@link Manifest#read}
     */
    public Manifest manifest(DocumentLimits limits) {
        return Manifest.read(bytes, descriptor.mediaType(), limits);
    }

    /** Returns the descriptor for a message. */
    @Override
    public String toString() {
        return descriptor.toString();
    }
}
