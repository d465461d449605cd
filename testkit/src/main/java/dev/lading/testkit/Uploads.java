package dev.lading.testkit;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** The upload sessions of a registry; what has arrived lies in files of a folder that goes with the registry. */
final class Uploads implements AutoCloseable {
    private static final MediaType BYTES = new MediaType("application/octet-stream");
    /** How long a request waits for the one before on its session, whose connection may just have broken. */
    private static final long PATIENCE_MILLIS = 1_000;

    private final Map<String, Upload> open = new ConcurrentHashMap<>();
    private final ReentrantLock making = new ReentrantLock();
    private volatile Optional<Path> folder = Optional.empty();

    private Path folder() throws IOException {
        making.lock();
        try {
            if (folder.isEmpty()) {
                folder = Optional.of(Files.createTempDirectory("lading-registry-"));
            }
            return folder.get();
        } finally {
            making.unlock();
        }
    }

    Upload begin(String repository) {
        String id = UUID.randomUUID().toString();
        try {
            Upload upload = new Upload(id, repository, Files.createFile(folder().resolve(id)));
            open.put(id, upload);
            return upload;
        } catch (IOException e) {
            throw LadingException.from("cannot begin an upload", e);
        }
    }

    /** Finds a session that another request of its client may still be at. */
    Optional<Upload> find(String repository, String id) {
        return Optional.ofNullable(open.get(id)).filter(upload -> upload.repository.equals(repository));
    }

    void end(Upload upload) {
        open.remove(upload.id);
        try {
            Files.deleteIfExists(upload.file);
        } catch (IOException e) {
            throw LadingException.from("cannot remove the upload " + upload.file, e);
        }
    }

    int count() {
        return open.size();
    }

    /** Removes everything; for when no request can come any more. */
    @Override
    public void close() {
        try {
            for (Upload upload : open.values()) {
                Files.deleteIfExists(upload.file);
            }
            open.clear();
            if (folder.isPresent()) {
                Files.deleteIfExists(folder.get());
            }
        } catch (IOException e) {
            throw LadingException.from("cannot remove the folder of uploads", e);
        }
    }

    /** One session. All but {@link #size} is for the request that has entered it. */
    final class Upload {
        private final String id;
        private final String repository;
        private final Path file;
        private final String state = UUID.randomUUID().toString();
        private final ReentrantLock turn = new ReentrantLock();
        private volatile long size;

        private Upload(String id, String repository, Path file) {
            this.id = id;
            this.repository = repository;
            this.file = file;
        }

        String id() {
            return id;
        }

        /** What a client must hand back with the Location, as the real ones have it. */
        String state() {
            return state;
        }

        String repository() {
            return repository;
        }

        long size() {
            return size;
        }

        /** Takes the session; false if the request before does not let go of it. */
        boolean enter() {
            try {
                return turn.tryLock(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** Says whether the session is still open, for one that waited for its turn. */
        boolean isOpen() {
            return open.containsKey(id);
        }

        void leave() {
            turn.unlock();
        }

        /** Appends what arrives; what arrived before the wire broke stays. Throws only what {@code body} throws. */
        void append(InputStream body) throws IOException {
            byte[] buffer = new byte[64 * 1024];
            long arrived = size;
            try (OutputStream out = toFile()) {
                for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                    write(out, buffer, n);
                    arrived += n;
                    size = arrived;
                }
            }
        }

        private OutputStream toFile() {
            try {
                return Files.newOutputStream(file, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw LadingException.from("cannot write the upload " + file, e);
            }
        }

        private void write(OutputStream out, byte[] bytes, int length) {
            try {
                out.write(bytes, 0, length);
            } catch (IOException e) {
                throw LadingException.from("cannot write the upload " + file, e);
            }
        }

        /** Forgets what came after a position. */
        void truncate(long to) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(to);
                size = to;
            } catch (IOException e) {
                throw LadingException.from("cannot cut the upload " + file, e);
            }
        }

        /** What has arrived, as a blob that refuses to be another than {@code digest}. */
        Blob asBlob(Digest digest) {
            Descriptor descriptor = Descriptor.of(BYTES, digest, size);
            return new SingleContent(descriptor, new Content() {
                        @Override
                        public long size() {
                            return descriptor.size();
                        }

                        @Override
                        public InputStream open() throws IOException {
                            return Files.newInputStream(file);
                        }
                    })
                    .blob(descriptor);
        }
    }
}
