package dev.lading.gzip;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads deflate data (RFC 1951) out of a stream, and the bytes around it.
 *
 * <p>Input lies in {@code buffer} from {@code next} to {@code limit}; the next bits, lowest first, in {@code bits}, of which
 * {@code count} are real and none above them is set between calls. Output grows in {@code window}: what lies before
 * {@code delivered} is history, from there to {@code end} it waits to be taken. Once all is taken and the window is full, its
 * last 32 KiB move to the front, so a match's source is always in the same array.
 *
 * <p>The hot loop runs while whole long words can be read of the input and a longest match fits the window; where the input has
 * come to its end, zeros stand behind it and the loop goes on, and whoever used a bit of them is told afterwards.
 *
 * <p>A code is looked up by its first bits in a table of ints:
 *
 * <pre>
 * literal   1............... value (16-23)   length of the code (0-7)
 * others    0...flags (28-30) base (13-27)   length of the code (8-12)   and of its extra bits too (0-7)
 * link      SUBTABLE          index (8-27)   bits of the subtable (0-7)
 * </pre>
 */
final class Inflate {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int BUFFER_BYTES = 64 * 1024;

    /** Behind the input's end: what the hot loop may read of zeros. */
    private static final int BUFFER_SLACK = 64;

    private static final int HISTORY = 32 * 1024;
    private static final int WINDOW_BYTES = HISTORY + 64 * 1024;

    /** Behind the window's end: a longest match, three literals, and the last long word of a copy. */
    private static final int WINDOW_SLACK = 258 + 3 + 8;

    private static final int LITERAL_BITS = 11;
    private static final int DISTANCE_BITS = 8;
    private static final int MAX_CODE_BITS = 15;

    private static final int SUBTABLE = 1 << 30;
    private static final int END_OF_BLOCK = 1 << 29;
    private static final int INVALID = 1 << 28;
    private static final int SPECIAL = SUBTABLE | END_OF_BLOCK | INVALID;
    private static final int BASE_SHIFT = 13;

    private static final int[] LITERAL_ENTRIES = literalEntries();
    private static final int[] DISTANCE_ENTRIES = distanceEntries();
    private static final int[] PLAIN_ENTRIES = plainEntries();

    /** RFC 1951, section 3.2.7. */
    private static final int[] CODE_LENGTH_ORDER = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

