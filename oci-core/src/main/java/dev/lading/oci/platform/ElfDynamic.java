package dev.lading.oci.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the dynamic section of an ELF file asks of the loader (System V ABI, chapter 5, «Dynamic Section»). */
final class ElfDynamic {
    /** Far more entries than any linker writes. */
    private static final int MAX_BYTES = 64 << 10;
    /** The most libraries one file names here; the largest office suites name some hundreds. */
    private static final int MAX_NAMES = 4096;

    private static final int MAX_NAME = 4096;
    private static final int NAME_READ = 128;

    private static final int NEEDED = 1;
    private static final int STRING_TABLE = 5;
    private static final int STRING_BYTES = 10;
    private static final int SO_NAME = 14;
    private static final int RPATH = 15;
    private static final int DEBUG = 21;
    private static final int RUNPATH = 29;
    private static final int FLAGS_1 = 0x6ffffffb;
    private static final int FLAG_PIE = 0x08000000;

    private final List<String> needed = new ArrayList<>();
    private List<String> runPath = List.of();
    private Optional<String> soName = Optional.empty();
    private boolean pie;
    private boolean debug;

    /** Turns an address in memory into an offset in the file. */
    @FunctionalInterface
    interface Addresses {
        /** The offset, or -1 if the file holds nothing for that address. */
        long offset(long address);
    }

    List<String> needed() {
        return needed;
    }

    List<String> runPath() {
        return runPath;
    }

    Optional<String> soName() {
        return soName;
    }

    /** Whether the linker marked the file as a program. Older linkers gave programs, and no libraries, a place for debuggers. */
    boolean program() {
        return pie || debug && soName.isEmpty();
    }

    static ElfDynamic read(FileBytes file, long offset, long bytes, int wordBytes, boolean big, Addresses addresses)
            throws IOException, MissingBytesException {
        ElfDynamic dynamic = new ElfDynamic();
        byte[] table = file.at(offset, (int) Math.min(bytes, MAX_BYTES));
        List<Long> names = new ArrayList<>();
        long soName = -1;
        long rpath = -1;
        long runPath = -1;
        long strings = -1;
        long stringBytes = 0;
        for (int at = 0; at <= table.length - 2 * wordBytes; at += 2 * wordBytes) {
            long tag = word(table, at, wordBytes, big);
            long value = word(table, at + wordBytes, wordBytes, big);
            if (tag == 0) {
                break;
            } else if (tag == NEEDED) {
                if (names.size() < MAX_NAMES) {
                    names.add(value);
                }
            } else if (tag == STRING_TABLE) {
                strings = addresses.offset(value);
            } else if (tag == STRING_BYTES) {
                stringBytes = value;
            } else if (tag == SO_NAME) {
                soName = value;
            } else if (tag == RPATH) {
                rpath = value;
            } else if (tag == RUNPATH) {
                runPath = value;
            } else if (tag == FLAGS_1) {
                dynamic.pie = (value & FLAG_PIE) != 0;
            } else if (tag == DEBUG) {
                dynamic.debug = true;
            }
        }
        Strings texts = new Strings(file, strings, stringBytes);
        if (soName >= 0) {
            dynamic.soName = Optional.of(texts.at(soName));
        }
        for (long name : names) {
            dynamic.needed.add(texts.at(name));
        }
        long path = runPath >= 0 ? runPath : rpath;
        if (path >= 0) {
            dynamic.runPath = List.of(texts.at(path).split(":", -1));
        }
        return dynamic;
    }

    private static long word(byte[] table, int at, int wordBytes, boolean big) {
        return wordBytes == 8 ? Numbers.i64(table, at, big) : Numbers.u32(table, at, big);
    }

    /** The table of names. */
    private record Strings(FileBytes file, long offset, long bytes) {
        String at(long index) throws IOException, MissingBytesException {
            if (offset < 0 || index < 0 || index >= bytes) {
                throw MissingBytesException.beyond();
            }
            int max = NAME_READ;
            while (true) {
                byte[] name = file.upTo(offset + index, (int) Math.min(max, bytes - index));
                for (int i = 0; i < name.length; i++) {
                    if (name[i] == 0) {
                        return new String(name, 0, i, StandardCharsets.UTF_8);
                    }
                }
                if (name.length < max || max == MAX_NAME) {
                    throw file.endsBefore(offset + index, name.length + 1L)
                                    || max == MAX_NAME
                                    || name.length == bytes - index
                            ? MissingBytesException.beyond()
                            : MissingBytesException.unseen();
                }
                max = MAX_NAME;
            }
        }
    }
}
