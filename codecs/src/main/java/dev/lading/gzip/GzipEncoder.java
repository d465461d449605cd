package dev.lading.gzip;

import dev.lading.codecs.internal.crew.Crew;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executor;

/**
 * Compresses what is written to it into one gzip member (RFC 1952), by an encoder of our own in pure Java.
 *
 * <p>The header is always the same for a level: no time, no name, operating system «unknown». The compressed bytes
 * depend on the content and the level alone: not on how the writes are cut, nor on the number of threads, the JDK, the
 * operating system or the processor. A new version of this library may compress better, and so otherwise.
 *
 * <p>The content is compressed in segments of 1 MiB, each of which may point back into the one before, by the caller's
 * thread and as many others as are asked for. Memory is at most 6 MiB and 6 MiB more for each thread,
 * whatever the length; nothing is written before the first segment is full or the end is known.
 *
 * <p>{@link #finish()} ends the member. {@link #close()} only lets go of threads and memory: closed without having been
 * finished, the stream is abandoned and lacks its end, so a failure can never look like a short but whole stream. After
 * a failure the encoder is closed. The stream written to is used by the caller's thread alone, and neither flushed nor
 * closed. Not safe for use by several threads.
 *
 * <p>An interrupt of the caller's thread ends writing and finishing within some milliseconds by an
 * {@link InterruptedIOException}; the flag stays.
 */
public final class GzipEncoder extends OutputStream {
    /** The fastest level. */
    public static final int MIN_LEVEL = 1;

    /** The level with the smallest output. */
    public static final int MAX_LEVEL = 9;

    /** The level that most tools use when none is named. */
    public static final int DEFAULT_LEVEL = 6;

    private enum State {
        NEW,
        OPEN,
        FINISHED,
        CLOSED
    }

    private final OutputStream out;
    private final int level;
    private final DeflateLevel effort;
    private final Crew<Segment> crew;
    private final Deque<SegmentEncoder> encoders = new ConcurrentLinkedDeque<>();
    private final Deque<Segment> free = new ArrayDeque<>();
    private Segment segment;
    private int crc;
    private long count;
    private State state = State.NEW;

    /**
     * Makes an encoder that works in the caller's thread alone; nothing is written yet.
     *
     * @param out where the compressed bytes go
     * @param level {@value #MIN_LEVEL} to {@value #MAX_LEVEL}
     * @throws IllegalArgumentException if the level is out of range
     */
    public GzipEncoder(OutputStream out, int level) {
        this(out, level, 1, Optional.empty());
    }

    /**
     * Makes an encoder with threads of its own; nothing is written and no thread started yet. They are daemons, start
     * when there is more than one segment to compress, and have ended when {@link #finish()} or {@link #close()} returns.
     *
     * @param out where the compressed bytes go
     * @param level {@value #MIN_LEVEL} to {@value #MAX_LEVEL}
     * @param threads how many threads compress at most, the caller's included, at least 1
     * @throws IllegalArgumentException if the level is out of range, or the number of threads less than 1
     */
    public GzipEncoder(OutputStream out, int level, int threads) {
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
     * @param level {@value #MIN_LEVEL} to {@value #MAX_LEVEL}
     * @param threads how many threads compress at most, the caller's included, at least 1
     * @param executor runs up to {@code threads - 1} tasks at a time
     * @throws IllegalArgumentException if the level is out of range, or the number of threads less than 1
     */
    public GzipEncoder(OutputStream out, int level, int threads, Executor executor) {
        this(out, level, threads, Optional.of(executor));
    }

    private GzipEncoder(OutputStream out, int level, int threads, Optional<Executor> executor) {
        this.out = Objects.requireNonNull(out, "out");
        if (level < MIN_LEVEL || level > MAX_LEVEL) {
            throw new IllegalArgumentException(
                    "gzip level " + level + " is not between " + MIN_LEVEL + " and " + MAX_LEVEL);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("gzip needs at least one thread, not " + threads);
        }
        this.level = level;
        this.effort = DeflateLevel.of(level);
        this.segment = new Segment(effort, encoders);
        this.crew = new Crew<>("lading-gzip", threads, 2 * threads + 2, executor, this::writeOut);
    }

    @Override
    public void write(int b) throws IOException {
        begin();
        if (segment.room() == 0) {
            pass();
        }
        segment.data[segment.end++] = (byte) b;
        count++;
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
        begin();
        count += length;
        int position = offset;
        int end = offset + length;
        while (position < end) {
            if (segment.room() == 0) {
                pass();
            }
            int n = Math.min(end - position, segment.room());
            System.arraycopy(bytes, position, segment.data, segment.end, n);
            segment.end += n;
            position += n;
        }
    }

    /** Does nothing: a flush in the middle would change the compressed bytes. */
    @Override
    public void flush() {}

    /**
     * Writes what is held back and the trailer. Finishing twice does nothing more.
     *
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the stream beneath fails, or this one was closed before
     */
    public void finish() throws IOException {
        if (state == State.FINISHED) {
            return;
        }
        begin();
        boolean whole = false;
        try {
            segment.last = true;
            crew.add(segment, true);
            byte[] trailer = new byte[8];
            putLittleEndian(trailer, 0, crc);
            putLittleEndian(trailer, 4, (int) count);
            out.write(trailer);
            whole = true;
        } finally {
            state = whole ? State.FINISHED : State.CLOSED;
            end();
        }
    }

    /** Lets go of threads and memory. Without {@link #finish()} before, the member stays without its end. */
    @Override
    public void close() {
        state = state == State.FINISHED ? State.FINISHED : State.CLOSED;
        end();
    }

    private void end() {
        crew.end();
        free.clear();
        encoders.clear();
    }

    private void begin() throws IOException {
        switch (state) {
            case NEW -> {
                state = State.CLOSED;
                out.write(header());
                state = State.OPEN;
            }
            case OPEN -> {}
            case FINISHED -> throw new IOException("the gzip stream is already finished");
            case CLOSED -> throw new IOException("the gzip stream is closed");
        }
    }

    /** RFC 1952, section 2.3: no flags, no time, XFL 2 for the smallest and 4 for the fastest, OS 255 (unknown). */
    private byte[] header() {
        int extraFlags = level == MAX_LEVEL ? 2 : level == MIN_LEVEL ? 4 : 0;
        return new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, (byte) extraFlags, (byte) 255};
    }

    /** Only when there is more to come: the last segment must know that it is the last. */
    private void pass() throws IOException {
        boolean passed = false;
        try {
            crew.add(segment, false);
            Segment next = free.isEmpty() ? new Segment(effort, encoders) : free.pop();
            next.follow(segment);
            segment = next;
            passed = true;
        } finally {
            if (!passed) {
                close();
            }
        }
    }

    private void writeOut(Segment ready) throws IOException {
        out.write(ready.output, 0, ready.outputLength);
        crc = CrcJoin.join(crc, ready.crc, ready.length());
        free.push(ready);
    }

    private static void putLittleEndian(byte[] target, int offset, int value) {
        target[offset] = (byte) value;
        target[offset + 1] = (byte) (value >>> 8);
        target[offset + 2] = (byte) (value >>> 16);
        target[offset + 3] = (byte) (value >>> 24);
    }
}
