package dev.lading.oci.platform;

import dev.lading.oci.platform.OtherHeader.Form;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.Set;

/** Tells the formats apart by a file's first bytes and hands it to the reader of its format. */
final class HeaderReader {
    // Java's first class files had version 45; no fat file has as many slices.
    private static final int FIRST_CLASS_VERSION = 45;
    private static final int MAX_BLANKS = 64;

    private HeaderReader() {}

    /** Reads windows, which cannot fail. */
    static ExecutableHeader readWindows(FileBytes file) {
        try {
            return read(file);
        } catch (IOException e) {
            throw new UncheckedIOException("bytes at hand are read without a file", e);
        }
    }

    static ExecutableHeader read(FileBytes file) throws IOException {
        byte[] first = file.first(ScriptHeader.LINE_BYTES);
        if (first.length == 0) {
            return new OtherHeader(Form.EMPTY);
        }
        if (Numbers.says(first, 0, "\u007fELF")) {
            return ElfReader.read(file);
        }
        if (Numbers.says(first, 0, "#!")) {
            return script(file, first, 0, EnumSet.noneOf(ExecutableFault.class));
        }
        if (Numbers.says(first, 0, "MZ")) {
            return PeReader.read(file);
        }
        if (Numbers.says(first, 0, "\0asm")) {
            return WasmHeader.read(first);
        }
        if (Numbers.says(first, 0, "PK\3\4") || Numbers.says(first, 0, "PK\5\6")) {
            return JarReader.read(file);
        }
        if (first.length >= 4) {
            int magic = Numbers.i32(first, 0, true);
            if (magic == MachOReader.FAT || magic == MachOReader.FAT_64) {
                return magic == MachOReader.FAT && looksLikeClass(first)
                        ? ClassFileHeader.read(first)
                        : MachOReader.readFat(file, magic == MachOReader.FAT_64);
            }
            if (MachOReader.isThin(magic)) {
                return MachOReader.readThin(file);
            }
        }
        return textOrOther(file, first);
    }

    // A class and a fat file begin alike. What follows is a version there and a number of slices here.
    private static boolean looksLikeClass(byte[] first) {
        return first.length < 8 || Numbers.u16(first, 6, true) >= FIRST_CLASS_VERSION;
    }

    private static ExecutableHeader script(FileBytes file, byte[] first, int start, Set<ExecutableFault> before) {
        boolean more = file.size() == FileBytes.UNKNOWN_SIZE
                ? first.length == ScriptHeader.LINE_BYTES
                : file.size() > first.length;
        return ScriptHeader.read(first, start, more, before);
    }

    private static ExecutableHeader textOrOther(FileBytes file, byte[] first) {
        if (Numbers.says(first, 0, "\u00ef\u00bb\u00bf#!")) {
            return script(file, first, 3, EnumSet.of(ExecutableFault.BYTE_ORDER_MARK));
        }
        if (Numbers.says(first, 0, "\u00ff\u00fe#\0!\0")) {
            return utf16(file, first, 2);
        }
        if (Numbers.says(first, 0, "\u00fe\u00ff\0#\0!")) {
            return utf16(file, first, 3);
        }
        int blanks = 0;
        while (blanks < Math.min(first.length, MAX_BLANKS) && " \t\r\n".indexOf(first[blanks]) >= 0) {
            blanks++;
        }
        if (blanks > 0 && Numbers.says(first, blanks, "#!")) {
            return script(file, first, blanks, EnumSet.of(ExecutableFault.SPACE_BEFORE));
        }
        return new OtherHeader(form(first));
    }

    private static ExecutableHeader utf16(FileBytes file, byte[] first, int start) {
        byte[] narrow = new byte[(first.length - start + 1) / 2];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = first[start + 2 * i];
        }
        byte[] marked = new byte[narrow.length + 1];
        System.arraycopy(narrow, 0, marked, 1, narrow.length);
        return script(file, marked, 1, EnumSet.of(ExecutableFault.BYTE_ORDER_MARK));
    }

    private static Form form(byte[] first) {
        if (Numbers.says(first, 0, "\u001f\u008b")) {
            return Form.GZIP;
        } else if (Numbers.says(first, 0, "(\u00b5/\u00fd")) {
            return Form.ZSTD;
        } else if (Numbers.says(first, 0, "\u00fd7zXZ\0")) {
            return Form.XZ;
        } else if (Numbers.says(first, 0, "BZh")) {
            return Form.BZIP2;
        } else if (Numbers.says(first, 0, "!<arch>\n")) {
            return Form.AR;
        }
        return isText(first) ? Form.TEXT : Form.UNKNOWN;
    }

    // Bytes of 0x80 and more are letters in UTF-8 and its forerunners; control characters are in no text.
    private static boolean isText(byte[] first) {
        for (byte b : first) {
            int c = b & 0xff;
            boolean white = c >= '\t' && c <= '\r' || c == 0x1b;
            if (c < ' ' && !white || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
