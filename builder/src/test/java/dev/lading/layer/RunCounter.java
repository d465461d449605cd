package dev.lading.layer;

import dev.lading.oci.Descriptor;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.ContentTarget;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.Role;
import java.util.concurrent.atomic.AtomicInteger;

/** A place in memory that counts how often content was made for it. */
final class RunCounter implements ContentTarget {
    final MemoryStore store = MemoryStore.create();
    final AtomicInteger runs = new AtomicInteger();

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
        runs.incrementAndGet();
        return store.ingest(mediaType, producer);
    }

    @Override
    public boolean exists(Descriptor descriptor, Role role) {
        return store.exists(descriptor, role);
    }

    @Override
    public void put(Blob blob) {
        store.put(blob);
    }

    @Override
    public void put(Document document) {
        store.put(document);
    }

    @Override
    public void tag(Document document, String name) {
        store.tag(document, name);
    }

    @Override
    public String describe() {
        return store.describe();
    }
}
