package dev.lading.oci.content;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.DocumentLimits;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Manifest;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A place content can be read from. Implement {@link #find}, {@link #exists} and {@link #fetch}; the rest follows.
 *
 * <p>Safe for use by many threads. Every method may throw {@link UnavailableException} where the place cannot be reached,
 * and {@link CancelledException} when the thread is interrupted.
 */
public interface ContentSource {
    /**
     * Looks up a name.
     *
     * @param name a tag, or a digest as text
     * @return the descriptor of the manifest or index it names now, or empty if there is none
     */
    Optional<Descriptor> find(String name);

    /**
     * Says whether content is here.
     *
     * @param descriptor the content
     * @param role what it is where it stands
     * @return true if it is here in full
     */
    boolean exists(Descriptor descriptor, Role role);

    /**
     * Returns raw content, for implementers of this package's verbs: nothing of it is verified.
     *
     * @param descriptor the content
     * @param role what it is where it stands
     * @return the content; that it is not there may show only when it is opened
     * @throws NotFoundException if it is not here
     */
    Content fetch(Descriptor descriptor, Role role);

    /**
     * Says what this place is, for messages.
     *
     * @return a name people recognise, such as a repository's or a folder's
     */
    String describe();

    /**
     * Returns content as callers read it.
     *
     * @param descriptor the content, a configuration or layer
     * @return the blob, whose stream verifies
     * @throws NotFoundException if it is not here
     */
    default Blob blob(Descriptor descriptor) {
        return new Blob(descriptor, fetch(descriptor, Role.BLOB));
    }

    /**
     * Reads a manifest or index in full and verifies it.
     *
     * @param descriptor the document
     * @return the document, with the given descriptor
     * @throws NotFoundException if it is not here
     * @throws InvalidInputException if it is larger than a document may be
     * @throws ContentMismatchException if its bytes are not the descriptor's
     */
    default Document document(Descriptor descriptor) {
        return document(descriptor, DocumentLimits.DEFAULT);
    }

    /**
     * Reads a manifest or index in full and verifies it, within limits.
     *
     * @param descriptor the document
     * @param limits how many bytes it may have
     * @return the document, with the given descriptor
     * @throws NotFoundException if it is not here
     * @throws InvalidInputException if it is larger
     * @throws ContentMismatchException if its bytes are not the descriptor's
     */
    default Document document(Descriptor descriptor, DocumentLimits limits) {
        if (descriptor.size() > limits.maxBytes()) {
            throw new InvalidInputException("the document " + descriptor + " in " + describe() + " is larger than the "
                    + limits.maxBytes() + " bytes a manifest or index may have");
        }
        Blob whole = new Blob(descriptor, fetch(descriptor, Role.MANIFEST));
        try (InputStream in = whole.open()) {
            return Document.verified(in.readNBytes((int) descriptor.size()), descriptor);
        } catch (IOException e) {
            throw LadingException.from("cannot read " + descriptor.digest() + " from " + describe(), e);
        }
    }

    /**
     * Reads a small blob in full and verifies it, such as a configuration. What its descriptor carries inline is not fetched.
     *
     * @param descriptor the blob
     * @return its bytes
     * @throws NotFoundException if it is not here
     * @throws InvalidInputException if it is larger than {@value Manifest#MAX_BYTES} bytes
     * @throws ContentMismatchException if its bytes are not the descriptor's
     */
    default byte[] bytes(Descriptor descriptor) {
        return bytes(descriptor, DocumentLimits.DEFAULT);
    }

    /**
     * Reads a small blob in full and verifies it, within limits. What its descriptor carries inline is not fetched.
     *
     * @param descriptor the blob
     * @param limits how many bytes it may have
     * @return its bytes
     * @throws NotFoundException if it is not here
     * @throws InvalidInputException if it is larger
     * @throws ContentMismatchException if its bytes are not the descriptor's
     */
    default byte[] bytes(Descriptor descriptor, DocumentLimits limits) {
        if (descriptor.size() > limits.maxBytes()) {
            throw new InvalidInputException(descriptor + " in " + describe() + " is larger than the "
                    + limits.maxBytes() + " bytes that are read at once");
        }
        Optional<byte[]> inline = descriptor.data();
        if (inline.isPresent()) {
            return inline.get();
        }
        try (InputStream in = blob(descriptor).open()) {
            // An empty blob is verified by the read that finds its end.
            return in.readAllBytes();
        } catch (IOException e) {
            throw LadingException.from("cannot read " + descriptor.digest() + " from " + describe(), e);
        }
    }

    /**
     * Resolves a name to everything reachable from it.
     *
     * @param name a tag, or a digest as text
     * @return the graph; from here on everything goes by digest
     * @throws NotFoundException if the name is not here
     */
    default ContentGraph resolve(String name) {
        return ContentGraph.of(
                find(name)
                        .orElseThrow(() -> new NotFoundException(
                                "there is no «" + name + "» in " + describe() + ". Check the name, or push it first.")),
                this);
    }

    /**
     * Returns the part of this place where a descriptor lives; a place that is no composite answers with itself.
     *
     * @param descriptor the content
     * @param role what it is where it stands
     * @return the part, whose abilities are those of the content's home
     */
    default ContentSource at(Descriptor descriptor, Role role) {
        return this;
    }

    /**
     * Asks for an ability that not every place has. Abilities return facts and descriptors, never bytes, for those would go
     * round the verification. A decorator forwards, a composite is asked by {@link #at}.
     *
     * @param type the ability's interface, such as {@link MountOrigin}
     * @param <T> the ability
     * @return the ability, or empty if this place lacks it
     */
    default <T> Optional<T> ability(Class<T> type) {
        return Optional.empty();
    }
}
