package dev.lading.tar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The records of a pax extended header: {@code LENGTH KEY=VALUE\n}, the length in decimal and counting itself
 * (POSIX.1-2017, pax, «pax Extended Header»).
 */
final class PaxRecords {
    static final String PATH = "path";
    static final String LINK_PATH = "linkpath";
    static final String SIZE = "size";
    static final String USER_ID = "uid";
    static final String GROUP_ID = "gid";
    static final String USER_NAME = "uname";
    static final String GROUP_NAME = "gname";
    static final String MODIFIED = "mtime";
    static final String CHARSET = "hdrcharset";

    private static final int MAX_LENGTH_DIGITS = 10;
    private static final int MAX_NUMBER_CHARS = 40;

    private PaxRecords() {}

    /** What is wrong with a record; the reader adds where. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        private final String fault;

        Malformed(String fault) {
            super(fault, null, false, false);
            this.fault = fault;
        }

        TarException at(long offset) {
            return new TarException(fault, offset);
        }
    }

    /** Records in order of appearance; of two with one key the later holds (as POSIX has it). */
    static Map<String, byte[]> parse(byte[] block, int maxRecords) throws Malformed {
        Map<String, byte[]> records = new LinkedHashMap<>();
        int start = 0;
        int count = 0;
        while (start < block.length) {
            if (++count > maxRecords) {
                throw new Malformed("a pax header has more than " + maxRecords + " records");
            }
            int space = start;
            int length = 0;
            while (space < block.length && block[space] >= '0' && block[space] <= '9') {
                if (space - start >= MAX_LENGTH_DIGITS || length > block.length) {
                    throw new Malformed("a pax record's length is beyond its header");
                }
                length = length * 10 + (block[space] - '0');
                space++;
            }
            if (space == start || space == block.length || block[space] != ' ') {
                throw new Malformed("a pax record's length is not a number");
            }
            if (length > block.length - start || length < space - start + 4) {
                throw new Malformed("a pax record's length " + length + " does not fit its header");
            }
            int end = start + length - 1;
            if (block[end] != '\n') {
                throw new Malformed("a pax record of length " + length + " does not end with a line feed");
            }
            int equals = space + 1;
            while (equals < end && block[equals] != '=') {
                equals++;
            }
            if (equals == end || equals == space + 1) {
                throw new Malformed("a pax record has no key");
            }
            byte[] key = Arrays.copyOfRange(block, space + 1, equals);
            byte[] value = Arrays.copyOfRange(block, equals + 1, end);
            check(key, value);
            records.put(new String(key, UTF_8), value);
            start = end + 1;
        }
        return records;
    }

    private static void check(byte[] key, byte[] value) throws Malformed {
        if (holdsNul(key) || !Utf8.isWellFormed(key)) {
            throw new Malformed("a pax record's key " + TarEntry.shown(key) + " is not text");
        }
        String name = new String(key, UTF_8);
        if (isShown(name) && holdsNul(value)) {
            throw new Malformed("the pax record " + name + " holds a NUL");
        }
        if (name.startsWith("GNU.sparse.") || name.equals("SCHILY.realsize")) {
            throw new Malformed("sparse files are not supported (pax record " + TarEntry.shown(key)
                    + "); write the archive without holes");
        }
    }

    /** Whether a method of {@link TarEntry} shows what this record says. */
    static boolean isShown(String key) {
        return switch (key) {
            case PATH, LINK_PATH, SIZE, USER_ID, GROUP_ID, USER_NAME, GROUP_NAME, MODIFIED, CHARSET -> true;
            default -> false;
        };
    }

    /** Digits only: no sign, no space, nothing beyond {@code max}. */
    static long unsigned(String key, byte[] value, long max) throws Malformed {
        boolean digits = value.length > 0 && value.length <= 19;
        for (byte b : value) {
            digits &= b >= '0' && b <= '9';
        }
        if (digits) {
            try {
                long number = Long.parseLong(new String(value, US_ASCII));
                if (number <= max) {
                    return number;
                }
            } catch (NumberFormatException beyondLong) {
                // falls through to the one message
            }
        }
        throw new Malformed("the pax record " + key + "=" + TarEntry.shown(shortened(value))
                + " is not a number between 0 and " + max);
    }

    /** Seconds since 1970 with an optional minus and an optional fraction, cut to nanoseconds. */
    static Instant time(String key, byte[] value) throws Malformed {
        String text = new String(value, UTF_8);
        int dot = text.indexOf('.');
        String whole = dot < 0 ? text : text.substring(0, dot);
        String fraction = dot < 0 ? "" : text.substring(dot + 1);
        boolean negative = whole.startsWith("-");
        String digits = negative ? whole.substring(1) : whole;
        if (value.length <= MAX_NUMBER_CHARS && isDigits(digits) && (dot < 0 || isDigits(fraction))) {
            try {
                long seconds = Long.parseLong(digits);
                long nanos = Long.parseLong((fraction + "000000000").substring(0, 9));
                return Instant.ofEpochSecond(negative ? -seconds : seconds, negative ? -nanos : nanos);
            } catch (NumberFormatException | DateTimeException | ArithmeticException beyond) {
                // falls through to the one message
            }
        }
        throw new Malformed("the pax record " + key + "=" + TarEntry.shown(shortened(value)) + " is not a time");
    }

    /** Writes one record; the length counts its own digits. */
    static void put(ByteArrayOutputStream out, String key, byte[] value) {
        byte[] keyBytes = key.getBytes(UTF_8);
        int rest = 1 + keyBytes.length + 1 + value.length + 1;
        int length = rest + 1;
        while (Integer.toString(length).length() + rest != length) {
            length = Integer.toString(length).length() + rest;
        }
        out.writeBytes(Integer.toString(length).getBytes(US_ASCII));
        out.write(' ');
        out.writeBytes(keyBytes);
        out.write('=');
        out.writeBytes(value);
        out.write('\n');
    }

    static boolean holdsNul(byte[] bytes) {
        for (byte b : bytes) {
            if (b == 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static byte[] shortened(byte[] value) {
        return value.length <= MAX_NUMBER_CHARS ? value : Arrays.copyOf(value, MAX_NUMBER_CHARS);
    }
}
