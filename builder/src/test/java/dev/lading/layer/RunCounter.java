package dev.lading.layer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.Descriptor;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.ContentTarget;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.Role;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;

/** A place in memory that counts how often content was made for it. */
final class RunCounter implements ContentTarget {
    final MemoryStore store = MemoryStore.create();
    final AtomicInteger runs = new AtomicInteger();

    /** Where the wire of the first run breaks; it does not if this is 0. */
    int breaksOnceAfterBytes;

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
        if (breaksOnceAfterBytes > 0) {
            runs.incrementAndGet();
            assertThatThrownBy(() -> producer.writeTo(broken())).hasMessageContaining("the wire broke");
        }
        runs.incrementAndGet();
        return store.ingest(mediaType, producer);
    }

    private OutputStream broken() {
        return new OutputStream() {
            private int left = breaksOnceAfterBytes;

            @Override
            public void write(int b) throws IOException {
                if (left-- == 0) {
                    throw new IOException("the wire broke");
                }
            }
        };
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
