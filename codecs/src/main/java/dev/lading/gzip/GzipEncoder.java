package dev.lading.gzip;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.zip.CRC32;

/**
 * Compresses what is written to it into one gzip member (RFC 1952).
 *
 * <p>The header is always the same for a level: no time, no name, operating system «unknown». The compressed bytes
 * depend on the content and the level alone, not on how the writes are cut.
 *
 * <p>{@link #finish()} ends the member. {@link #close()} only lets go of memory: closed without having been finished,
 * the stream is abandoned and lacks its end, so a failure can never look like a short but whole stream. The stream
 * written to is neither flushed nor closed. Not safe for use by several threads.
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
    private final SegmentEncoder encoder;
    private final CRC32 crc = new CRC32();
    private final byte[] data = Window.allocate();
    private final byte[] output = new byte[BlockEncoder.outputBytes()];
    private int end = Window.BYTES;
    private boolean first = true;
    private long count;
    private State state = State.NEW;

    /**
     * Makes an encoder; nothing is written yet.
     *
     * @param out where the compressed bytes go
     * @param level {@value #MIN_LEVEL} to {@value #MAX_LEVEL}
     * @throws IllegalArgumentException if the level is out of range
     */
    public GzipEncoder(OutputStream out, int level) {
        this.out = Objects.requireNonNull(out, "out");
        if (level < MIN_LEVEL || level > MAX_LEVEL) {
            throw new IllegalArgumentException(
                    "gzip level " + level + " is not between " + MIN_LEVEL + " and " + MAX_LEVEL);
        }
        this.level = level;
        this.encoder = new SegmentEncoder(DeflateLevel.of(level));
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
        begin();
        count += length;
        int position = offset;
        int stop = offset + length;
        while (position < stop) {
            if (end == Window.BYTES + Window.SEGMENT_BYTES) {
                compress(false);
            }
            int n = Math.min(stop - position, Window.BYTES + Window.SEGMENT_BYTES - end);
            System.arraycopy(bytes, position, data, end, n);
            end += n;
            position += n;
        }
    }

    /** Does nothing: a flush in the middle would change the compressed bytes. */
    @Override
    public void flush() {}

    /**
     * Writes what is held back and the trailer. Finishing twice does nothing more.
     *
     * @throws IOException if the stream beneath fails, or this one was closed before
     */
    public void finish() throws IOException {
        if (state == State.FINISHED) {
            return;
        }
        begin();
        compress(true);
        byte[] trailer = new byte[8];
        putLittleEndian(trailer, 0, (int) crc.getValue());
        putLittleEndian(trailer, 4, (int) count);
        out.write(trailer);
        state = State.FINISHED;
    }

    /** Lets go of the memory. Without {@link #finish()} before, the member stays without its end. */
    @Override
    public void close() {
        state = state == State.FINISHED ? State.FINISHED : State.CLOSED;
    }

    private void begin() throws IOException {
        switch (state) {
            case NEW -> {
                state = State.OPEN;
                out.write(header());
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

    private void compress(boolean last) throws IOException {
        crc.update(data, Window.BYTES, end - Window.BYTES);
        int n = encoder.encode(data, first, end, last, output);
        out.write(output, 0, n);
        System.arraycopy(data, Window.SEGMENT_BYTES, data, 0, Window.BYTES);
        end = Window.BYTES;
        first = false;
    }

    private static void putLittleEndian(byte[] target, int offset, int value) {
        target[offset] = (byte) value;
        target[offset + 1] = (byte) (value >>> 8);
        target[offset + 2] = (byte) (value >>> 16);
        target[offset + 3] = (byte) (value >>> 24);
    }
}
