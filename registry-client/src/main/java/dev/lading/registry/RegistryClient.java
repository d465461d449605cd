package dev.lading.registry;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Reference;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.ContentGraph;
import dev.lading.registry.internal.http.Wire;

/**
 * The way to registries: names a repository, resolves a reference.
 *
 * <p>Registries are spoken to by https; by http only where their name is exactly {@code localhost}, an address 127.x.y.z or
 * {@code [::1]}. The client holds connections, no threads of its own, and nothing on disk.
 *
 * <p>Safe for use by many threads. To be closed when nothing of it is used any more.
 */
public final class RegistryClient implements AutoCloseable {
    private final Wire wire;
    private final RegistrySettings settings;
    private final Pacing pacing;

    RegistryClient(Wire wire, RegistrySettings settings, Pacing pacing) {
        this.wire = wire;
        this.settings = settings;
        this.pacing = pacing;
    }

    /**
     * Makes a client that has no credentials and looks for none.
     *
     * @return the client, with {@link RegistrySettings#defaults}
     */
    public static RegistryClient anonymous() {
        return anonymous(RegistrySettings.defaults());
    }

    /**
     * Makes a client that has no credentials and looks for none.
     *
     * @param settings how patient it is
     * @return the client
     */
    public static RegistryClient anonymous(RegistrySettings settings) {
        return new RegistryClient(
                Wire.open(settings.connectTimeout(), settings.idleTimeout()), settings, Pacing.real());
    }

    /**
     * Names a repository; asks nobody.
     *
     * @param name {@code host[:port]/path}, without tag and digest
     * @return the repository, as a place for content
     * @throws InvalidInputException if it is no such name
     */
    public Repository repository(String name) {
        Reference reference = Reference.parse(name);
        if (reference.name().isPresent()) {
            throw new InvalidInputException("«" + reference + "» names an image; a repository is named without tag and"
                    + " digest: " + reference.withoutName());
        }
        return repository(reference);
    }

    /**
     * Names the repository of a reference; asks nobody.
     *
     * @param reference a reference, whose tag and digest do not matter here
     * @return the repository, as a place for content
     * @throws InvalidInputException if its registry's port is none
     */
    public Repository repository(Reference reference) {
        return new Repository(reference, wire, settings, pacing);
    }

    /**
     * Resolves a reference to everything reachable from it.
     *
     * @param reference {@code host[:port]/path} with a tag, a digest, or both: the digest then decides
     * @return the graph; from here on everything goes by digest
     * @throws InvalidInputException if it is no full name, or has neither tag nor digest
     * @throws UnsupportedException if the digest is neither sha256 nor sha512
     * @throws NotFoundException if it is not there
     * @throws LadingException of the other kinds that {@link Repository} lists
     */
    public ContentGraph resolve(String reference) {
        return resolve(Reference.parse(reference));
    }

    /**
     * Resolves a reference to everything reachable from it.
     *
     * @param reference a reference with a tag, a digest, or both: the digest then decides
     * @return the graph; from here on everything goes by digest
     * @throws InvalidInputException if it has neither tag nor digest
     * @throws NotFoundException if it is not there
     * @throws LadingException of the other kinds that {@link Repository} lists
     */
    public ContentGraph resolve(Reference reference) {
        String name = reference
                .name()
                .orElseThrow(() -> new InvalidInputException(
                        "«" + reference + "» names neither a tag nor a digest; write " + reference + ":TAG"));
        return repository(reference).resolve(name);
    }

    /** Ends all connections; what is still under way fails. Closing again does nothing. */
    @Override
    public void close() {
        wire.close();
    }
}
