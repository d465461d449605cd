package dev.lading.layer;

import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.ContentTarget;
import dev.lading.oci.content.Role;
import dev.lading.oci.content.SourceFailedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One layer made with a cache: taken from it if nothing changed, else made and put into it. */
final class CachedWrite {
    /** Coarser than the clock of any file system in use (FAT has two seconds). */
    static final Duration TICK = Duration.ofSeconds(2);

    private static final int BUFFER = 64 * 1024;

    private final LayerCache cache;
    private final CacheFolder folder;
    private final Compression compression;
    private final EntryObserver observer;
    private final ContentTarget target;
    private final RecipeScan scan;
    private final Instant trustedBefore;

    CachedWrite(
            LayerCache cache,
            Compression compression,
            EntryObserver observer,
            ContentTarget target,
            RecipeScan scan,
            Instant begun) {
        this.cache = cache;
        this.folder = new CacheFolder(cache);
        this.compression = compression;
        this.observer = observer;
        this.target = target;
        this.scan = scan;
        this.trustedBefore = begun.minus(TICK);
    }

    /** Makes a layer of entries, with notes and a copy of the layer's bytes for each run. */
    @FunctionalInterface
    interface Making {
        Layer make(List<LayerEntry> entries, Recorder recorder);
    }

    Layer write(Making making) throws IOException {
        Digest key = key();
        Optional<CacheRecord> known = folder.record(key);
        if (known.isPresent()) {
            Optional<Layer> taken = taken(key, known.get());
            if (taken.isPresent()) {
                return taken.get();
            }
        }
        try (Recorder recorder = new Recorder()) {
            List<LayerEntry> entries = scan.entries();
            tell(scan.notCarried());
            Layer layer = making.make(entries, recorder);
            recorder.keep(key, layer);
            return layer;
        }
    }

    /** All that the layer's bytes depend on: this library's and the compressor's version are told by what they make. */
    private Digest key() throws IOException {
        MessageDigest key = Digest.Algorithm.SHA256.newMessageDigest();
        try (OutputStream sample = new DigestOutputStream(OutputStream.nullOutputStream(), key)) {
            compression.sample(sample);
        }
        String content = cache.isStrict()
                ? "content " + LayerTar.digest(scan.entries())
                : "facts " + Fingerprint.of(scan, facts -> true, this::isTrusted);
        key.update((compression + " " + content).getBytes(StandardCharsets.UTF_8));
        return Digest.finish(Digest.Algorithm.SHA256, key);
    }

    private boolean isTrusted(FileFacts facts) {
        return facts.lastChange().isBefore(trustedBefore);
    }

    private Optional<Layer> taken(Digest key, CacheRecord record) throws IOException {
        if (!cache.isStrict() && !record.doubtful().isEmpty() && !settled(key, record)) {
            return Optional.empty();
        }
        Descriptor layer = record.layer().descriptor();
        if (!target.exists(layer, Role.BLOB)) {
            Blob kept;
            try {
                kept = folder.blob(layer);
            } catch (NotFoundException e) {
                return Optional.empty();
            }
            try {
                target.put(kept);
            } catch (ContentMismatchException | SourceFailedException e) {
                folder.forget(key, layer);
                return Optional.empty();
            }
        }
        if (observer != LayerTar.NOBODY) {
            tell(record.notCarried());
            record.files().forEach(seen -> {
                observer.file(seen.path(), seen.firstBytes());
                seen.executable().ifPresent(platform -> observer.executable(seen.path(), platform));
            });
        }
        folder.used(key, layer);
        return Optional.of(record.layer());
    }

    private void tell(List<ArchiveScan.NotCarried> notCarried) {
        notCarried.forEach(left -> left.tell(observer));
        scan.tellNotLookedFor(observer);
    }

    /** Whether the files that had been changed just before they were read still have the content that was read. */
    private boolean settled(Digest key, CacheRecord record) throws IOException {
        Map<ByteBuffer, LayerEntry> entries = new HashMap<>();
        scan.entries().forEach(entry -> entries.put(ByteBuffer.wrap(entry.path()), entry));
        byte[] buffer = new byte[BUFFER];
        List<CacheRecord.Doubtful> left = new ArrayList<>();
        for (CacheRecord.Doubtful doubtful : record.doubtful()) {
            LayerEntry entry = entries.get(ByteBuffer.wrap(doubtful.path()));
            if (entry == null || !Arrays.equals(Fingerprint.contentOf(entry, buffer), doubtful.sha256())) {
                return false;
            }
            if (entry.content() instanceof ScannedFile file && !isTrusted(file.facts())) {
                left.add(doubtful);
            }
        }
        if (left.size() < record.doubtful().size()) {
            folder.keep(key, record.withDoubtful(left));
        }
        return true;
    }

    /** Keeps what one run wrote and saw; a second run begins anew. A copy that fails is given up. */
    final class Recorder implements LayerNotes, AutoCloseable {
        private final List<CacheRecord.Seen> seen = new ArrayList<>();
        private final List<CacheRecord.Doubtful> doubtful = new ArrayList<>();
        private final MessageDigest content = Digest.Algorithm.SHA256.newMessageDigest();
        private @Nullable Path path;
        private @Nullable OutputStream copy;
        private boolean doubted;
        private final Observing observing = new Observing(observer);
        private byte[] beginning = {};

        /** Begins a run whose bytes go to {@code out}. */
        OutputStream begin(OutputStream out) {
            close();
            seen.clear();
            doubtful.clear();
            content.reset();
            try {
                Path begun = folder.begin();
                path = begun;
                copy = Files.newOutputStream(begun);
            } catch (IOException e) {
                copy = null;
            }
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    out.write(bytes, offset, length);
                    copied(bytes, offset, length);
                }

                @Override
                public void flush() throws IOException {
                    out.flush();
                }
            };
        }

        private void copied(byte[] bytes, int offset, int length) {
            OutputStream to = copy;
            if (to != null) {
                try {
                    to.write(bytes, offset, length);
                } catch (IOException e) {
                    close();
                }
            }
        }

        @Override
        public boolean wantsFiles() {
            return true;
        }

        @Override
        public void begin(LayerEntry file, byte[] firstBytes) {
            observing.begin(file, firstBytes);
            beginning = firstBytes;
            doubted = file.content() instanceof ScannedFile scanned && !isTrusted(scanned.facts());
        }

        @Override
        public void bytes(byte[] bytes, int length) {
            observing.bytes(bytes, length);
            if (doubted) {
                content.update(bytes, 0, length);
            }
        }

        @Override
        public void end(LayerEntry file) {
            seen.add(new CacheRecord.Seen(file.shown(), beginning, observing.end(file)));
            if (doubted) {
                doubtful.add(new CacheRecord.Doubtful(file.path(), content.digest()));
            }
        }

        private void keep(Digest key, Layer layer) {
            Path written = path;
            OutputStream to = copy;
            if (written == null || to == null) {
                return;
            }
            try {
                to.close();
            } catch (IOException e) {
                return;
            }
            copy = null;
            if (folder.keep(written, layer.descriptor())) {
                folder.keep(
                        key,
                        new CacheRecord(
                                layer, List.copyOf(doubtful), List.copyOf(seen), List.copyOf(scan.notCarried())));
                folder.shrink();
            }
        }

        @Override
        public void close() {
            OutputStream to = copy;
            Path begun = path;
            copy = null;
            path = null;
            try {
                if (to != null) {
                    to.close();
                }
                if (begun != null) {
                    Files.deleteIfExists(begun);
                }
            } catch (IOException e) {
                throw LadingException.from("cannot clean up in " + folder.describe(), e);
            }
        }
    }
}
