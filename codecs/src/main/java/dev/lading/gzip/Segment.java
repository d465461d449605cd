package dev.lading.gzip;

import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the content on its way: filled by the encoder's caller, compressed by any one thread, written by the caller.
 * The {@link SegmentCrew} that it is given to says whose it is.
 */
final class Segment {
    enum State {
        WAITING,
        TAKEN,
        DONE
    }

    final byte[] data = Window.allocate();
    final byte[] output = new byte[BlockEncoder.outputBytes()];
    int end = Window.BYTES;
    boolean first = true;
    boolean last;

    int outputLength;
    int crc;

    @Nullable
    Throwable failure;

    /** Belongs to the crew. */
    State state = State.WAITING;

    int length() {
        return end - Window.BYTES;
    }

    int room() {
        return Window.BYTES + Window.SEGMENT_BYTES - end;
    }

    /** Makes this the empty segment that follows another, which may be this one. */
    void follow(Segment before) {
        System.arraycopy(before.data, Window.SEGMENT_BYTES, data, 0, Window.BYTES);
        end = Window.BYTES;
        first = false;
        last = false;
        failure = null;
    }

    /** Compresses, unless told to stop meanwhile: then there is no output. */
    void compress(SegmentEncoder encoder, BooleanSupplier stop) {
        CRC32 sum = new CRC32();
        sum.update(data, Window.BYTES, length());
        crc = (int) sum.getValue();
        outputLength = encoder.encode(data, first, end, last, output, stop);
    }
}
