package dev.lading.oci.platform;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes small ELF files: a header, program headers, their contents one after the other, and sections at the end. One segment
 * loads the whole file at {@link #BASE}, so that an address is an offset and the base.
 */
final class ElfBuilder {
    static final int BASE = 0x10000;

    private record Content(int type, int flags, int align, byte[] bytes) {}

    private record Section(String name, int type, byte[] bytes) {}

    private final int bits;
    private final ByteOrder order;
    private final int machine;
    private final List<Content> contents = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();
    private final List<long[]> dynamic = new ArrayList<>();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private int type = 2;
    private int flags;
    private int osAbi;

    ElfBuilder(int bits, boolean big, int machine) {
        this.bits = bits;
        this.order = big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        this.machine = machine;
        strings.write(0);
    }

    ElfBuilder type(int newType) {
        type = newType;
        return this;
    }

    ElfBuilder flags(int newFlags) {
        flags = newFlags;
        return this;
    }

    ElfBuilder osAbi(int newOsAbi) {
        osAbi = newOsAbi;
        return this;
    }

    ElfBuilder segment(int segmentType, byte[] bytes) {
        contents.add(new Content(segmentType, 4, 4, bytes));
        return this;
    }

    ElfBuilder writable(byte[] bytes) {
        contents.add(new Content(1, 6, 16, bytes));
        return this;
    }

    ElfBuilder interpreter(String path) {
        return segment(3, (path + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /** A dynamic entry whose value is a number. */
    ElfBuilder dynamic(long tag, long value) {
        dynamic.add(new long[] {tag, value});
        return this;
    }

    /** A dynamic entry whose value is a text. */
    ElfBuilder dynamic(long tag, String text) {
        dynamic.add(new long[] {tag, strings.size()});
        strings.writeBytes((text + "\0").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    ElfBuilder note(String name, int noteType, byte[] description) {
        return segment(4, noteBytes(name, noteType, description, 4));
    }

    /** A property note whose properties are pairs of a type and bits. */
    ElfBuilder properties(int... pairs) {
        ByteBuffer body = buffer(pairs.length / 2 * (bits == 64 ? 16 : 12));
        for (int i = 0; i < pairs.length; i += 2) {
            body.putInt(pairs[i]).putInt(4).putInt(pairs[i + 1]);
            if (bits == 64) {
                body.putInt(0);
            }
        }
        contents.add(new Content(4, 4, bits == 64 ? 8 : 4, noteBytes("GNU", 5, bytes(body), bits == 64 ? 8 : 4)));
        return this;
    }

    private byte[] noteBytes(String name, int noteType, byte[] description, int align) {
        int nameBytes = name.length() + 1;
        int start = aligned(12 + nameBytes, align);
        ByteBuffer note = buffer(aligned(start + description.length, align));
        note.putInt(nameBytes).putInt(description.length).putInt(noteType);
        note.put(name.getBytes(StandardCharsets.US_ASCII));
        note.position(start);
        note.put(description);
        return bytes(note);
    }

    ElfBuilder section(String name, int sectionType, byte[] bytes) {
        sections.add(new Section(name, sectionType, bytes));
        return this;
    }

    ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(order);
    }

    /** The whole of a buffer, wherever its position is. */
    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    private static int aligned(int at, int align) {
        return (at + align - 1) & -align;
    }

    byte[] build() {
        boolean wide = bits == 64;
        int headerBytes = wide ? 64 : 52;
        int entryBytes = wide ? 56 : 32;
        int word = bits / 8;
        List<Content> all = new ArrayList<>(contents);
        int tableEntries = all.size() + 1 + (dynamic.isEmpty() ? 0 : 1);
        int at = aligned(headerBytes + tableEntries * entryBytes, 16);
        if (!dynamic.isEmpty()) {
            // The table is written when the place of its texts is known: just after it.
            all.add(new Content(2, 6, 8, new byte[(dynamic.size() + 3) * 2 * word + strings.size()]));
        }
        List<Integer> offsets = new ArrayList<>();
        for (Content content : all) {
            at = aligned(at, 16);
            offsets.add(at);
            at += content.bytes().length;
        }
        List<Section> withNames = new ArrayList<>(sections);
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        names.write(0);
        List<Integer> nameOffsets = new ArrayList<>();
        List<Integer> sectionOffsets = new ArrayList<>();
        if (!sections.isEmpty()) {
            withNames.add(new Section(".shstrtab", 3, new byte[0]));
            for (Section section : withNames) {
                nameOffsets.add(names.size());
                names.writeBytes((section.name() + "\0").getBytes(StandardCharsets.US_ASCII));
            }
            withNames.set(withNames.size() - 1, new Section(".shstrtab", 3, names.toByteArray()));
            for (Section section : withNames) {
                at = aligned(at, 16);
                sectionOffsets.add(at);
                at += section.bytes().length;
            }
            at = aligned(at, 8);
        }
        int sectionTable = at;
        int sectionBytes = wide ? 64 : 40;
        int count = sections.isEmpty() ? 0 : withNames.size() + 1;
        ByteBuffer file = buffer(at + count * sectionBytes);
        file.put(new byte[] {
            0x7f, 'E', 'L', 'F', (byte) (wide ? 2 : 1), (byte) (order == ByteOrder.BIG_ENDIAN ? 2 : 1), 1, (byte) osAbi
        });
        file.position(16);
        file.putShort((short) type).putShort((short) machine).putInt(1);
        number(file, BASE);
        number(file, headerBytes);
        number(file, count == 0 ? 0 : sectionTable);
        file.putInt(flags)
                .putShort((short) headerBytes)
                .putShort((short) entryBytes)
                .putShort((short) tableEntries);
        file.putShort((short) sectionBytes).putShort((short) count).putShort((short) Math.max(0, count - 1));
        file.position(headerBytes);
        segment(file, new Content(1, 5, 4096, new byte[0]), 0, file.capacity());
        for (int i = 0; i < all.size(); i++) {
            segment(file, all.get(i), offsets.get(i), all.get(i).bytes().length);
        }
        for (int i = 0; i < all.size(); i++) {
            file.position(offsets.get(i));
            if (all.get(i).type() == 2 && !dynamic.isEmpty()) {
                dynamicSection(file);
            } else {
                file.put(all.get(i).bytes());
            }
        }
        for (int i = 0; i < withNames.size() && count > 0; i++) {
            file.position(sectionOffsets.get(i));
            file.put(withNames.get(i).bytes());
            file.position(sectionTable + (i + 1) * sectionBytes);
            file.putInt(nameOffsets.get(i)).putInt(withNames.get(i).type());
            number(file, 0);
            number(file, 0);
            number(file, sectionOffsets.get(i));
            number(file, withNames.get(i).bytes().length);
        }
        return bytes(file);
    }

    private void dynamicSection(ByteBuffer file) {
        int texts = file.position() + (dynamic.size() + 3) * 2 * (bits / 8);
        for (long[] entry : dynamic) {
            number(file, entry[0]);
            number(file, entry[1]);
        }
        number(file, 5);
        number(file, BASE + texts);
        number(file, 10);
        number(file, strings.size());
        number(file, 0);
        number(file, 0);
        file.put(strings.toByteArray());
    }

    private void segment(ByteBuffer file, Content content, int offset, int length) {
        boolean wide = bits == 64;
        file.putInt(content.type());
        if (wide) {
            file.putInt(content.flags());
        }
        number(file, offset);
        number(file, BASE + offset);
        number(file, BASE + offset);
        number(file, length);
        number(file, length);
        if (!wide) {
            file.putInt(content.flags());
        }
        number(file, content.align());
    }

    private void number(ByteBuffer file, long value) {
        if (bits == 64) {
            file.putLong(value);
        } else {
            file.putInt((int) value);
        }
    }

    /** The attributes of an ARM file: pairs of a tag and a number below 128. */
    byte[] armAttributes(int... pairs) {
        byte[] values = new byte[pairs.length];
        for (int i = 0; i < pairs.length; i++) {
            values[i] = (byte) pairs[i];
        }
        ByteBuffer section = buffer(1 + 4 + 6 + 5 + values.length);
        section.put((byte) 'A').putInt(4 + 6 + 5 + values.length);
        section.put("aeabi\0".getBytes(StandardCharsets.US_ASCII));
        section.put((byte) 1).putInt(5 + values.length).put(values);
        return bytes(section);
    }

    /** Go's build information with its texts in line, as Go writes it since 1.18. */
    static byte[] goInline(String version, String modules) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1));
        out.write(8);
        out.write(2);
        out.writeBytes(new byte[16]);
        varint(out, version);
        varint(out, modules.isEmpty() ? "" : "0123456789abcdef" + modules + "fedcba9876543210");
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int left = bytes.length;
        while (left >= 0x80) {
            out.write(left & 0x7f | 0x80);
            left >>= 7;
        }
        out.write(left);
        out.writeBytes(bytes);
    }
}
