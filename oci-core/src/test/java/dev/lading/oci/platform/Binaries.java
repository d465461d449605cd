package dev.lading.oci.platform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes small files of the formats that are not ELF. */
final class Binaries {
    private Binaries() {}

    static ExecutableHeader read(byte[] file) {
        return ExecutableHeader.of(file, file.length);
    }

    static byte[] pe(int machine, boolean wide, int subsystem, boolean managed) {
        int directories = wide ? 112 : 96;
        int optionalBytes = directories + 16 * 8;
        ByteBuffer file = ByteBuffer.allocate(0x80 + 24 + optionalBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 'M').put((byte) 'Z').putInt(0x3c, 0x80).position(0x80);
        file.put("PE\0\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) machine);
        file.putShort(0x80 + 20, (short) optionalBytes).putShort(0x80 + 22, (short) 2);
        int optional = 0x80 + 24;
        file.putShort(optional, (short) (wide ? 0x20b : 0x10b)).putShort(optional + 68, (short) subsystem);
        file.putInt(optional + directories - 4, 16);
        if (managed) {
            file.putInt(optional + directories + 14 * 8, 0x2000);
        }
        return file.array();
    }

    static byte[] machO(int cpu, int subtype, int fileType, int system, boolean big) {
        boolean wide = (cpu & 0x01000000) != 0;
        ByteBuffer file = ByteBuffer.allocate((wide ? 32 : 28) + 16 + 24)
                .order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        file.putInt(wide ? 0xfeedfacf : 0xfeedface).putInt(cpu).putInt(subtype).putInt(fileType);
        file.putInt(2).putInt(16 + 24).putInt(0);
        if (wide) {
            file.putInt(0);
        }
        // A command of no interest, then the one that names the system.
        file.putInt(0x1b).putInt(16).putLong(0);
        file.putInt(0x32).putInt(24).putInt(system);
        return file.array();
    }

    static byte[] fat(boolean wide, byte[]... slices) {
        int entry = wide ? 32 : 20;
        int at = 4096;
        ByteBuffer file = ByteBuffer.allocate(at * (slices.length + 1));
        file.putInt(wide ? 0xcafebabf : 0xcafebabe).putInt(slices.length);
        for (int i = 0; i < slices.length; i++) {
            ByteBuffer slice = ByteBuffer.wrap(slices[i]).order(ByteOrder.LITTLE_ENDIAN);
            file.position(8 + i * entry);
            file.putInt(slice.getInt(4)).putInt(slice.getInt(8));
            if (wide) {
                file.putLong(at).putLong(slices[i].length);
            } else {
                file.putInt(at).putInt(slices[i].length);
            }
            file.position(at);
            file.put(slices[i]);
            at += 4096;
        }
        return file.array();
    }

    /** A zip archive of pairs of a name and a text. */
    static byte[] zip(String... pairs) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i < pairs.length; i += 2) {
                zip.putNextEntry(new ZipEntry(pairs[i]));
                zip.write(pairs[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }
}
