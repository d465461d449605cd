package dev.lading.oci.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A tar made block by block, so that it can be as wrong as is wished; text is Latin-1, one byte a character. */
final class OddTar {
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Field> fields = new ArrayList<>();
    private boolean wrongChecksum;

    private record Field(int offset, byte[] value) {}

    static OddTar odd() {
        return new OddTar();
    }

    OddTar file(String name) {
        return entry('0', name, "", "x");
    }

    OddTar file(String name, String content) {
        return entry('0', name, "", content);
    }

    OddTar folder(String name) {
        return entry('5', name, "", "");
    }

    OddTar symlink(String name, String target) {
        return entry('2', name, target, "");
    }

    OddTar hardLink(String name, String target) {
        return entry('1', name, target, "");
    }

    OddTar whiteout(String name) {
        return entry('0', name, "", "");
    }

    OddTar kind(char type, String name) {
        return entry(type, name, "", "");
    }

    /** Sets bytes of the next header. */
    OddTar with(int offset, String value) {
        fields.add(new Field(offset, value.getBytes(ISO_8859_1)));
        return this;
    }

    OddTar mode(String octal) {
        return with(100, octal + "\0");
    }

    OddTar size(String field) {
        return with(124, field);
    }

    /** Makes the checksum of the next header wrong. */
    OddTar wrongChecksum() {
        wrongChecksum = true;
        return this;
    }

    /** A pax header before the next entry, its records as given. */
    OddTar pax(String records) {
        return entry('x', "pax", "", records);
    }

    /** A pax header with well-formed records. */
    OddTar records(String... keysAndValues) {
        return pax(wellFormed(keysAndValues));
    }

    OddTar global(String... keysAndValues) {
        return entry('g', "global", "", wellFormed(keysAndValues));
    }

    OddTar longName(String name) {
        return entry('L', "././@LongLink", "", name);
    }

    OddTar longLink(String name) {
        return entry('K', "././@LongLink", "", name);
    }

    private static String wellFormed(String... keysAndValues) {
        StringBuilder records = new StringBuilder();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            String rest = " " + keysAndValues[i] + "=" + keysAndValues[i + 1] + "\n";
            int length = rest.length() + 1;
            while (Integer.toString(length).length() + rest.length() != length) {
                length++;
            }
            records.append(length).append(rest);
        }
        return records.toString();
    }

    OddTar entry(char type, String name, String link, String content) {
        byte[] block = new byte[BLOCK];
        put(block, 0, name.length() > 100 ? name.substring(0, 100) : name);
        put(block, 100, "0000644\0" + "0000000\0" + "0000000\0");
        put(block, 124, String.format("%011o\0", content.length()) + "00000000000\0");
        block[156] = (byte) type;
        put(block, 157, link.length() > 100 ? link.substring(0, 100) : link);
        put(block, 257, "ustar\00000");
        fields.forEach(field -> System.arraycopy(field.value, 0, block, field.offset, field.value.length));
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = wrongChecksum ? 1 : 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, String.format("%06o\0 ", sum));
        fields.clear();
        wrongChecksum = false;
        bytes.writeBytes(block);
        bytes.writeBytes(content.getBytes(ISO_8859_1));
        bytes.writeBytes(new byte[(BLOCK - content.length() % BLOCK) % BLOCK]);
        return this;
    }

    private static void put(byte[] block, int offset, String text) {
        byte[] latin1 = text.getBytes(ISO_8859_1);
        System.arraycopy(latin1, 0, block, offset, latin1.length);
    }

    OddTar raw(byte[] more) {
        bytes.writeBytes(more);
        return this;
    }

    /** What there is, without an end marker. */
    byte[] open() {
        return bytes.toByteArray();
    }

    byte[] end() {
        return Arrays.copyOf(bytes.toByteArray(), bytes.size() + 2 * BLOCK);
    }
}
