package dev.lading.gzip;

/** Logarithms in whole numbers: what is decided by them must be the same on every machine. */
final class Bits {
    /** Fractions of a bit in a cost. */
    static final int FRACTION_BITS = 12;

    private static final int TABLE_BITS = 9;
    private static final int[] MANTISSA = mantissas();

    private Bits() {}

    /** Entry i is log2(1 + i / size), a bit of the result for each squaring. */
    private static int[] mantissas() {
        int[] table = new int[1 << TABLE_BITS];
        for (int i = 0; i < table.length; i++) {
            long x = (1L << 30) + ((long) i << 30 - TABLE_BITS);
            int log = 0;
            for (int bit = 0; bit < FRACTION_BITS; bit++) {
                x = x * x >>> 30;
                log <<= 1;
                if (x >= 1L << 31) {
                    x >>>= 1;
                    log |= 1;
                }
            }
            table[i] = log;
        }
        return table;
    }

    /** n times log2(n), in fractions of a bit; 0 for 0. */
    static long timesLog(int n) {
        if (n < 2) {
            return 0;
        }
        int log = 31 - Integer.numberOfLeadingZeros(n);
        int mantissa = log <= TABLE_BITS ? n << TABLE_BITS - log : n >>> log - TABLE_BITS;
        return (long) n * ((log << FRACTION_BITS) + MANTISSA[mantissa & (1 << TABLE_BITS) - 1]);
    }

    /** What symbols cost at least with a code of their own, in fractions of a bit. */
    static long entropy(int[] frequencies) {
        int total = 0;
        long sum = 0;
        for (int n : frequencies) {
            total += n;
            sum += timesLog(n);
        }
        return timesLog(total) - sum;
    }

    /** As {@link #entropy(int[])} of the sums of two. */
    static long entropy(int[] frequencies, int[] more) {
        int total = 0;
        long sum = 0;
        for (int i = 0; i < frequencies.length; i++) {
            int n = frequencies[i] + more[i];
            total += n;
            sum += timesLog(n);
        }
        return timesLog(total) - sum;
    }
}
