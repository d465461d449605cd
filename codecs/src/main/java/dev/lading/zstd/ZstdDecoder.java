package dev.lading.zstd;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/**
 * Decompresses zstd frames (RFC 8878): all of them, one after the other, skippable ones skipped, and nothing else.
 *
 * <p>Frames that ask for a window of more than 128 MiB are refused; the memory is outside the heap. Output is not limited
 * here; whoever reads untrusted streams counts it and compares it with {@link #position()}. Not safe for use by several
 * threads.
 */
public final class ZstdDecoder extends InputStream {
    private static final int MAX_WINDOW_LOG = 27;

    private final Counted counted;
    private final ZstdInputStreamNoFinalizer frames;
    private boolean closed;

    /**
     * Makes a decoder; nothing is read yet.
     *
     * @param in the compressed bytes; read to the end, and closed with this stream
     * @throws ZstdException if zstd-jni is not there
     * @throws IOException if the native library refuses
     */
    public ZstdDecoder(InputStream in) throws IOException {
        requirePresent();
        this.counted = new Counted(Objects.requireNonNull(in, "in"));
        this.frames = new ZstdInputStreamNoFinalizer(counted);
        this.frames.setLongMax(MAX_WINDOW_LOG);
    }

    static void requirePresent() throws ZstdException {
        Optional<String> missing = Zstd.missing();
        if (missing.isPresent()) {
            throw new ZstdException(missing.get());
        }
    }

    /**
     * How much of the compressed stream has been taken; up to some 128 KiB of it may not be decoded yet.
     *
     * @return the number of compressed bytes read so far
     */
    public long position() {
        return counted.count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /**
     * Reads decompressed bytes.
     *
     * @throws ZstdException if the stream is not correct zstd to its very end
     * @throws IOException if the stream beneath fails or this one is closed
     */
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (closed) {
            throw new IOException("the zstd stream is closed");
        }
        try {
            return frames.read(bytes, offset, length);
        } catch (IOException e) {
            // Not caught by its own type: the verifier would look for it where zstd-jni is absent.
            if (e instanceof ZstdIOException) {
                throw new ZstdException(
                        "this is no correct zstd stream: " + e.getMessage() + " (within the first " + counted.count
                                + " bytes)",
                        e);
            }
            throw e;
        }
    }

    /** Closes this stream and the one beneath. */
    @Override
    public void close() throws IOException {
        closed = true;
        frames.close();
    }

    private static final class Counted extends FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = in.read();
            count += b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = in.read(bytes, offset, length);
            count += Math.max(n, 0);
            return n;
        }
    }
}
