package dev.lading.oci.content;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.UnsupportedException;
import java.util.Optional;

/**
 * A place content can be written to. The target pulls, and repeats what its own wire breaks; callers repeat nothing.
 *
 * <p>Safe for use by many threads. Content becomes visible under its digest only when it is whole and verified; a failure of
 * any kind leaves nothing. Every method may throw {@link UnavailableException} where the place cannot be reached, and
 * {@link CancelledException} when the thread is interrupted.
 */
public interface ContentTarget {
    /**
     * Says whether content is here.
     *
     * @param descriptor the content
     * @param role what it is where it stands
     * @return true if it is here in full
     */
    boolean exists(Descriptor descriptor, Role role);

    /**
     * Takes a blob, opening it as often as needed. What is here already may be taken again.
     *
     * @param blob the blob
     * @throws SourceFailedException if the blob cannot be read
     * @throws ContentMismatchException if the blob's bytes are not what its descriptor names
     */
    void put(Blob blob);

    /**
     * Takes a manifest or index; what it names should be here before, and a place may insist.
     *
     * @param document the document
     */
    void put(Document document);

    /**
     * Takes content whose digest is not known before, and names it by sha256: runs the producer, and again from the start when the place's own wire
     * breaks.
     *
     * @param mediaType the type of the content; stored by no place, so that the descriptor can say it
     * @param producer makes the content, as often as asked
     * @param <R> what a run finds out
     * @return the descriptor of the content, and what the run that succeeded found out
     * @throws ProducerFailedException if the producer fails; it is not run again
     */
    <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer);

    /**
     * Takes content as {@link #ingest(MediaType, Producer)}, named by an algorithm of the caller's choice.
     *
     * @param mediaType the type of the content
     * @param algorithm what the content is to be named by
     * @param producer makes the content, as often as asked
     * @param <R> what a run finds out
     * @return the descriptor of the content, and what the run that succeeded found out
     * @throws ProducerFailedException if the producer fails; it is not run again
     * @throws UnsupportedException if this place names new content by sha256 alone
     */
    default <R> Ingested<R> ingest(MediaType mediaType, Digest.Algorithm algorithm, Producer<R> producer) {
        if (algorithm != Digest.Algorithm.SHA256) {
            throw new UnsupportedException(
                    describe() + " names new content by sha256 alone, not by " + algorithm.word());
        }
        return ingest(mediaType, producer);
    }

    /**
     * Lets a name point to a document. A registry takes the document along with the name; other places want it here before.
     *
     * @param document the document
     * @param name the tag
     * @throws InvalidInputException if the place does not take such a name
     * @throws NotFoundException if the document, or what it names, is not here and should be
     */
    void tag(Document document, String name);

    /**
     * Says what this place is, for messages.
     *
     * @return a name people recognise, such as a repository's or a folder's
     */
    String describe();

    /**
     * Asks for an ability that not every place has, as {@link ContentSource#ability}.
     *
     * @param type the ability's interface, such as {@link MountsFrom}
     * @param <T> the ability
     * @return the ability, or empty if this place lacks it
     */
    default <T> Optional<T> ability(Class<T> type) {
        return Optional.empty();
    }
}
