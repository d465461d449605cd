package dev.lading.gzip;

import dev.lading.codecs.internal.crew.Piece;
import java.util.Deque;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;

/** A piece of a gzip member. */
final class Segment extends Piece {
    final byte[] data = Window.allocate();
    final byte[] output = new byte[BlockEncoder.outputBytes()];
    int end = Window.BYTES;
    boolean first = true;
    boolean last;

    int outputLength;
    int crc;

    private final DeflateLevel level;
    private final Deque<SegmentEncoder> encoders;

    /** Makes the first one; encoders that are not in use at the moment are in the queue, which all segments share. */
    Segment(DeflateLevel level, Deque<SegmentEncoder> encoders) {
        this.level = level;
        this.encoders = encoders;
    }

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
    }

    @Override
    protected void compress(BooleanSupplier stop) {
        CRC32 sum = new CRC32();
        sum.update(data, Window.BYTES, length());
        crc = (int) sum.getValue();
        SegmentEncoder encoder = Optional.ofNullable(encoders.poll()).orElseGet(() -> new SegmentEncoder(level));
        outputLength = encoder.encode(data, first, end, last, output, stop);
        encoders.push(encoder);
    }
}
