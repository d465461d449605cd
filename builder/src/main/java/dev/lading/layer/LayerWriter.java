package dev.lading.layer;

import dev.lading.gzip.GzipEncoder;
import dev.lading.oci.CancelledException;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.ContentTarget;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.ProducerFailedException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import dev.lading.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;

/**
 * Makes layers: recipe → tar → diff ID → compression → digest, in one pass straight into a target, without a temporary copy.
 *
 * <p>Immutable; safe for use by many threads. The bytes depend on the recipe's content and the compression alone. Memory does
 * not grow with the size of files.
 */
public final class LayerWriter {
    private static final int BUFFER = 64 * 1024;

    private final Compression compression;
    private final EntryObserver observer;

    private LayerWriter(Compression compression, EntryObserver observer) {
        this.compression = compression;
        this.observer = observer;
    }

    /**
     * Makes a writer.
     *
     * @param compression how layers are compressed
     * @return the writer
     */
    public static LayerWriter with(Compression compression) {
        return new LayerWriter(Objects.requireNonNull(compression), (path, firstBytes) -> {});
    }

    /**
     * Returns this writer with a bound on the threads that may work on one layer; the bytes do not depend on it. Today's
     * encoder needs no thread but the caller's.
     *
     * @param count how many threads, at least 1
     * @return the new writer
     * @throws InvalidInputException if the count is less than 1
     */
    public LayerWriter threads(int count) {
        if (count < 1) {
            throw new InvalidInputException("a layer needs at least one thread, not " + count);
        }
        return new LayerWriter(compression, observer);
    }

    /**
     * Returns this writer with an observer of the files it writes.
     *
     * @param newObserver sees the beginning of each file
     * @return the new writer
     */
    public LayerWriter observing(EntryObserver newObserver) {
        return new LayerWriter(compression, Objects.requireNonNull(newObserver));
    }

    /**
     * Makes a layer.
     *
     * @param recipe what goes in
     * @param target where it goes; it may run the recipe again when its own wire breaks
     * @return the layer as it is in the target now
     * @throws NotFoundException if a folder or file of the recipe is not there
     * @throws InvalidInputException if two sources claim one path, or an entry cannot be in a layer
     * @throws ProducerFailedException if a file cannot be read, or changed while it was read
     * @throws CancelledException if the thread is interrupted
     * @throws LadingException of another kind if the target refuses or cannot be reached
     */
    public Layer write(LayerRecipe recipe, ContentTarget target) {
        Collection<LayerEntry> entries = recipe.scan();
        Ingested<Optional<Digest>> stored = target.ingest(compression.mediaType(), out -> compressed(entries, out));
        // Uncompressed, the blob is the tar: what the ingest hashed is the diff ID.
        return new Layer(
                stored.descriptor(), stored.result().orElse(stored.descriptor().digest()));
    }

    private Optional<Digest> compressed(Collection<LayerEntry> entries, OutputStream out) throws IOException {
        if (compression.isNone()) {
            OutputStream buffered = new BufferedOutputStream(out, BUFFER);
            tar(entries, buffered);
            buffered.flush();
            return Optional.empty();
        }
        MessageDigest diffId = Digest.Algorithm.SHA256.newMessageDigest();
        try (GzipEncoder gzip = new GzipEncoder(out, compression.gzipLevel())) {
            OutputStream hashed = new BufferedOutputStream(new DigestOutputStream(gzip, diffId), BUFFER);
            tar(entries, hashed);
            hashed.flush();
            gzip.finish();
        }
        return Optional.of(Digest.finish(Digest.Algorithm.SHA256, diffId));
    }

    private void tar(Collection<LayerEntry> entries, OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        byte[] buffer = new byte[BUFFER];
        for (LayerEntry entry : entries) {
            if (entry.header().kind() == TarKind.FILE) {
                writeFile(tar, entry, buffer);
            } else {
                tar.write(entry.header());
            }
        }
        tar.finish();
    }

    private void writeFile(TarWriter tar, LayerEntry entry, byte[] buffer) throws IOException {
        TarEntry header = entry.header();
        long left = header.size();
        try (InputStream in = entry.content().open();
                OutputStream file = tar.openFile(header)) {
            boolean first = true;
            while (left > 0 || first) {
                if (Thread.currentThread().isInterrupted()) {
                    // content that compresses well reaches the target, which looks at the flag too, late
                    throw new CancelledException("interrupted while " + entry.origin() + " was put into a layer");
                }
                int n = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
                if (first) {
                    observer.file(
                            "/" + new String(entry.path(), StandardCharsets.UTF_8),
                            Arrays.copyOf(buffer, Math.min(n, EntryObserver.FIRST_BYTES)));
                    first = false;
                }
                if (n == 0 && left > 0) {
                    throw new IOException(entry.origin() + " ended " + left + " bytes before the " + header.size()
                            + " it had; it changed while it was read");
                }
                file.write(buffer, 0, n);
                left -= n;
            }
            if (in.read() >= 0) {
                throw new IOException(entry.origin() + " has more than the " + header.size()
                        + " bytes it had; it changed while it was read");
            }
        }
        entry.content().checkUnchanged();
    }
}
