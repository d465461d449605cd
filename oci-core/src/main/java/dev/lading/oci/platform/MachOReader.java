package dev.lading.oci.platform;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.MachOHeader.Slice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Reads the headers of thin and fat Mach-O files. */
final class MachOReader {
    static final int FAT = 0xcafebabe;
    static final int FAT_64 = 0xcafebabf;

    private static final int THIN = 0xfeedface;
    private static final int THIN_64 = 0xfeedfacf;
    /** More slices than processors were ever numbered. */
    private static final int MAX_SLICES = 32;
    /** A program with hundreds of libraries has some 64 KiB of load commands. */
    private static final int MAX_COMMANDS = 256 << 10;

    private static final int EXECUTE = 2;
    private static final int LC_VERSION_MIN_MACOSX = 0x24;
    private static final int LC_VERSION_MIN_IPHONEOS = 0x25;
    private static final int LC_BUILD_VERSION = 0x32;
    private static final int SUBTYPE_FLAGS = 0xff000000;

    private final FileBytes file;
    private final EnumSet<ExecutableFault> faults = EnumSet.noneOf(ExecutableFault.class);
    private final List<Slice> slices = new ArrayList<>();
    private boolean complete = true;

    private MachOReader(FileBytes file) {
        this.file = file;
    }

    static boolean isThin(int bigEndianMagic) {
        int swapped = Integer.reverseBytes(bigEndianMagic);
        return bigEndianMagic == THIN || bigEndianMagic == THIN_64 || swapped == THIN || swapped == THIN_64;
    }

    static MachOHeader readThin(FileBytes file) throws IOException {
        MachOReader reader = new MachOReader(file);
        reader.slice(0, FileBytes.UNKNOWN_SIZE);
        return reader.header(false);
    }

    static MachOHeader readFat(FileBytes file, boolean wide) throws IOException {
        MachOReader reader = new MachOReader(file);
        reader.fat(wide);
        return reader.header(true);
    }

    private MachOHeader header(boolean fat) {
        return new MachOHeader(fat, slices, faults, complete);
    }

    private void fat(boolean wide) throws IOException {
        try {
            long count = Numbers.u32(file.at(4, 4), 0, true);
            if (count == 0 || count > MAX_SLICES) {
                faults.add(ExecutableFault.MALFORMED);
                return;
            }
            int entry = wide ? 32 : 20;
            byte[] table = file.at(8, (int) count * entry);
            for (int i = 0; i < count; i++) {
                int at = i * entry;
                long offset = wide ? Numbers.i64(table, at + 8, true) : Numbers.u32(table, at + 8, true);
                long size = wide ? Numbers.i64(table, at + 16, true) : Numbers.u32(table, at + 12, true);
                if (file.endsBefore(offset, size)) {
                    faults.add(ExecutableFault.TRUNCATED);
                }
                int before = slices.size();
                slice(offset, size);
                if (slices.size() == before) {
                    // The table tells the machine where the slice itself was not seen.
                    int type = Numbers.i32(table, at, true);
                    int subtype = Numbers.i32(table, at + 4, true) & ~SUBTYPE_FLAGS;
                    slices.add(new Slice(type, subtype, false, platform("darwin", type, subtype)));
                }
            }
        } catch (MissingBytesException e) {
            missing(e);
        }
    }

    private void missing(MissingBytesException e) {
        if (e.isBeyond()) {
            faults.add(ExecutableFault.TRUNCATED);
        } else {
            complete = false;
        }
    }

    private void slice(long offset, long size) throws IOException {
        try {
            byte[] header = file.at(offset, 28);
            int magic = Numbers.i32(header, 0, true);
            if (!isThin(magic)) {
                faults.add(ExecutableFault.MALFORMED);
                return;
            }
            boolean big = magic == THIN || magic == THIN_64;
            boolean wide = Numbers.i32(header, 0, big) == THIN_64;
            int type = Numbers.i32(header, 4, big);
            int subtype = Numbers.i32(header, 8, big) & ~SUBTYPE_FLAGS;
            long commands = Numbers.u32(header, 20, big);
            int headerBytes = wide ? 32 : 28;
            Optional<String> os = Optional.empty();
            if (size != FileBytes.UNKNOWN_SIZE && (size < headerBytes || commands > size - headerBytes)) {
                faults.add(ExecutableFault.MALFORMED);
            } else {
                os = os(offset + headerBytes, commands, Numbers.u32(header, 16, big), big);
            }
            String system = os.orElse("darwin");
            slices.add(
                    new Slice(type, subtype, Numbers.i32(header, 12, big) != EXECUTE, platform(system, type, subtype)));
        } catch (MissingBytesException e) {
            missing(e);
        }
    }

    /** Which system a slice is for, by its load commands; empty where none says. */
    private Optional<String> os(long offset, long bytes, long count, boolean big) throws IOException {
        try {
            byte[] commands = file.at(offset, (int) Math.min(bytes, MAX_COMMANDS));
            int at = 0;
            for (long i = 0; i < count && at <= commands.length - 16; i++) {
                int command = Numbers.i32(commands, at, big);
                long length = Numbers.u32(commands, at + 4, big);
                if (command == LC_VERSION_MIN_MACOSX) {
                    return Optional.of("darwin");
                } else if (command == LC_VERSION_MIN_IPHONEOS) {
                    return Optional.of("ios");
                } else if (command == LC_BUILD_VERSION) {
                    return Optional.of(system(Numbers.i32(commands, at + 8, big)));
                }
                if (length < 8 || length > commands.length - at) {
                    break;
                }
                at += (int) length;
            }
        } catch (MissingBytesException e) {
            missing(e);
        }
        return Optional.empty();
    }

    // Go has names for macOS and iOS only; Mac Catalyst (6) runs on macOS.
    private static String system(int platform) {
        return switch (platform) {
            case 1, 6 -> "darwin";
            case 2 -> "ios";
            default -> "";
        };
    }

    private static Optional<Platform> platform(String os, int type, int subtype) {
        String architecture = switch (type) {
            case 7 -> "386";
            case 0x01000007 -> "amd64";
            case 12 -> "arm";
            case 0x0100000c -> "arm64";
            case 18 -> "ppc";
            case 0x01000012 -> "ppc64";
            default -> "";
        };
        if (os.isEmpty() || architecture.isEmpty()) {
            return Optional.empty();
        }
        // mach/machine.h: the subtypes of ARM that have a variant's name, and the processor of x86_64h, which has AVX2.
        String variant = switch (type) {
            case 12 -> subtype == 6 ? "v6" : subtype == 7 ? "v5" : subtype >= 9 && subtype <= 12 ? "v7" : "";
            case 0x01000007 -> subtype == 8 ? "v3" : "";
            default -> "";
        };
        return Optional.of(variant.isEmpty() ? Platform.of(os, architecture) : Platform.of(os, architecture, variant));
    }
}
