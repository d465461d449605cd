package dev.lading.tar;

import java.util.Arrays;

/**
 * The 512-byte header block: where its fields stand and how its numbers are written (POSIX.1-2017, pax, «ustar
 * Interchange Format»; base-256 numbers as in GNU tar's manual, «Extensions»).
 */
final class TarBlock {
    static final int SIZE = 512;

    static final Field NAME = new Field(0, 100);
    static final Field MODE = new Field(100, 8);
    static final Field USER_ID = new Field(108, 8);
    static final Field GROUP_ID = new Field(116, 8);
    static final Field LENGTH = new Field(124, 12);
    static final Field MODIFIED = new Field(136, 12);
    static final Field CHECKSUM = new Field(148, 8);
    static final int TYPE = 156;
    static final Field LINK_NAME = new Field(157, 100);
    static final Field MAGIC = new Field(257, 8);
    static final Field USER_NAME = new Field(265, 32);
    static final Field GROUP_NAME = new Field(297, 32);
    static final Field DEVICE_MAJOR = new Field(329, 8);
    static final Field DEVICE_MINOR = new Field(337, 8);
    static final Field PREFIX = new Field(345, 155);

    /** Schilling's star writes its own mark at the end and times behind a shorter prefix. */
    static final Field STAR_PREFIX = new Field(345, 131);

    static final byte[] USTAR = {'u', 's', 't', 'a', 'r', 0, '0', '0'};
    static final byte[] GNU = {'u', 's', 't', 'a', 'r', ' ', ' ', 0};
    private static final Field STAR_MARK = new Field(508, 4);
    private static final byte[] STAR = {'t', 'a', 'r', 0};

    record Field(int offset, int length) {
        int end() {
            return offset + length;
        }
    }

    private TarBlock() {}

    static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    static boolean has(byte[] block, Field field, byte[] value) {
        return Arrays.equals(block, field.offset(), field.end(), value, 0, value.length);
    }

    static boolean isStar(byte[] block) {
        return has(block, STAR_MARK, STAR);
    }

    /** Text up to the first NUL or the end of the field. */
    static byte[] text(byte[] block, Field field) {
        int end = field.offset();
        while (end < field.end() && block[end] != 0) {
            end++;
        }
        return Arrays.copyOfRange(block, field.offset(), end);
    }

    /** Both sums are taken, as everywhere: some old writers summed signed bytes. */
    static boolean checksumAgrees(byte[] block) throws NotANumber {
        long found = number(block, CHECKSUM);
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < SIZE; i++) {
            byte b = i >= CHECKSUM.offset() && i < CHECKSUM.end() ? (byte) ' ' : block[i];
            unsigned += b & 0xff;
            signed += b;
        }
        return found == unsigned || found == signed;
    }

    /** Octal text, or base 256 when the first bit is set; may be negative in base 256. */
    static long number(byte[] block, Field field) throws NotANumber {
        return (block[field.offset()] & 0x80) != 0 ? base256(block, field) : octal(block, field);
    }

    private static long base256(byte[] block, Field field) throws NotANumber {
        int first = block[field.offset()];
        boolean negative = (first & 0x40) != 0;
        long value = negative ? first : first & 0x7f;
        for (int i = field.offset() + 1; i < field.end(); i++) {
            if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
                throw new NotANumber("a base-256 number beyond 64 bits");
            }
            value = (value << 8) | (block[i] & 0xff);
        }
        return value;
    }

    private static long octal(byte[] block, Field field) throws NotANumber {
        int i = field.offset();
        while (i < field.end() && (block[i] == ' ' || block[i] == 0)) {
            i++;
        }
        long value = 0;
        while (i < field.end() && block[i] != ' ' && block[i] != 0) {
            if (block[i] < '0' || block[i] > '7') {
                throw new NotANumber("not an octal number");
            }
            value = (value << 3) + (block[i] - '0'); // at most 12 digits: no overflow
            i++;
        }
        while (i < field.end() && block[i] == ' ') {
            i++;
        }
        if (i < field.end() && block[i] != 0) {
            throw new NotANumber("not an octal number");
        }
        return value;
    }

    /** Whether the number fits the field as octal digits with a NUL behind them. */
    static boolean fitsOctal(long value, Field field) {
        return value >= 0 && value < 1L << (3 * (field.length() - 1));
    }

    static void putOctal(byte[] block, Field field, long value) {
        long rest = value;
        for (int i = field.end() - 2; i >= field.offset(); i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
    }

    static void putText(byte[] block, Field field, byte[] value) {
        System.arraycopy(value, 0, block, field.offset(), Math.min(value.length, field.length()));
    }

    /** Six digits, NUL, space: the form of the sum that every reader knows. */
    static void putChecksum(byte[] block) {
        Arrays.fill(block, CHECKSUM.offset(), CHECKSUM.end(), (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        int rest = sum;
        for (int i = CHECKSUM.offset() + 5; i >= CHECKSUM.offset(); i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
        block[CHECKSUM.offset() + 6] = 0;
    }

    /** How many bytes follow content of this length up to the next block. */
    static int padding(long size) {
        return (int) (-size & (SIZE - 1));
    }

    /** A field that holds no number; the reader adds which and where. */
    static final class NotANumber extends Exception {
        private static final long serialVersionUID = 1L;

        NotANumber(String message) {
            super(message, null, false, false);
        }
    }
}
