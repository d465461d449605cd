package dev.lading.testkit;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.Role;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;

/** A place as a registry serves it: the same place, with the tags set through it remembered, for a place lists none. */
final class HostedStore implements ContentStore {
    private final ContentStore inner;
    private final NavigableSet<String> tags = new ConcurrentSkipListSet<>();

    HostedStore(ContentStore inner) {
        this.inner = Objects.requireNonNull(inner);
    }

    /** The tags in the order of their characters, as the specification wants («Listing Tags»). */
    NavigableSet<String> tags() {
        return tags;
    }

    @Override
    public Optional<Descriptor> find(String name) {
        return inner.find(name);
    }

    @Override
    public boolean exists(Descriptor descriptor, Role role) {
        return inner.exists(descriptor, role);
    }

    @Override
    public Content fetch(Descriptor descriptor, Role role) {
        return inner.fetch(descriptor, role);
    }

    @Override
    public ContentSource at(Descriptor descriptor, Role role) {
        return inner.at(descriptor, role);
    }

    @Override
    public void put(Blob blob) {
        inner.put(blob);
    }

    @Override
    public void put(Document document) {
        inner.put(document);
    }

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
        return inner.ingest(mediaType, producer);
    }

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Digest.Algorithm algorithm, Producer<R> producer) {
        return inner.ingest(mediaType, algorithm, producer);
    }

    @Override
    public void tag(Document document, String name) {
        inner.tag(document, name);
        tags.add(name);
    }

    @Override
    public <T> Optional<T> ability(Class<T> type) {
        return inner.ability(type);
    }

    @Override
    public String describe() {
        return inner.describe();
    }
}
