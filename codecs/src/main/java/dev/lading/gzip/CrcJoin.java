package dev.lading.gzip;

/**
 * The checksum of two pieces from the checksums of each, so that several threads can sum one stream.
 *
 * <p>A CRC is the remainder of the bits as a polynomial; putting n bits behind it multiplies it by x^n. The highest bit
 * of an {@code int} is the coefficient of x^0, as in RFC 1952, section 8.
 */
final class CrcJoin {
    private static final int POLYNOMIAL = 0xedb88320;
    private static final int ONE = 0x80000000;
    private static final int ONE_BYTE = 0x00800000;

    private CrcJoin() {}

    /** The checksum of one piece followed by another of {@code length} bytes. */
    static int join(int before, int after, long length) {
        int shift = ONE;
        int power = ONE_BYTE;
        for (long n = length; n > 0; n >>>= 1) {
            if ((n & 1) != 0) {
                shift = times(shift, power);
            }
            power = times(power, power);
        }
        return times(before, shift) ^ after;
    }

    private static int times(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int rest = a; rest != 0; rest <<= 1) {
            if (rest < 0) {
                product ^= shifted;
            }
            shifted = shifted >>> 1 ^ ((shifted & 1) == 0 ? 0 : POLYNOMIAL);
        }
        return product;
    }
}
