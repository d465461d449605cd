package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
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
        return of(Digest.Algorithm.SHA256, mediaType, bytes);
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
        if (bytes.length > Manifest.MAX_BYTES) {
            throw new InvalidInputException("a manifest or index of " + bytes.length + " bytes is larger than the "
                    + Manifest.MAX_BYTES + " that registries take");
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
        return Manifest.read(bytes, descriptor.mediaType());
    }

    /** Returns the descriptor for a message. */
    @Override
    public String toString() {
        return descriptor.toString();
    }
}
