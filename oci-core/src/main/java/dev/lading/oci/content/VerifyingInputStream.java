package dev.lading.oci.content;

import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads raw bytes, counts and hashes them, and refuses on the last byte what its descriptor does not name.
 *
 * <p>The check is in the read that would deliver the last byte, not at the end of stream: a reader that stops after the
 * known number of bytes has seen the verdict, and never gets the last byte of wrong content. Each read looks at the thread's
 * interrupt flag. For one thread, but for {@link #bytesRead()}.
 */
public final class VerifyingInputStream extends InputStream {
    private final InputStream raw;
    private final Descriptor expected;
    private final MessageDigest digest;
    private final AtomicLong count;
    private boolean verified;

    /**
     * Wraps a raw stream.
     *
     * @param raw the bytes from their start; closed with this stream
     * @param expected what they must be
     */
    public VerifyingInputStream(InputStream raw, Descriptor expected) {
        this(raw, expected, new AtomicLong());
    }

    VerifyingInputStream(InputStream raw, Descriptor expected, AtomicLong count) {
        this.raw = Objects.requireNonNull(raw);
        this.expected = Objects.requireNonNull(expected);
        this.digest = expected.digest().algorithm().newMessageDigest();
        this.count = count;
        count.set(0);
    }

    /**
     * Returns how many bytes have been read so far; may be asked by any thread.
     *
     * @return bytes
     */
    public long bytesRead() {
        return count.get();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /**
     * Reads some bytes.
     *
     * @throws ContentMismatchException if the bytes are fewer, more or other than the descriptor says
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the place cannot be read
     */
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while reading " + expected.digest());
        }
        long remaining = expected.size() - count.get();
        if (remaining == 0) {
            verifyEnd();
            return -1;
        }
        if (length == 0) {
            return 0;
        }
        int read = raw.read(buffer, offset, (int) Math.min(length, remaining));
        if (read < 0) {
            throw new ContentMismatchException(expected, "it ended after " + count.get() + " bytes");
        }
        digest.update(buffer, offset, read);
        if (count.addAndGet(read) == expected.size()) {
            verifyEnd();
        }
        return read;
    }

    private void verifyEnd() throws IOException {
        if (verified) {
            return;
        }
        if (raw.read() >= 0) {
            throw new ContentMismatchException(expected, "more bytes follow");
        }
        Digest found = Digest.finish(expected.digest().algorithm(), digest);
        if (!found.equals(expected.digest())) {
            throw new ContentMismatchException(expected, "its digest is " + found);
        }
        verified = true;
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }
}
