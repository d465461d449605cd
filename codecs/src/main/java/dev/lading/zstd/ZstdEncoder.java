package dev.lading.zstd;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * Compresses what is written to it into one zstd frame (RFC 8878) with a checksum.
 *
 * <p>The compressed bytes depend on the content, the level and the version of zstd alone: always in the form made for
 * several workers, which does not depend on their number, and not on how the writes are cut.
 *
 * <p>{@link #finish()} ends the frame. {@link #close()} only lets go of memory and workers: closed without having been
 * finished, the stream is abandoned and lacks its end. The stream written to is neither flushed nor closed. Not safe for
 * use by several threads.
 */
public final class ZstdEncoder extends OutputStream {
    private final Sink sink;
    private final ZstdOutputStreamNoFinalizer frame;
    private boolean finished;
    private boolean closed;

    /**
     * Makes an encoder; nothing is written yet.
     *
     * @param out where the compressed bytes go
     * @param level {@value Zstd#MIN_LEVEL} to {@value Zstd#MAX_LEVEL}
     * @param workers how many threads of the native library compress, at least 1; they end with this stream
     * @throws IllegalArgumentException if the level or the number of workers is out of range
     * @throws ZstdException if zstd-jni is not there
     * @throws IOException if the native library refuses
     */
    public ZstdEncoder(OutputStream out, int level, int workers) throws IOException {
        if (level < Zstd.MIN_LEVEL || level > Zstd.MAX_LEVEL) {
            throw new IllegalArgumentException(
                    "zstd level " + level + " is not between " + Zstd.MIN_LEVEL + " and " + Zstd.MAX_LEVEL);
        }
        if (workers < 1) {
            throw new IllegalArgumentException("zstd needs at least one worker, not " + workers);
        }
        ZstdDecoder.requirePresent();
        this.sink = new Sink(Objects.requireNonNull(out, "out"));
        this.frame = new ZstdOutputStreamNoFinalizer(sink, level);
        this.frame.setChecksum(true);
        this.frame.setWorkers(workers);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /**
     * Compresses some bytes.
     *
     * @throws IOException if the stream beneath fails, or this one is finished or closed
     */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (finished || closed) {
            throw new IOException("the zstd stream is " + (finished ? "already finished" : "closed"));
        }
        try {
            frame.write(bytes, offset, length);
        } catch (IOException e) {
            throw e instanceof ZstdIOException ? new ZstdException("zstd cannot compress: " + e.getMessage(), e) : e;
        }
    }

    /** Does nothing: a flush in the middle would change the compressed bytes. */
    @Override
    public void flush() {}

    /**
     * Writes what is held back and the end of the frame. Finishing twice does nothing more.
     *
     * @throws IOException if the stream beneath fails, or this one was closed before
     */
    public void finish() throws IOException {
        if (finished) {
            return;
        }
        if (closed) {
            throw new IOException("the zstd stream is closed");
        }
        frame.closeWithoutClosingParentStream();
        finished = true;
    }

    /** Lets go of memory and workers. Without {@link #finish()} before, the frame stays without its end. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (!finished) {
            // The library ends a frame when it lets go of it; that end must not reach the stream beneath.
            sink.abandoned = true;
            frame.closeWithoutClosingParentStream();
        }
    }

    private static final class Sink extends OutputStream {
        private final OutputStream out;
        private boolean abandoned;

        Sink(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!abandoned) {
                out.write(bytes, offset, length);
            }
        }
    }
}
