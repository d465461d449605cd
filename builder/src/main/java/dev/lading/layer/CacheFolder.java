package dev.lading.layer;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.Role;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A cache's files: {@code layers/} by digest, {@code records/} by key, and {@code new/} for what is being written. Files
 * appear by a rename and are never changed, so that any number of processes may read and write. A failure to keep something
 * is no failure of the build: it will be made again.
 */
final class CacheFolder implements ContentSource {
    /** What a killed process left behind; a longer run than this loses its copy, and nothing else. */
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    private final LayerCache cache;
    private final Path layers;
    private final Path records;
    private final Path beginnings;

    CacheFolder(LayerCache cache) {
        this.cache = cache;
        this.layers = cache.folder().resolve("layers");
        this.records = cache.folder().resolve("records");
        this.beginnings = cache.folder().resolve("new");
        try {
            Files.createDirectories(layers);
            Files.createDirectories(records);
            Files.createDirectories(beginnings);
        } catch (IOException e) {
            throw LadingException.from("cannot use " + cache.folder() + " as a cache of layers", e);
        }
    }

    Optional<CacheRecord> record(Digest key) {
        try {
            return CacheRecord.read(Files.readAllBytes(records.resolve(key.hex())));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    void keep(Digest key, CacheRecord record) {
        try {
            Path written = begin();
            try {
                Files.write(written, record.bytes());
                Files.move(
                        written,
                        records.resolve(key.hex()),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            // Not kept.
        }
    }

    /** A new file, empty. */
    Path begin() throws IOException {
        return Files.createTempFile(beginnings, "layer", "");
    }

    /** Takes a file that was begun and holds a layer; says whether it did. */
    boolean keep(Path written, Descriptor layer) {
        if (layer.size() > cache.maxBytes()) {
            return false;
        }
        try {
            Files.move(written, path(layer), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes away what turned out to be damaged. */
    void forget(Digest key, Descriptor layer) {
        try {
            Files.deleteIfExists(records.resolve(key.hex()));
            Files.deleteIfExists(path(layer));
        } catch (IOException e) {
            // Found damaged again the next time.
        }
    }

    /** Marks a layer as used just now. */
    void used(Digest key, Descriptor layer) {
        FileTime now = FileTime.from(cache.clock().instant());
        for (Path file : List.of(records.resolve(key.hex()), path(layer))) {
            try {
                Files.setLastModifiedTime(file, now);
            } catch (IOException e) {
                // It looks older than it is.
            }
        }
    }

    private record Kept(Path path, long size, FileTime used) {}

    /** Deletes what has not been used for the longest time until the rest fits. */
    void shrink() {
        try {
            List<Kept> all = new ArrayList<>(list(layers));
            all.addAll(list(records));
            all.sort(Comparator.comparing(Kept::used).thenComparing(Kept::path));
            long total = all.stream().mapToLong(Kept::size).sum();
            for (Kept oldest : all) {
                if (total <= cache.maxBytes()) {
                    break;
                }
                Files.deleteIfExists(oldest.path());
                total -= oldest.size();
            }
            Instant abandoned = cache.clock().instant().minus(ABANDONED_AFTER);
            for (Kept begun : list(beginnings)) {
                if (begun.used().toInstant().isBefore(abandoned)) {
                    Files.deleteIfExists(begun.path());
                }
            }
        } catch (IOException e) {
            // It stays too large until the next layer.
        }
    }

    private static List<Kept> list(Path folder) throws IOException {
        List<Kept> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                try {
                    BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                    all.add(new Kept(file, found.size(), found.lastModifiedTime()));
                } catch (NoSuchFileException e) {
                    // Another process was faster.
                }
            }
        }
        return all;
    }

    private Path path(Descriptor layer) {
        return layers.resolve(layer.digest().hex());
    }

    @Override
    public Optional<Descriptor> find(String name) {
        return Optional.empty();
    }

    @Override
    public boolean exists(Descriptor descriptor, Role role) {
        try {
            return role == Role.BLOB && Files.size(path(descriptor)) == descriptor.size();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public Content fetch(Descriptor descriptor, Role role) {
        if (!exists(descriptor, role)) {
            throw new NotFoundException(descriptor.digest() + " is not in " + describe());
        }
        Path file = path(descriptor);
        return new Content() {
            @Override
            public long size() {
                // As it was a moment ago; another writer may have taken the file away since, which opening it tells.
                return descriptor.size();
            }

            @Override
            public InputStream open() throws IOException {
                return Channels.newInputStream(Files.newByteChannel(file));
            }
        };
    }

    @Override
    public String describe() {
        return "the cache " + cache.folder();
    }
}
