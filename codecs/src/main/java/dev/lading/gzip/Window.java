package dev.lading.gzip;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How the bytes of a segment lie in memory, and how they are compared.
 *
 * <p>A segment is compressed on its own, so that several can be at the same time; the {@value #BYTES} bytes before it
 * lie before it in the same array, for matches to point at. The segment always starts at {@link #BYTES}, so a position
 * is never below it and the 0 of an empty table entry is always too far away to be a match.
 */
final class Window {
    /** RFC 1951, section 2: a match reaches back this far at most. */
    static final int BYTES = 32 * 1024;

    /** Fixed: where segments are cut is part of what decides the compressed bytes. */
    static final int SEGMENT_BYTES = 1024 * 1024;

    static final int MIN_MATCH = 3;
    static final int MAX_MATCH = 258;

    /** Positions this close to the end are never looked up, so that eight bytes can always be loaded and are content. */
    static final int TAIL = 8;

    /** Behind the segment, so that a comparison may run past its end before it is cut to size. */
    static final int SLACK = MAX_MATCH + TAIL;

    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Window() {}

    static byte[] allocate() {
        return new byte[BYTES + SEGMENT_BYTES + SLACK];
    }

    /** How many bytes at two places are equal, at most {@code max}. */
    static int common(byte[] data, int earlier, int later, int max) {
        int length = 0;
        while (length < max) {
            long difference = (long) LONG.get(data, earlier + length) ^ (long) LONG.get(data, later + length);
            if (difference != 0) {
                return Math.min(max, length + (Long.numberOfTrailingZeros(difference) >>> 3));
            }
            length += 8;
        }
        return max;
    }
}
