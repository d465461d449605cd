package dev.lading.zstd;

import dev.lading.codecs.internal.crew.Crew;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Compresses what is written to it into zstd frames (RFC 8878) with checksums, one for each 8 MiB of content.
 *
 * <p>The compressed bytes depend on the content, the level and the version of zstd alone: not on how the writes are cut, nor
 * on the number of threads. Frames are compressed by the caller's thread and as many others as are asked for; the native
 * library starts none of its own. Memory is at most 9 MiB and 9 MiB more for each thread, and what the library needs for a
 * level, which is outside the heap. Where that would be more than half of the heap, fewer threads compress.
 *
 * <p>{@link #finish()} ends the last frame. {@link #close()} only lets go of threads and memory: closed without having been
 * finished, the stream is abandoned, and what was written by then are whole frames, which do not tell that there were to be
 * more. After a failure the encoder is closed. The stream written to is used by the caller's thread alone, and neither
 * flushed nor closed. Not safe for use by several threads.
 *
 * <p>An interrupt of the caller's thread ends writing and finishing within some milliseconds by an
 * {@link InterruptedIOException}; the flag stays.
 */
public final class ZstdEncoder extends OutputStream {
    /** What a frame takes while it is compressed. */
    private static final long FRAME_BYTES = Frame.BYTES + (1L << 20);

    private final OutputStream out;
    private final int level;
    private final Crew<Frame> crew;
    private final Deque<Frame> free = new ArrayDeque<>();
    private Frame frame;
    private boolean finished;
    private boolean closed;

    /**
     * Makes an encoder with threads of its own; nothing is written and no thread started yet. They are daemons, start when
     * there is more than one frame to compress, and have ended when {@link #finish()} or {@link #close()} returns.
     *
     * @param out where the compressed bytes go
     * @param level {@value Zstd#MIN_LEVEL} to {@value Zstd#MAX_LEVEL}
     * @param threads how many threads compress at most, the caller's included, at least 1
     * @throws IllegalArgumentException if the level is out of range, or the number of threads less than 1
     * @throws ZstdException if zstd-jni is not there
     */
    public ZstdEncoder(OutputStream out, int level, int threads) throws ZstdException {
        this(out, level, threads, Optional.empty());
    }

    /**
     * Makes an encoder that is helped by threads of the caller's; nothing is written and no task given away yet.
     *
     * <p>Each task ends when there is nothing to do at the moment, and none does anything after {@link #finish()} or
     * {@link #close()} has returned. The caller's thread does whatever the executor does not: one that is busy, full or
     * shut down makes it slower and nothing else.
     *
     * @param out where the compressed bytes go
     * @param level {@value Zstd#MIN_LEVEL} to {@value Zstd#MAX_LEVEL}
     * @param threads how many threads compress at most, the caller's included, at least 1
     * @param executor runs up to {@code threads - 1} tasks at a time
     * @throws IllegalArgumentException if the level is out of range, or the number of threads less than 1
     * @throws ZstdException if zstd-jni is not there
     */
    public ZstdEncoder(OutputStream out, int level, int threads, Executor executor) throws ZstdException {
        this(out, level, threads, Optional.of(executor));
    }

    private ZstdEncoder(OutputStream out, int level, int threads, Optional<Executor> executor) throws ZstdException {
        if (level < Zstd.MIN_LEVEL || level > Zstd.MAX_LEVEL) {
            throw new IllegalArgumentException(
                    "zstd level " + level + " is not between " + Zstd.MIN_LEVEL + " and " + Zstd.MAX_LEVEL);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("zstd needs at least one thread, not " + threads);
        }
        ZstdDecoder.requirePresent();
        this.out = Objects.requireNonNull(out, "out");
        this.level = level;
        this.frame = new Frame(level);
        int fit = (int) Math.min(threads, Math.max(1, Runtime.getRuntime().maxMemory() / 2 / FRAME_BYTES - 1));
        this.crew = new Crew<>("lading-zstd", fit, fit, executor, this::writeOut);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /**
     * Compresses some bytes.
     *
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the stream beneath fails, or this one is finished or closed
     */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        requireOpen();
        int position = offset;
        int end = offset + length;
        while (position < end) {
            if (frame.room() == 0) {
                pass(false);
                frame = free.isEmpty() ? new Frame(level) : free.pop();
            }
            int n = Math.min(end - position, frame.room());
            frame.fill(bytes, position, n);
            position += n;
        }
    }

    /** Does nothing: a flush in the middle would change the compressed bytes. */
    @Override
    public void flush() {}

    /**
     * Writes what is held back. Finishing twice does nothing more.
     *
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the stream beneath fails, or this one was closed before
     */
    public void finish() throws IOException {
        if (finished) {
            return;
        }
        requireOpen();
        pass(true);
        finished = true;
        close();
    }

    /** Lets go of threads and memory. Without {@link #finish()} before, the stream stays without its end. */
    @Override
    public void close() {
        closed = true;
        crew.end();
        free.clear();
    }

    private void requireOpen() throws IOException {
        if (finished || closed) {
            throw new IOException("the zstd stream is " + (finished ? "already finished" : "closed"));
        }
    }

    private void pass(boolean last) throws IOException {
        boolean passed = false;
        try {
            crew.add(frame, last);
            passed = true;
        } finally {
            if (!passed) {
                close();
            }
        }
    }

    private void writeOut(Frame ready) throws IOException {
        ready.writeTo(out);
        free.push(ready);
    }
}
