package dev.lading.testkit;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The upload sessions of a registry; what has arrived lies in files of a folder that goes with the registry. */
final class Uploads implements AutoCloseable {
    private static final MediaType BYTES = new MediaType("application/octet-stream");

    private final Map<String, Upload> open = new ConcurrentHashMap<>();
    private Optional<Path> folder = Optional.empty();

    private synchronized Path folder() throws IOException {
        if (folder.isEmpty()) {
            folder = Optional.of(Files.createTempDirectory("lading-registry-"));
        }
        return folder.get();
    }

    Upload begin(String repository) throws IOException {
        String id = UUID.randomUUID().toString();
        Upload upload = new Upload(id, repository, Files.createFile(folder().resolve(id)));
        open.put(id, upload);
        return upload;
    }

    Optional<Upload> find(String repository, String id) {
        return Optional.ofNullable(open.get(id)).filter(upload -> upload.repository.equals(repository));
    }

    void end(Upload upload) throws IOException {
        open.remove(upload.id);
        Files.deleteIfExists(upload.file);
    }

    int count() {
        return open.size();
    }

    @Override
    public synchronized void close() {
        try {
            for (Upload upload : open.values()) {
                Files.deleteIfExists(upload.file);
            }
            open.clear();
            if (folder.isPresent()) {
                Files.deleteIfExists(folder.get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One session: used by one request at a time, for its callers hold its monitor only to look at it. */
    static final class Upload {
        private final String id;
        private final String repository;
        private final Path file;

        Upload(String id, String repository, Path file) {
            this.id = id;
            this.repository = repository;
            this.file = file;
        }

        String id() {
            return id;
        }

        long size() throws IOException {
            return Files.size(file);
        }

        /** Appends what arrives; what arrived before the wire broke stays. */
        void append(InputStream body) throws IOException {
            byte[] buffer = new byte[64 * 1024];
            try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
                for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                    out.write(buffer, 0, n);
                }
            }
        }

        /** What has arrived, as a blob that refuses to be another than {@code digest}. */
        Blob asBlob(Digest digest) throws IOException {
            Descriptor descriptor = Descriptor.of(BYTES, digest, size());
            return new Spool(descriptor, file).blob(descriptor);
        }
    }

    /** A file as a place of one blob. */
    private record Spool(Descriptor only, Path file) implements ContentSource {
        @Override
        public Optional<Descriptor> find(String name) {
            return Optional.empty();
        }

        @Override
        public boolean exists(Descriptor descriptor, Role role) {
            return descriptor.equals(only);
        }

        @Override
        public Content fetch(Descriptor descriptor, Role role) {
            if (!descriptor.equals(only)) {
                throw new NotFoundException("an upload holds one blob");
            }
            return new Content() {
                @Override
                public long size() {
                    return only.size();
                }

                @Override
                public InputStream open() throws IOException {
                    return Files.newInputStream(file);
                }
            };
        }

        @Override
        public String describe() {
            return "an upload";
        }
    }
}
