package dev.lading.registry;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ConflictException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.MediaType;
import dev.lading.oci.Reference;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.MountOrigin;
import dev.lading.oci.content.MountsFrom;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.Role;
import dev.lading.registry.internal.http.Wire;
import java.util.Optional;

/**
 * A repository in a registry as a place for content. Names are tags and digests; a full reference is the client's to take.
 *
 * <p>Every verb repeats by itself what may pass: broken connections and the answers 408, 429, 500, 502, 503, 504 and 522, as
 * often as {@link RegistrySettings#attempts} says; Retry-After is respected. Downloads go on by range where they stopped;
 * whole uploads begin anew; {@link #ingest} runs its producer again, at most {@link RegistrySettings#ingestRuns} times.
 * Nothing a registry says of content is believed before its bytes were hashed.
 *
 * <p>Every verb may throw, beside what its interface says: {@link UnauthorizedException}, {@link DeniedException},
 * {@link RateLimitedException}, {@link RegistryUnavailableException}, {@link UnexpectedAnswerException}, and
 * {@link CancelledException} when the thread is interrupted; it then asks an upload session once, within 50 ms, to end.
 * Safe for use by many threads, until its {@link RegistryClient} is closed; then it throws {@link IllegalStateException}.
 */
public final class Repository implements ContentStore {
    private final Reference name;
    private final Exchange exchange;
    private final Presence presence;
    private final Manifests manifests;
    private final Uploads uploads;

    Repository(Reference reference, Wire wire, RegistrySettings settings, Pacing pacing) {
        this.name = reference.withoutName();
        this.exchange = new Exchange(wire, Endpoint.of(name.registry()), settings, pacing);
        this.presence = new Presence(exchange, name.repository(), describe());
        this.manifests = new Manifests(exchange, name.repository(), describe());
        this.uploads = new Uploads(exchange, name.repository(), describe(), presence);
    }

    /**
     * Returns the name of this repository.
     *
     * @return registry and path, without tag and digest
     */
    public Reference reference() {
        return name;
    }

    /**
     * Looks up a tag or digest by HEAD; a registry that cannot answer that, or leaves the digest out, is asked for the
     * document, and the digest is computed.
     *
     * @throws InvalidInputException if the name is neither a tag nor a digest
     */
    @Override
    public Optional<Descriptor> find(String tagOrDigest) {
        return manifests.find(tagOrDigest);
    }

    @Override
    public boolean exists(Descriptor descriptor, Role role) {
        return presence.exists(descriptor, role, exchange.attempts());
    }

    /** Returns content without asking for it: that it is not there shows when it is opened. */
    @Override
    public Content fetch(Descriptor descriptor, Role role) {
        return new Download(exchange, presence.get(descriptor, role), descriptor, describe());
    }

    @Override
    public void put(Blob blob) {
        uploads.put(blob);
    }

    /**
     * Takes a manifest or index under its digest.
     *
     * @throws dev.lading.oci.NotFoundException if the registry misses something that the document names
     */
    @Override
    public void put(Document document) {
        manifests.put(document, document.descriptor().digest().toString());
    }

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
        return ingest(mediaType, Digest.Algorithm.SHA256, producer);
    }

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Digest.Algorithm algorithm, Producer<R> producer) {
        return uploads.ingest(mediaType, algorithm, producer);
    }

    /**
     * Lets a tag point to a document; the document's bytes go along, as the protocol has it.
     *
     * @throws InvalidInputException if the name is not a tag
     * @throws dev.lading.oci.NotFoundException if the registry misses something that the document names
     * @throws ConflictException if the registry keeps the tag where it is
     */
    @Override
    public void tag(Document document, String tag) {
        if (!Reference.isTag(tag)) {
            throw new InvalidInputException("«" + ErrorBody.shown(tag)
                    + "» is not a tag: up to 128 letters, digits, _ . and -, not beginning with . or -");
        }
        manifests.put(document, tag);
    }

    @Override
    public String describe() {
        return name.toString();
    }

    /** Has {@link MountOrigin}, as a source, and {@link MountsFrom}, as a target. */
    @Override
    public <T> Optional<T> ability(Class<T> type) {
        if (type == MountOrigin.class) {
            return Optional.of(type.cast(new MountOrigin(name.registry(), name.repository())));
        } else if (type == MountsFrom.class) {
            MountsFrom mounts = this::mount;
            return Optional.of(type.cast(mounts));
        }
        return Optional.empty();
    }

    private boolean mount(Descriptor descriptor, MountOrigin origin) {
        // A mount from another registry breaks pushes; from the repository itself there is nothing to mount.
        return origin.registry().equals(name.registry())
                && !origin.repository().equals(name.repository())
                && uploads.mount(descriptor, origin);
    }

    /** Returns the name for a message. */
    @Override
    public String toString() {
        return describe();
    }
}
