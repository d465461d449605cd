package dev.lading.gzip;

/** The tables of RFC 1951. */
final class DeflateFormat {
    static final int LITERALS = 286;
    static final int DISTANCES = 30;
    static final int END_OF_BLOCK = 256;

    static final int STORED = 0;
    static final int FIXED = 1;
    static final int DYNAMIC = 2;

    /** Section 3.2.4: what one stored block can hold. */
    static final int MAX_STORED = 65_535;

    /** Section 3.2.7: the order in which the lengths of the lengths' code are sent. */
    static final int[] LENGTHS_ORDER = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

    /** Section 3.2.5: extra bits of the symbols from 257 on. */
    static final int[] LENGTH_EXTRA = {
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
    };

    /** The symbol, less 257, of each length less 3. */
    static final byte[] LENGTH_SYMBOL = new byte[256];

    /** The shortest length of each symbol, less 3. */
    static final int[] LENGTH_BASE = new int[LENGTH_EXTRA.length];

    static {
        int base = 0;
        for (int symbol = 0; symbol < 28; symbol++) {
            LENGTH_BASE[symbol] = base;
            for (int i = 0; i < 1 << LENGTH_EXTRA[symbol]; i++) {
                LENGTH_SYMBOL[base++] = (byte) symbol;
            }
        }
        // The last length of the last group has a symbol of its own.
        LENGTH_BASE[28] = 255;
        LENGTH_SYMBOL[255] = 28;
    }

    private DeflateFormat() {}

    /** Extra bits of a distance's symbol. */
    static int distanceExtra(int symbol) {
        return symbol < 2 ? 0 : (symbol >> 1) - 1;
    }

    /** Section 3.2.6: the lengths of the fixed code for literals and lengths. */
    static int fixedLength(int symbol) {
        return symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
    }
}
