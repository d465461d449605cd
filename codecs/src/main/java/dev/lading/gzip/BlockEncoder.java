package dev.lading.gzip;

import java.util.Arrays;

/**
 * Cuts sequences into the blocks of RFC 1951 and writes each in the cheapest of the three forms.
 *
 * <p>Sequences come in chunks. A chunk joins the block before it unless two codes, each for its own part, are cheaper by
 * more than a block's head. What a code will cost is its entropy, in whole numbers.
 *
 * <p>Longer than a class should be: one bit buffer is written by all of it, and the loop that writes sequences has it in
 * locals. What is done once a block has no loops of its own: a method that loops is compiled early, with all it calls, and in
 * a short process that costs more than the blocks do.
 */
final class BlockEncoder {
    static final int MAX_BLOCK_BYTES = 300 * 1024;

    /** What a new block's head must be won back by. */
    private static final long HEAD_COST = 600L << Bits.FRACTION_BITS;

    /**
     * Stored is taken unless a code saves a part of this size. It costs a tree of jars 0.05 %, and spares it, and whoever
     * reads it, the Huffman codes of what is compressed already.
     */
    private static final int WORTH = 50;

    /** Of bytes that hardly match only each fourth is counted at first: enough to tell whether a code would save anything. */
    private static final int SAMPLED = 4;

    /** Codes of four literals and what is left of a byte fill 63 bits. */
    private static final int MAX_CODE_BITS = 14;

    private static final int MAX_DISTANCE_BITS = 15;
    private static final int MAX_HEAD_BITS = 7;

    private final HuffmanCode literalCode = new HuffmanCode(DeflateFormat.LITERALS, MAX_CODE_BITS);
    private final HuffmanCode distanceCode = new HuffmanCode(DeflateFormat.DISTANCES, MAX_DISTANCE_BITS);
    private final HuffmanCode headCode = new HuffmanCode(DeflateFormat.LENGTHS_ORDER.length, MAX_HEAD_BITS);

    private final int[] literals = new int[DeflateFormat.LITERALS];
    private final int[] distances = new int[DeflateFormat.DISTANCES];
    private final int[] chunkLiterals = new int[DeflateFormat.LITERALS];
    private final int[] chunkDistances = new int[DeflateFormat.DISTANCES];
    private final int[] headFrequencies = new int[DeflateFormat.LENGTHS_ORDER.length];
    private final int[] head = new int[DeflateFormat.LITERALS + DeflateFormat.DISTANCES];
    private int headCount;

    /** Code, extra bits and their number, ready to send: {@code bits << 5 | number}. */
    private final int[] literalBits = new int[256];

    private final int[] lengthBits = new int[256];
    private final int[] distanceBits = new int[DeflateFormat.DISTANCES];

    private byte[] data = new byte[0];
    private byte[] out = new byte[0];
    private int outPos;
    private long bits;
    private int bitCount;

    private int blockStart;
    private int blockEnd;
    private int blockSequences;
    private long blockCost;

    /** Whether some of the frequencies are from a sample. */
    private boolean coarse;

    /** How many bytes the output of a segment may need at most. */
    static int outputBytes() {
        int blocks = Window.SEGMENT_BYTES / SegmentEncoder.CHUNK_BYTES + Window.SEGMENT_BYTES / 65_535 + 2;
        return Window.SEGMENT_BYTES + 8 * blocks + 64;
    }

    void begin(byte[] segment, byte[] output, int outputStart) {
        data = segment;
        out = output;
        outPos = outputStart;
        bits = 0;
        bitCount = 0;
        blockStart = Window.BYTES;
        blockEnd = Window.BYTES;
        blockSequences = 0;
        coarse = false;
        Arrays.fill(literals, 0);
        Arrays.fill(distances, 0);
    }

    /** Takes the sequences that were added since the last call; the block before may be written. */
    void chunk(Sequences sequences, int end) {
        int matched = matched(sequences.items, blockSequences, sequences.count);
        boolean sampled = matched < (end - blockEnd) / 16;
        if (sampled) {
            countChunk(sequences, SAMPLED);
        }
        long cost = sampled ? chunkCost() : 0;
        if (!sampled || isWorth(cost, 8L * (end - blockEnd))) {
            sampled = false;
            countChunk(sequences, 1);
            cost = chunkCost();
        }
        if (blockSequences > 0) {
            long together = Bits.entropy(literals, chunkLiterals) + Bits.entropy(distances, chunkDistances);
            if (end - blockStart > MAX_BLOCK_BYTES || blockCost + cost + HEAD_COST < together) {
                write(sequences, false);
                blockCost = cost;
            } else {
                blockCost = together;
            }
        } else {
            blockCost = cost;
        }
        add(literals, chunkLiterals);
        add(distances, chunkDistances);
        coarse |= sampled;
        blockSequences = sequences.count;
        blockEnd = end;
    }

