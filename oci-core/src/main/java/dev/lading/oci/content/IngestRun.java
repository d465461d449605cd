package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.MediaType;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run of a producer into a store's wire, hashed and counted on the way: what every store's ingest is made of.
 *
 * <p>A failure of the producer becomes {@link ProducerFailedException}; only the wire's own {@code IOException} comes out, so
 * that a store repeats a run for its own reasons alone. Each write looks at the thread's interrupt flag.
 *
 * @param <R> the producer's result
 */
public final class IngestRun<R> {
    private final Digest digest;
    private final long size;
    private final R result;

    private IngestRun(Digest digest, long size, R result) {
        this.digest = digest;
        this.size = size;
        this.result = result;
    }

    /**
     * Runs a producer once, with sha256.
     *
     * @param producer makes the content
     * @param wire where the bytes go; flushed at the end, not closed
     * @param <R> the producer's result
     * @return digest, size and result of the run
     * @throws ProducerFailedException if the producer failed by itself
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the wire failed
     */
    public static <R> IngestRun<R> of(Producer<R> producer, OutputStream wire) throws IOException {
        return of(Digest.Algorithm.SHA256, producer, wire);
    }

    /**
     * Runs a producer once.
     *
     * @param algorithm what the content is to be named by
     * @param producer makes the content
     * @param wire where the bytes go; flushed at the end, not closed
     * @param <R> the producer's result
     * @return digest, size and result of the run
     * @throws ProducerFailedException if the producer failed by itself
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the wire failed
     */
    public static <R> IngestRun<R> of(Digest.Algorithm algorithm, Producer<R> producer, OutputStream wire)
            throws IOException {
        Meter meter = new Meter(wire, algorithm.newMessageDigest());
        R result;
        try {
            result = producer.writeTo(meter);
        } catch (IOException e) {
            if (meter.failure != null) {
                throw meter.failure;
            }
            if (Thread.currentThread().isInterrupted()) {
                // The producer's own reading noticed the interrupt first; that is no failure of the producer.
                throw e;
            }
            throw new ProducerFailedException(e);
        } catch (UncheckedIOException e) {
            // The form in which a supplier can fail at all.
            IOException cause = Objects.requireNonNull(e.getCause(), "the failure");
            if (Thread.currentThread().isInterrupted()) {
                throw cause;
            }
            throw new ProducerFailedException(cause);
        }
        if (meter.failure != null) {
            throw meter.failure;
        }
        Digest digest = Digest.finish(algorithm, meter.digest);
        wire.flush();
        return new IngestRun<>(digest, meter.count, Objects.requireNonNull(result, "a producer returns a result"));
    }

    /**
     * Returns the digest of all bytes.
     *
     * @return the digest
     */
    public Digest digest() {
        return digest;
    }

    /**
     * Returns how many bytes there were.
     *
     * @return bytes
     */
    public long size() {
        return size;
    }

    /**
     * Returns what this run comes to, once the store has kept it.
     *
     * @param mediaType the type the caller gave
     * @param runs how often the producer ran
     * @return the ingest's facts
     */
    public Ingested<R> ingested(MediaType mediaType, int runs) {
        return new Ingested<>(Descriptor.of(mediaType, digest, size), result, runs);
    }

    /** Hashes, counts, looks at the flag, and remembers whether it was the wire that failed. */
    private static final class Meter extends OutputStream {
        private final OutputStream wire;
        private final MessageDigest digest;
        private long count;
        private @Nullable IOException failure;

        Meter(OutputStream wire, MessageDigest digest) {
            this.wire = wire;
            this.digest = digest;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while content was made");
                }
                wire.write(bytes, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
            digest.update(bytes, offset, length);
            count += length;
        }

        @Override
        public void flush() throws IOException {
            try {
                wire.flush();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }
}