    private enum Block {
        NONE,
        STORED,
        CODED,
        END
    }

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES + BUFFER_SLACK];
    private int next;
    private int limit;
    private boolean ended;

    /** Bytes of the stream that came before the buffer. */
    private long base;

    private long bits;
    private int count;

    private final byte[] window = new byte[WINDOW_BYTES + WINDOW_SLACK];
    private int end;
    private int delivered;

    private Block block = Block.END;
    private boolean last;
    private int storedBytes;

    private final int[] literals = new int[1 << LITERAL_BITS + 1];
    private final int[] distances = new int[1 << DISTANCE_BITS + 2];
    private final byte[] lengths = new byte[288 + 32];
    private final int[] codeLengths = new int[1 << 7];

    Inflate(InputStream in) {
        this.in = in;
    }

    /** {@return how many bytes of the stream have been used} */
    long position() {
        return base + next - (count >>> 3);
    }

    /** {@return the next byte outside of deflate data, or -1 at the end of the stream} */
    int read() throws IOException {
        if (next == limit && !fill()) {
            return -1;
        }
        return buffer[next++] & 0xff;
    }

    /** Begins with the deflate data that come next. */
    void begin() {
        end = 0;
        delivered = 0;
        last = false;
        block = Block.NONE;
    }

    /**
     * Takes decompressed bytes.
     *
     * @return how many, at least one, or -1 once the deflate data have come to their end
     */
    int read(byte[] bytes, int offset, int length) throws IOException {
        while (delivered == end) {
            if (block == Block.END) {
                return -1;
            }
            decode();
        }
        int n = Math.min(length, end - delivered);
        System.arraycopy(window, delivered, bytes, offset, n);
        delivered += n;
        return n;
    }

    /** Goes on until something came out, or all has. */
    private void decode() throws IOException {
        if (end >= WINDOW_BYTES) {
            System.arraycopy(window, end - HISTORY, window, 0, HISTORY);
            end = HISTORY;
            delivered = HISTORY;
        }
        switch (block) {
            case NONE -> beginBlock();
            case STORED -> stored();
            case CODED -> coded();
            case END -> throw new IllegalStateException();
        }
        if (block == Block.NONE && last) {
            // What was read ahead belongs to what follows.
            next -= count >>> 3;
            bits = 0;
            count = 0;
            block = Block.END;
        }
    }

    private void beginBlock() throws IOException {
        last = bits(1) == 1;
        switch (bits(2)) {
            case 0 -> {
                int toByte = count & 7;
                bits >>>= toByte;
                count -= toByte;
                int length = bits(16);
                if (bits(16) != (length ^ 0xffff)) {
                    throw failure("a stored block's length does not agree with its complement");
                }
                next -= count >>> 3;
                bits = 0;
                count = 0;
                storedBytes = length;
                block = length == 0 ? Block.NONE : Block.STORED;
            }
            case 1 -> {
                Arrays.fill(lengths, 0, 144, (byte) 8);
                Arrays.fill(lengths, 144, 256, (byte) 9);
                Arrays.fill(lengths, 256, 280, (byte) 7);
                Arrays.fill(lengths, 280, 288, (byte) 8);
                Arrays.fill(lengths, 288, 320, (byte) 5);
                table(literals, LITERAL_BITS, 0, 288, LITERAL_ENTRIES);
                table(distances, DISTANCE_BITS, 288, 32, DISTANCE_ENTRIES);
                block = Block.CODED;
            }
            case 2 -> {
                readTables();
                block = Block.CODED;
            }
            default -> throw failure("a block is of the reserved type 3");
        }
    }

    private void stored() throws IOException {
        if (next == limit && !fill()) {
            throw truncated();
        }
        int n = Math.min(storedBytes, Math.min(limit - next, WINDOW_BYTES - end));
        System.arraycopy(buffer, next, window, end, n);
        next += n;
        end += n;
        storedBytes -= n;
        if (storedBytes == 0) {
            block = Block.NONE;
        }
    }

    /** RFC 1951, section 3.2.7. */
    private void readTables() throws IOException {
        int literalCount = bits(5) + 257;
        int distanceCount = bits(5) + 1;
        int codeCount = bits(4) + 4;
        if (literalCount > 286 || distanceCount > 30) {
            throw failure("a block declares " + literalCount + " literal and " + distanceCount + " distance codes");
        }
        Arrays.fill(lengths, 0, 19, (byte) 0);
        for (int i = 0; i < codeCount; i++) {
            lengths[CODE_LENGTH_ORDER[i]] = (byte) bits(3);
        }
        table(codeLengths, 7, 0, 19, PLAIN_ENTRIES);
        int total = literalCount + distanceCount;
        for (int i = 0; i < total; ) {
            need(7 + 7);
            int entry = codeLengths[(int) bits & 0x7f];
            if ((entry & INVALID) != 0) {
                throw failure("a code length has no code");
            }
            drop(entry & 0xff);
            int symbol = entry >>> BASE_SHIFT;
            if (symbol < 16) {
                lengths[i++] = (byte) symbol;
                continue;
            }
            byte value = 0;
            int repeat;
            if (symbol == 16) {
                if (i == 0) {
                    throw failure("the first code length repeats the one before");
                }
                value = lengths[i - 1];
                repeat = 3 + bits(2);
            } else {
                repeat = symbol == 17 ? 3 + bits(3) : 11 + bits(7);
            }
            if (i + repeat > total) {
                throw failure("code lengths are repeated beyond their number");
            }
            Arrays.fill(lengths, i, i + repeat, value);
            i += repeat;
        }
        checkConsumed();
        if (lengths[256] == 0) {
            throw failure("a block has no code for its end");
        }
        table(literals, LITERAL_BITS, 0, literalCount, LITERAL_ENTRIES);
        table(distances, DISTANCE_BITS, literalCount, distanceCount, DISTANCE_ENTRIES);
    }

    /** The hot loop: decodes a block until the window is full, the input is short, or the block ends. */
    private void coded() throws IOException {
        while (limit - next < 16 && fill()) {
            // a stream may give little at a time
        }
        final byte[] buffer = this.buffer;
        final byte[] window = this.window;
        final int[] literals = this.literals;
        final int[] distances = this.distances;
        final int inputEnd = ended ? limit + 8 : limit - 16;
        final int outputEnd = WINDOW_BYTES;
        long bits = this.bits;
        int count = this.count;
        int next = this.next;
        int end = this.end;
        boolean over = false;
        while (next <= inputEnd && end < outputEnd) {
            bits |= (long) LONG.get(buffer, next) << count;
            next += 63 - count >>> 3;
            count |= 56;
            int entry = literals[(int) bits & (1 << LITERAL_BITS) - 1];
            if (entry < 0) {
                window[end++] = (byte) (entry >>> 16);
                bits >>>= entry;
                count -= entry & 0xff;
                entry = literals[(int) bits & (1 << LITERAL_BITS) - 1];
                if (entry < 0) {
                    window[end++] = (byte) (entry >>> 16);
                    bits >>>= entry;
                    count -= entry & 0xff;
                    entry = literals[(int) bits & (1 << LITERAL_BITS) - 1];
                    if (entry < 0) {
                        window[end++] = (byte) (entry >>> 16);
                        bits >>>= entry;
                        count -= entry & 0xff;
                        continue;
                    }
                }
            }
            if ((entry & SPECIAL) != 0) {
                if ((entry & SUBTABLE) != 0) {
                    bits >>>= LITERAL_BITS;
                    count -= LITERAL_BITS;
                    entry = literals[(entry >>> 8 & 0xfffff) + ((int) bits & (1 << (entry & 0xff)) - 1)];
                    if (entry < 0) {
                        window[end++] = (byte) (entry >>> 16);
                        bits >>>= entry;
                        count -= entry & 0xff;
                        continue;
                    }
                }
                if ((entry & INVALID) != 0) {
                    throw failureAt(next, count, "a literal or length has no code");
                }
                if ((entry & END_OF_BLOCK) != 0) {
                    bits >>>= entry;
                    count -= entry & 0xff;
                    over = true;
                    break;
                }
            }
            int used = entry & 0xff;
            int length = (entry >>> BASE_SHIFT) + (int) ((bits & (1L << used) - 1) >>> (entry >>> 8 & 0x1f));
            bits >>>= used;
            count -= used;

            bits |= (long) LONG.get(buffer, next) << count;
            next += 63 - count >>> 3;
            count |= 56;
            entry = distances[(int) bits & (1 << DISTANCE_BITS) - 1];
            if ((entry & SPECIAL) != 0) {
                if ((entry & SUBTABLE) != 0) {
                    bits >>>= DISTANCE_BITS;
                    count -= DISTANCE_BITS;
                    entry = distances[(entry >>> 8 & 0xfffff) + ((int) bits & (1 << (entry & 0xff)) - 1)];
                }
                if ((entry & INVALID) != 0) {
                    throw failureAt(next, count, "a distance has no code");
                }
            }
            used = entry & 0xff;
            int distance = (entry >>> BASE_SHIFT) + (int) ((bits & (1L << used) - 1) >>> (entry >>> 8 & 0x1f));
            bits >>>= used;
            count -= used;
            if (distance > end) {
                throw failureAt(next, count, "a distance of " + distance + " reaches back before the beginning");
            }
            int from = end - distance;
            int to = end + length;
            if (distance >= 8) {
                do {
                    LONG.set(window, end, (long) LONG.get(window, from));
                    from += 8;
                    end += 8;
                } while (end < to);
                end = to;
            } else if (distance == 1) {
                Arrays.fill(window, end, to, window[from]);
                end = to;
            } else {
                while (end < to) {
                    window[end++] = window[from++];
                }
            }
        }
        // Above the real bits stand some of the byte to come, which may yet change where they were zeros.
        this.bits = bits & (1L << count) - 1;
        this.count = count;
        this.next = next;
        this.end = end;
        if (over) {
            block = Block.NONE;
        }
        checkConsumed();
        if (!over && ended && next > inputEnd) {
            throw truncated();
        }
    }

    /** Whoever used more bits than there are read zeros behind the end. */
    private void checkConsumed() throws GzipException {
        if (next - (count >>> 3) > limit) {
            next = limit;
            count = 0;
            throw truncated();
        }
    }

    /** Takes up to 16 bits. */
    private int bits(int n) throws IOException {
        need(n);
        int value = (int) bits & (1 << n) - 1;
        drop(n);
        checkConsumed();
        return value;
    }

    private void drop(int n) {
        bits >>>= n;
        count -= n;
    }

    /** Sees to it that there are at least n bits; behind the end they are zeros. */
    private void need(int n) throws IOException {
        while (count < n) {
            if (next >= limit) {
                fill();
            }
            bits |= (buffer[next++] & 0xffL) << count;
            count += 8;
            if (next > limit + BUFFER_SLACK / 2) {
                throw truncated();
            }
        }
    }

    /** Reads on; what is left and what may be given back stays. Behind the end stand zeros. */
    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        int kept = next - Math.min(next, Long.BYTES);
        System.arraycopy(buffer, kept, buffer, 0, limit - kept);
        base += kept;
        next -= kept;
        limit -= kept;
        int n = in.read(buffer, limit, BUFFER_BYTES - limit);
        if (n <= 0) {
            ended = true;
            Arrays.fill(buffer, limit, limit + BUFFER_SLACK, (byte) 0);
            return false;
        }
        limit += n;
        return true;
    }

    /**
     * Makes the table of a code (RFC 1951, section 3.2.2) out of {@code lengths}.
     *
     * @param entries what each symbol stands for, without the lengths of its code
     */
    private void table(int[] table, int rootBits, int from, int symbols, int[] entries) throws GzipException {
        int[] counts = new int[MAX_CODE_BITS + 1];
        int longest = 0;
        for (int i = 0; i < symbols; i++) {
            counts[lengths[from + i]]++;
            longest = Math.max(longest, lengths[from + i]);
        }
        counts[0] = 0;
        int left = 1;
        for (int length = 1; length <= MAX_CODE_BITS; length++) {
            left = (left << 1) - counts[length];
            if (left < 0) {
                throw failure("a block's code has more symbols than it can tell apart");
            }
        }
        // One code of one bit may stand alone, and so may none at all for distances that do not occur.
        if (left > 0 && (longest > 1 || entries == PLAIN_ENTRIES)) {
            throw failure("a block's code is incomplete");
        }
        Arrays.fill(table, 0, 1 << rootBits, INVALID);
        int[] codes = new int[MAX_CODE_BITS + 2];
        for (int length = 1; length <= MAX_CODE_BITS; length++) {
            codes[length + 1] = codes[length] + counts[length] << 1;
        }
        int free = 1 << rootBits;
        for (int length = 1; length <= longest; length++) {
            for (int symbol = 0; symbol < symbols; symbol++) {
                if (lengths[from + symbol] != length) {
                    continue;
                }
                int code = Integer.reverse(codes[length]++) >>> 32 - length;
                if (length <= rootBits) {
                    int entry = withLengths(entries[symbol], length);
                    for (int i = code; i < 1 << rootBits; i += 1 << length) {
                        table[i] = entry;
                    }
                } else {
                    int root = code & (1 << rootBits) - 1;
                    if ((table[root] & SUBTABLE) == 0) {
                        int subBits = subtableBits(counts, codes, length, rootBits, longest);
                        table[root] = SUBTABLE | free << 8 | subBits;
                        Arrays.fill(table, free, free + (1 << subBits), INVALID);
                        free += 1 << subBits;
                    }
                    int start = table[root] >>> 8 & 0xfffff;
                    int size = 1 << (table[root] & 0xff);
                    int entry = withLengths(entries[symbol], length - rootBits);
                    for (int i = code >>> rootBits; i < size; i += 1 << length - rootBits) {
                        table[start + i] = entry;
                    }
                }
            }
        }
    }

    /** How many bits tell all codes apart that begin like the first of this length: the canonical order says it. */
    private static int subtableBits(int[] counts, int[] codes, int length, int rootBits, int longest) {
        int bits = length - rootBits;
        // Codes of this length that are still to come, this one included; those before lie in earlier subtables.
        int first = codes[length] - 1;
        int room = 1 << bits;
        int here = Math.min(room, (codes[length + 1] >>> 1) - first);
        room -= here;
        while (room > 0 && bits + rootBits < longest) {
            bits++;
            room <<= 1;
            room -= counts[bits + rootBits];
        }
        return bits;
    }

    private static int withLengths(int entry, int codeBits) {
        int extra = entry & 0xff;
        return entry < 0 ? entry | codeBits : (entry & ~0xff) | codeBits << 8 | codeBits + extra;
    }

    private static int[] literalEntries() {
        int[] entries = new int[288];
        for (int i = 0; i < 256; i++) {
            entries[i] = 1 << 31 | i << 16;
        }
        entries[256] = END_OF_BLOCK;
        int length = 3;
        for (int i = 257; i < 285; i++) {
            int extra = i < 265 ? 0 : i - 261 >> 2;
            entries[i] = length << BASE_SHIFT | extra;
            length += 1 << extra;
        }
        entries[285] = 258 << BASE_SHIFT;
        entries[286] = INVALID;
        entries[287] = INVALID;
        return entries;
    }

    private static int[] distanceEntries() {
        int[] entries = new int[32];
        int distance = 1;
        for (int i = 0; i < 30; i++) {
            int extra = i < 4 ? 0 : i - 2 >> 1;
            entries[i] = distance << BASE_SHIFT | extra;
            distance += 1 << extra;
        }
        entries[30] = INVALID;
        entries[31] = INVALID;
        return entries;
    }

    private static int[] plainEntries() {
        int[] entries = new int[19];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = i << BASE_SHIFT;
        }
        return entries;
    }

    private GzipException truncated() {
        return new GzipException("the gzip stream ends in the middle of its compressed data", position());
    }

    private GzipException failure(String what) {
        return new GzipException("the gzip stream holds invalid compressed data: " + what, position());
    }

    private GzipException failureAt(int next, int count, String what) {
        return new GzipException("the gzip stream holds invalid compressed data: " + what, base + next - (count >>> 3));
    }
}
