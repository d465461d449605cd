package dev.lading.oci.content;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.LadingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Content as callers read it: its one stream verifies, so nothing that is not what the descriptor names is ever read to its
 * end. Made only by {@link ContentSource#blob}.
 *
 * <p>May be opened as often as needed, by one thread at a time.
 */
public final class Blob {
    private static final int BUFFER = 64 * 1024;

    private final Descriptor descriptor;
    private final Content content;
    private final AtomicLong bytesRead = new AtomicLong();

    Blob(Descriptor descriptor, Content content) {
        this.descriptor = descriptor;
        this.content = content;
    }

    /**
     * Returns what this is.
     *
     * @return the descriptor it was asked for by
     */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Opens the bytes from the start; there is no opening in the middle, for a digest cannot be checked from there.
     *
     * @return a stream that refuses, in the read of the last byte, content that is not the descriptor's
     * @throws ContentMismatchException if the place already says another size
     * @throws IOException if the place cannot be read
     */
    public InputStream open() throws IOException {
        if (content.size() != descriptor.size()) {
            throw new ContentMismatchException(descriptor, "the place holds " + content.size() + " bytes");
        }
        return new VerifyingInputStream(content.open(), descriptor, bytesRead);
    }

    /**
     * Writes the verified bytes: how a target pulls. What the source fails with becomes {@link SourceFailedException}, so
     * that an {@code IOException} is always the wire's own.
     *
     * @param wire where the bytes go; not closed
     * @throws SourceFailedException if the source cannot be read
     * @throws ContentMismatchException if the source's bytes are not what the descriptor names
     * @throws IOException if {@code wire} cannot be written
     */
    public void writeTo(OutputStream wire) throws IOException {
        byte[] buffer = new byte[(int) Math.max(1, Math.min(BUFFER, descriptor.size()))];
        InputStream in = sourceSide(this::open);
        try {
            for (int n = sourceSide(() -> in.read(buffer)); n >= 0; n = sourceSide(() -> in.read(buffer))) {
                wire.write(buffer, 0, n);
            }
        } finally {
            sourceSide(() -> {
                in.close();
                return 0;
            });
        }
    }

    /** A read of the source; its failure must not look like the wire's. */
    private interface SourceSide<T> {
        T call() throws IOException;
    }

    private <T> T sourceSide(SourceSide<T> call) {
        try {
            return call.call();
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw LadingException.from("cannot read " + descriptor.digest(), e);
            }
            throw new SourceFailedException(descriptor, e);
        } catch (ContentMismatchException | SourceFailedException | CancelledException e) {
            throw e;
        } catch (LadingException e) {
            throw new SourceFailedException(descriptor, e);
        }
    }

    /**
     * Returns how many bytes the newest stream of this blob has read so far; may be asked by any thread.
     *
     * @return bytes, at most the descriptor's size
     */
    public long bytesRead() {
        return bytesRead.get();
    }

    /** Returns the descriptor for a message. */
    @Override
    public String toString() {
        return descriptor.toString();
    }
}