    private static void add(int[] sums, int[] more) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += more[i];
        }
    }

    private void countChunk(Sequences sequences, int stride) {
        count(sequences.items, blockSequences, sequences.count, blockEnd, stride, chunkLiterals, chunkDistances);
    }

    private long chunkCost() {
        return Bits.entropy(chunkLiterals) + Bits.entropy(chunkDistances);
    }

    /** Whether codes save enough. */
    private static boolean isWorth(long cost, long plainBits) {
        return cost >> Bits.FRACTION_BITS < plainBits - plainBits / WORTH;
    }

    private static int matched(long[] items, int from, int to) {
        int bytes = 0;
        for (int i = from; i < to; i++) {
            int match = (int) items[i];
            bytes += match == 0 ? 0 : (match >>> Sequences.LENGTH_SHIFT & 0xff) + Window.MIN_MATCH;
        }
        return bytes;
    }

    /**
     * Writes what is left.
     *
     * @param last whether nothing comes after this segment; if not, an empty stored block fills the last byte, as RFC 1951
     *     allows anywhere, so that the next segment can start at a byte
     * @return the position behind the last byte written
     */
    int finish(Sequences sequences, boolean last) {
        if (last || blockSequences > 0) {
            write(sequences, last);
        }
        if (!last && bitCount > 0) {
            stored(blockEnd, blockEnd, false);
        }
        flush();
        if (bitCount > 0) {
            outPos++;
        }
        return outPos;
    }

    /** Counts the symbols of some sequences, which begin at a position, and of their literals each {@code stride}-th. */
    private void count(long[] items, int from, int to, int start, int stride, int[] literals, int[] distances) {
        Arrays.fill(literals, 0);
        Arrays.fill(distances, 0);
        byte[] data = this.data;
        int pos = start;
        for (int i = from; i < to; i++) {
            long item = items[i];
            int stop = pos + (int) (item >>> 32);
            for (; pos < stop; pos += stride) {
                literals[data[pos] & 0xff] += stride;
            }
            pos = stop;
            int match = (int) item;
            if (match != 0) {
                int length = match >>> Sequences.LENGTH_SHIFT & 0xff;
                literals[257 + DeflateFormat.LENGTH_SYMBOL[length]]++;
                distances[match >>> Sequences.SLOT_SHIFT & 0x1f]++;
                pos += length + Window.MIN_MATCH;
            }
        }
    }

    private void write(Sequences sequences, boolean last) {
        int size = blockEnd - blockStart;
        long plain = 8L * size + 40L * (size / DeflateFormat.MAX_STORED + 1);
        if (coarse && !isWorth(blockCost, plain)) {
            stored(blockStart, blockEnd, last);
        } else {
            if (coarse) {
                count(sequences.items, 0, blockSequences, blockStart, 1, literals, distances);
            }
            writeCheapest(sequences, plain, last);
        }
        sequences.dropBefore(blockSequences);
        blockSequences = 0;
        blockStart = blockEnd;
        coarse = false;
        Arrays.fill(literals, 0);
        Arrays.fill(distances, 0);
    }

    private void writeCheapest(Sequences sequences, long plain, boolean last) {
        literals[DeflateFormat.END_OF_BLOCK]++;
        literalCode.make(literals);
        distanceCode.make(distances);
        makeHead();
        long extra = extraBits();
        long fixed = fixedBits() + extra;
        long dynamic = headBits() + bits(literals, literalCode) + bits(distances, distanceCode) + extra;
        if (!isWorth(Math.min(dynamic, fixed) << Bits.FRACTION_BITS, plain)) {
            stored(blockStart, blockEnd, last);
            return;
        }
        if (fixed <= dynamic) {
            useFixed();
            put(DeflateFormat.FIXED << 1 | (last ? 1 : 0), 3);
        } else {
            put(DeflateFormat.DYNAMIC << 1 | (last ? 1 : 0), 3);
            putHead();
        }
        prepare();
        putSequences(sequences.items, blockSequences);
        put(literalCode.codes[DeflateFormat.END_OF_BLOCK], literalCode.lengths[DeflateFormat.END_OF_BLOCK]);
    }

    private static long bits(int[] frequencies, HuffmanCode code) {
        long sum = 0;
        for (int symbol = 0; symbol < frequencies.length; symbol++) {
            sum += (long) frequencies[symbol] * code.lengths[symbol];
        }
        return sum;
    }

    private long fixedBits() {
        long sum = 0;
        for (int symbol = 0; symbol < literals.length; symbol++) {
            sum += (long) literals[symbol] * DeflateFormat.fixedLength(symbol);
        }
        for (int n : distances) {
            sum += 5L * n;
        }
        return sum;
    }

    private long extraBits() {
        long sum = 0;
        for (int i = 0; i < DeflateFormat.LENGTH_EXTRA.length; i++) {
            sum += (long) literals[257 + i] * DeflateFormat.LENGTH_EXTRA[i];
        }
        for (int symbol = 0; symbol < distances.length; symbol++) {
            sum += (long) distances[symbol] * DeflateFormat.distanceExtra(symbol);
        }
        return sum;
    }

    private void stored(int from, int to, boolean last) {
        int pos = from;
        do {
            int n = Math.min(to - pos, DeflateFormat.MAX_STORED);
            put(DeflateFormat.STORED << 1 | (last && pos + n == to ? 1 : 0), 3);
            put(0, -bitCount & 7);
            put(n, 16);
            put(~n & 0xffff, 16);
            System.arraycopy(data, pos, out, outPos, n);
            outPos += n;
            pos += n;
        } while (pos < to);
    }

    private void useFixed() {
        // The fixed code is what its lengths give; symbols 286 and 287 take part in it and are never sent.
        HuffmanCode code = literalCode;
        for (int symbol = 0; symbol < DeflateFormat.LITERALS; symbol++) {
            int length = DeflateFormat.fixedLength(symbol);
            int value = symbol < 144
                    ? 0x30 + symbol
                    : symbol < 256 ? 0x190 + symbol - 144 : symbol < 280 ? symbol - 256 : 0xc0 + symbol - 280;
            code.lengths[symbol] = length;
            code.codes[symbol] = Integer.reverse(value) >>> 32 - length;
        }
        for (int symbol = 0; symbol < DeflateFormat.DISTANCES; symbol++) {
            distanceCode.lengths[symbol] = 5;
            distanceCode.codes[symbol] = Integer.reverse(symbol) >>> 27;
        }
    }

    private void prepare() {
        for (int i = 0; i < 256; i++) {
            literalBits[i] = literalCode.codes[i] << 5 | literalCode.lengths[i];
            int symbol = DeflateFormat.LENGTH_SYMBOL[i];
            int length = literalCode.lengths[257 + symbol];
            int value = literalCode.codes[257 + symbol] | (i - DeflateFormat.LENGTH_BASE[symbol]) << length;
            lengthBits[i] = value << 5 | length + DeflateFormat.LENGTH_EXTRA[symbol];
        }
        for (int symbol = 0; symbol < DeflateFormat.DISTANCES; symbol++) {
            distanceBits[symbol] = distanceCode.codes[symbol] << 5 | distanceCode.lengths[symbol];
        }
    }

    /**
     * The hot loop of writing, all in locals. Of the bit buffer at most 7 bits are taken when literals begin and when a
     * match begins; four literals, or three, or a match are sent by one store.
     */
    private void putSequences(long[] items, int count) {
        byte[] data = this.data;
        byte[] out = this.out;
        int[] literalBits = this.literalBits;
        int[] lengthBits = this.lengthBits;
        int[] distanceBits = this.distanceBits;
        long bits = this.bits;
        int bitCount = this.bitCount;
        int outPos = this.outPos;
        int pos = blockStart;
        for (int i = 0; i < count; i++) {
            long item = items[i];
            int left = (int) (item >>> 32);
            for (; left >= 4; left -= 4) {
                int four = (int) Window.INT.get(data, pos);
                int a = literalBits[four & 0xff];
                int b = literalBits[four >>> 8 & 0xff];
                int c = literalBits[four >>> 16 & 0xff];
                int d = literalBits[four >>> 24];
                bits |= (long) (a >>> 5) << bitCount;
                bitCount += a & 31;
                bits |= (long) (b >>> 5) << bitCount;
                bitCount += b & 31;
                bits |= (long) (c >>> 5) << bitCount;
                bitCount += c & 31;
                bits |= (long) (d >>> 5) << bitCount;
                bitCount += d & 31;
                Window.LONG.set(out, outPos, bits);
                outPos += bitCount >>> 3;
                bits >>>= bitCount & 56;
                bitCount &= 7;
                pos += 4;
            }
            if (left > 0) {
                for (; left > 0; left--) {
                    int a = literalBits[data[pos++] & 0xff];
                    bits |= (long) (a >>> 5) << bitCount;
                    bitCount += a & 31;
                }
                Window.LONG.set(out, outPos, bits);
                outPos += bitCount >>> 3;
                bits >>>= bitCount & 56;
                bitCount &= 7;
            }
            int match = (int) item;
            if (match != 0) {
                int length = match >>> Sequences.LENGTH_SHIFT & 0xff;
                int symbol = match >>> Sequences.SLOT_SHIFT & 0x1f;
                int a = lengthBits[length];
                int b = distanceBits[symbol];
                bits |= (long) (a >>> 5) << bitCount;
                bitCount += a & 31;
                bits |= (long) (b >>> 5) << bitCount;
                bitCount += b & 31;
                int extra = DeflateFormat.distanceExtra(symbol);
                bits |= (long) (match & (1 << extra) - 1) << bitCount;
                bitCount += extra;
                Window.LONG.set(out, outPos, bits);
                outPos += bitCount >>> 3;
                bits >>>= bitCount & 56;
                bitCount &= 7;
                pos += length + Window.MIN_MATCH;
            }
        }
        this.bits = bits;
        this.bitCount = bitCount;
        this.outPos = outPos;
    }

    private void put(int value, int count) {
        bits |= (long) value << bitCount;
        bitCount += count;
        flush();
    }

    private void flush() {
        Window.LONG.set(out, outPos, bits);
        outPos += bitCount >>> 3;
        bits >>>= bitCount & 56;
        bitCount &= 7;
    }

    /** RFC 1951, section 3.2.7: both codes' lengths in a row, runs of equal ones shortened, by a code of their own. */
    private void makeHead() {
        int literalCount = used(literalCode.lengths, 257);
        int distanceCount = used(distanceCode.lengths, 1);
        Arrays.fill(headFrequencies, 0);
        headCount = 0;
        int total = literalCount + distanceCount;
        int i = 0;
        while (i < total) {
            int length = length(i, literalCount);
            int run = 1;
            while (i + run < total && length(i + run, literalCount) == length) {
                run++;
            }
            i += run;
            if (length == 0) {
                while (run >= 11) {
                    int n = Math.min(run, 138);
                    headSymbol(18, n - 11);
                    run -= n;
                }
                if (run >= 3) {
                    headSymbol(17, run - 3);
                    run = 0;
                }
            } else {
                headSymbol(length, 0);
                run--;
                while (run >= 3) {
                    int n = Math.min(run, 6);
                    headSymbol(16, n - 3);
                    run -= n;
                }
            }
            for (; run > 0; run--) {
                headSymbol(length, 0);
            }
        }
        headCode.make(headFrequencies);
    }

    private int length(int index, int literalCount) {
        return index < literalCount ? literalCode.lengths[index] : distanceCode.lengths[index - literalCount];
    }

    private void headSymbol(int symbol, int extra) {
        head[headCount++] = extra << 5 | symbol;
        headFrequencies[symbol]++;
    }

    private static int used(int[] lengths, int atLeast) {
        int count = lengths.length;
        while (count > atLeast && lengths[count - 1] == 0) {
            count--;
        }
        return count;
    }

    private int headLengths() {
        int count = DeflateFormat.LENGTHS_ORDER.length;
        while (count > 4 && headCode.lengths[DeflateFormat.LENGTHS_ORDER[count - 1]] == 0) {
            count--;
        }
        return count;
    }

    private static int headExtra(int symbol) {
        return symbol == 16 ? 2 : symbol == 17 ? 3 : symbol == 18 ? 7 : 0;
    }

    private long headBits() {
        long sum = 3 + 5 + 5 + 4 + 3L * headLengths();
        for (int symbol = 0; symbol < headFrequencies.length; symbol++) {
            sum += (long) headFrequencies[symbol] * (headCode.lengths[symbol] + headExtra(symbol));
        }
        return sum;
    }

    private void putHead() {
        int lengths = headLengths();
        put(used(literalCode.lengths, 257) - 257, 5);
        put(used(distanceCode.lengths, 1) - 1, 5);
        put(lengths - 4, 4);
        for (int i = 0; i < lengths; i++) {
            put(headCode.lengths[DeflateFormat.LENGTHS_ORDER[i]], 3);
        }
        for (int i = 0; i < headCount; i++) {
            int symbol = head[i] & 31;
            put(headCode.codes[symbol], headCode.lengths[symbol]);
            put(head[i] >>> 5, headExtra(symbol));
        }
    }
}
