package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Reference;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A place in memory: for documents on their way, and for tests. It holds everything it is given until it is let go.
 *
 * <p>Safe for use by many threads.
 */
public final class MemoryStore implements ContentStore {
    private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<Digest, Document> documents = new ConcurrentHashMap<>();
    private final Map<String, Descriptor> names = new ConcurrentHashMap<>();

    private MemoryStore() {}

    /**
     * Makes an empty place.
     *
     * @return the place
     */
    public static MemoryStore create() {
        return new MemoryStore();
    }

    @Override
    public Optional<Descriptor> find(String name) {
        if (Digest.isMeantBy(name)) {
            return Optional.ofNullable(documents.get(Digest.parse(name))).map(Document::descriptor);
        }
        return Optional.ofNullable(names.get(name));
    }

    @Override
    public boolean exists(Descriptor descriptor, Role role) {
        if (role == Role.BLOB) {
            byte[] held = blobs.get(descriptor.digest());
            return held != null && held.length == descriptor.size();
        }
        Document held = documents.get(descriptor.digest());
        return held != null && held.descriptor().size() == descriptor.size();
    }

    private Optional<byte[]> bytesOf(Digest digest, Role role) {
        return role == Role.BLOB
                ? Optional.ofNullable(blobs.get(digest))
                : Optional.ofNullable(documents.get(digest)).map(Document::bytes);
    }

    @Override
    public Content fetch(Descriptor descriptor, Role role) {
        byte[] bytes = bytesOf(descriptor.digest(), role)
                .orElseThrow(() -> new NotFoundException("there is no " + descriptor.digest() + " in " + describe()));
        return new Content() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }

    @Override
    public void put(Blob blob) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        try {
            blob.writeTo(kept);
        } catch (IOException e) {
            throw new IllegalStateException("an array takes every byte", e);
        }
        blobs.put(blob.descriptor().digest(), kept.toByteArray());
    }

    @Override
    public void put(Document document) {
        documents.put(document.descriptor().digest(), document);
    }

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
        return ingest(mediaType, Digest.Algorithm.SHA256, producer);
    }

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Digest.Algorithm algorithm, Producer<R> producer) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        IngestRun<R> run;
        try {
            run = IngestRun.of(algorithm, producer, kept);
        } catch (IOException e) {
            throw LadingException.from("content could not be made for " + describe(), e);
        }
        blobs.put(run.digest(), kept.toByteArray());
        return run.ingested(mediaType, 1);
    }

    @Override
    public void tag(Document document, String name) {
        if (!Reference.isTag(name)) {
            throw new InvalidInputException("«" + name + "» is not a tag");
        }
        Document held = documents.get(document.descriptor().digest());
        if (held == null) {
            throw new NotFoundException(
                    "there is no " + document.descriptor().digest() + " in " + describe() + " to be tagged " + name);
        }
        names.put(name, held.descriptor());
    }

    @Override
    public String describe() {
        return "memory";
    }
}
