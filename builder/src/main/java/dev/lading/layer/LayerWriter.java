package dev.lading.layer;

import dev.lading.oci.CancelledException;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.ContentTarget;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.ProducerFailedException;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * Makes layers: recipe → tar → diff ID → compression → digest, in one pass straight into a target, without a temporary copy.
 *
 * <p>Immutable; safe for use by many threads. The bytes depend on the recipe's content and the compression alone. Memory does
 * not grow with the size of files.
 */
public final class LayerWriter {
    private static final int MOST_BY_DEFAULT = 4;

    private final Compression compression;
    private final EntryObserver observer;
    private final int threads;
    private final Optional<Executor> executor;
    private final Optional<LayerCache> cache;

    private LayerWriter(
            Compression compression,
            EntryObserver observer,
            int threads,
            Optional<Executor> executor,
            Optional<LayerCache> cache) {
        this.cache = cache;
        this.compression = compression;
        this.observer = observer;
        this.threads = threads;
        this.executor = executor;
    }

    /**
     * Makes a writer.
     *
     * @param compression how layers are compressed
     * @return the writer
     */
    public static LayerWriter with(Compression compression) {
        int processors = Math.min(MOST_BY_DEFAULT, Runtime.getRuntime().availableProcessors());
        return new LayerWriter(
                Objects.requireNonNull(compression), LayerTar.NOBODY, processors, Optional.empty(), Optional.empty());
    }

    /**
     * Returns this writer with a bound on the threads that work on one layer, the caller's among them: as many as there are
     * processors but at most 4 unless said. The bytes do not depend on it. The caller's thread hashes and writes; the others
     * compress, or read ahead where nothing is compressed, and have ended when {@link #write} returns.
     *
     * @param count how many threads, at least 1
     * @return the new writer
     * @throws InvalidInputException if the count is less than 1
     */
    public LayerWriter threads(int count) {
        if (count < 1) {
            throw new InvalidInputException("a layer needs at least one thread, not " + count);
        }
        return new LayerWriter(compression, observer, count, executor, cache);
    }

    /**
     * Returns this writer with the caller's threads instead of its own for what it does beside: at most one task less than
     * {@link #threads} says at a time. Tasks end by themselves and do nothing once {@link #write} has returned; what the
     * executor does not do, the thread that writes does. Uncompressed layers are then made by that thread alone.
     *
     * @param helpers runs the tasks
     * @return the new writer
     */
    public LayerWriter executor(Executor helpers) {
        return new LayerWriter(compression, observer, threads, Optional.of(helpers), cache);
    }

    /**
     * Returns this writer with a cache: a layer whose sources have not changed is taken from it, or left where the target has
     * it already, and every other is put into it.
     *
     * @param newCache the cache
     * @return the new writer
     */
    public LayerWriter cache(LayerCache newCache) {
        return new LayerWriter(compression, observer, threads, executor, Optional.of(newCache));
    }

    /**
     * Returns this writer with an observer of the files it writes.
     *
     * @param newObserver sees the beginning of each file, on one of the writer's threads
     * @return the new writer
     */
    public LayerWriter observing(EntryObserver newObserver) {
        return new LayerWriter(compression, Objects.requireNonNull(newObserver), threads, executor, cache);
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
        compression.requirePresent();
        if (cache.isPresent()) {
            return written(cache.get(), recipe, target);
        }
        try (RecipeScan scan = RecipeScan.of(recipe.root(), false)) {
            LayerNotes notes = observer == LayerTar.NOBODY ? LayerNotes.NONE : LayerNotes.of(observer);
            List<LayerEntry> entries = scan.entries();
            scan.notCarried().forEach(left -> left.tell(observer));
            scan.tellNotLookedFor(observer);
            return made(entries, target, notes, out -> out);
        }
    }

    private Layer written(LayerCache from, LayerRecipe recipe, ContentTarget target) {
        Instant begun = from.clock().instant();
        try (RecipeScan scan = RecipeScan.of(recipe.root(), true)) {
            return new CachedWrite(from, compression, observer, target, scan, begun)
                    .write((entries, recorder) -> made(entries, target, recorder, recorder::begin));
        } catch (IOException e) {
            throw LadingException.from("cannot compare a layer's files with the cache " + from.folder(), e);
        }
    }

    /** Makes a layer; each run is begun anew with what the store gives it to write to. */
    private Layer made(
            List<LayerEntry> entries, ContentTarget target, LayerNotes notes, UnaryOperator<OutputStream> run) {
        Ingested<Optional<Digest>> stored =
                target.ingest(compression.mediaType(), out -> ran(entries, notes, run.apply(out)));
        // Uncompressed, the blob is the tar: what the ingest hashed is the diff ID.
        return new Layer(
                stored.descriptor(), stored.result().orElse(stored.descriptor().digest()));
    }

    private Optional<Digest> ran(List<LayerEntry> entries, LayerNotes notes, OutputStream out) throws IOException {
        LayerTar tar = new LayerTar(entries, notes);
        if (compression.isNone()) {
            if (threads > 1 && executor.isEmpty()) {
                ReadAhead.pass(tar::writeTo, out);
            } else {
                tar.writeTo(out);
            }
            return Optional.empty();
        }
        MessageDigest diffId = Digest.Algorithm.SHA256.newMessageDigest();
        try (Compression.Encoder encoder = compression.encoder(out, threads, executor)) {
            tar.writeTo(new DigestOutputStream(encoder.in(), diffId));
            encoder.finish();
        }
        return Optional.of(Digest.finish(Digest.Algorithm.SHA256, diffId));
    }
}
