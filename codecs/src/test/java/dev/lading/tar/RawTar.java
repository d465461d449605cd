package dev.lading.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Writes blocks that no honest writer would; every field can be set to any bytes. Names are Latin-1: one char a byte. */
final class RawTar {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** One header under construction; the checksum is put in at the end unless it was set. */
    static final class Header {
        private final byte[] block = new byte[512];
        private boolean checksumSet;

        Header(String name, char type) {
            set(0, name);
            set(100, "0000644\0");
            set(108, "0000000\0");
            set(116, "0000000\0");
            size(0);
            set(136, "00000000000\0");
            block[156] = (byte) type;
            set(257, "ustar\00000");
        }

        Header set(int offset, String latin1) {
            byte[] bytes = latin1.getBytes(ISO_8859_1);
            System.arraycopy(bytes, 0, block, offset, bytes.length);
            return this;
        }

        Header size(long size) {
            return set(124, String.format("%011o\0", size));
        }

        Header checksum(String text) {
            checksumSet = true;
            return set(148, text);
        }

        byte[] bytes() {
            if (!checksumSet) {
                Arrays.fill(block, 148, 156, (byte) ' ');
                int sum = 0;
                for (byte b : block) {
                    sum += b & 0xff;
                }
                set(148, String.format("%06o\0 ", sum));
            }
            return block;
        }
    }

    static Header header(String name, char type) {
        return new Header(name, type);
    }

    /** One pax record with its honest length. */
    static String record(String key, String value) {
        String rest = " " + key + "=" + value + "\n";
        int length = rest.length() + 1;
        while (String.valueOf(length).length() + rest.length() != length) {
            length++;
        }
        return length + rest;
    }

    RawTar add(Header header) {
        out.writeBytes(header.bytes());
        return this;
    }

    RawTar add(Header header, String latin1) {
        return add(header, latin1.getBytes(ISO_8859_1));
    }

    RawTar add(Header header, byte[] content) {
        header.size(content.length);
        add(header);
        out.writeBytes(content);
        out.writeBytes(new byte[-content.length & 511]);
        return this;
    }

    RawTar pax(String... records) {
        return add(header("pax", 'x'), String.join("", records));
    }

    RawTar file(String name) {
        return add(header(name, '0'));
    }

    RawTar bytes(byte[] raw) {
        out.writeBytes(raw);
        return this;
    }

    byte[] unended() {
        return out.toByteArray();
    }

    byte[] ended() {
        return bytes(new byte[1024]).unended();
    }
}
