package dev.lading.zstd;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.lading.codecs.internal.crew.Piece;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * A piece of the content that becomes a frame of its own: it depends on nothing before it.
 *
 * <p>While it is compressed, the output takes the place of the input, so that both together need little more memory than one.
 */
final class Frame extends Piece {
    /**
     * The content of all frames but the last. Beside what zstd's own workers make, a frame of this size costs at most 1 % at
     * the usual levels and 5 % at the highest; smaller ones cost up to 3 and 15 %.
     */
    static final int BYTES = 1 << Frame.WINDOW_LOG;

    /** The whole frame; the most that every decoder is to take (RFC 8878, section 3.1.1.1.2). */
    private static final int WINDOW_LOG = 23;

    /** So large that there are few, and so small that collectors do not treat them as something special. */
    private static final int CHUNK_BYTES = 256 * 1024;

    /** How much is compressed between two looks whether to stop: at the highest level some 30 ms. */
    private static final int SLICE_BYTES = 64 * 1024;

    private final int level;
    private final Deque<byte[]> content = new ArrayDeque<>();
    private final Deque<byte[]> output = new ArrayDeque<>();
    private final Deque<byte[]> free = new ArrayDeque<>();
    private int length;
    private int outputLength;

    Frame(int level) {
        this.level = level;
    }

    int room() {
        return BYTES - length;
    }

    /** Takes bytes of the content, no more than there is room for. */
    void fill(byte[] bytes, int offset, int count) {
        length = append(content, length, bytes, offset, count);
    }

    /** Appends, in chunks that are full but for the last; returns the new length. */
    private int append(Deque<byte[]> chunks, int before, byte[] bytes, int offset, int count) {
        int done = 0;
        while (done < count) {
            int at = (before + done) % CHUNK_BYTES;
            if (at == 0) {
                chunks.add(free.isEmpty() ? new byte[CHUNK_BYTES] : free.pop());
            }
            int n = Math.min(count - done, CHUNK_BYTES - at);
            System.arraycopy(bytes, offset + done, chunks.getLast(), at, n);
            done += n;
        }
        return before + count;
    }

    /** A context of its own: one that has been used before may compress otherwise. */
    @Override
    protected void compress(BooleanSupplier stop) throws IOException {
        try (ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(new Output(), level)) {
            zstd.setChecksum(true);
            zstd.setWindowLog(WINDOW_LOG);
            for (int left = length; left > 0; left -= CHUNK_BYTES) {
                byte[] chunk = content.remove();
                int filled = Math.min(left, CHUNK_BYTES);
                for (int i = 0; i < filled && !stop.getAsBoolean(); i += SLICE_BYTES) {
                    zstd.write(chunk, i, Math.min(SLICE_BYTES, filled - i));
                }
                free.push(chunk);
            }
        }
    }

    void writeTo(OutputStream out) throws IOException {
        for (int left = outputLength; left > 0; left -= CHUNK_BYTES) {
            byte[] chunk = output.remove();
            out.write(chunk, 0, Math.min(left, CHUNK_BYTES));
            free.push(chunk);
        }
        outputLength = 0;
        length = 0;
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            outputLength = append(output, outputLength, bytes, offset, count);
        }
    }
}
