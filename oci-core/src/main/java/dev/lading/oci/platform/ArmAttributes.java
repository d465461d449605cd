package dev.lading.oci.platform;

import dev.lading.oci.platform.ElfHeader.FloatAbi;
import java.util.Optional;

/**
 * The attributes of a 32-bit ARM file (Addenda to, and Errata in, the ABI for the Arm Architecture, section 3): which version
 * of the architecture the code needs, and how floating-point arguments are passed.
 *
 * @param variant {@code v5} to {@code v8}
 * @param floatAbi how floating-point arguments are passed
 */
record ArmAttributes(Optional<String> variant, Optional<FloatAbi> floatAbi) {
    static final ArmAttributes NONE = new ArmAttributes(Optional.empty(), Optional.empty());

    private static final String VENDOR = "aeabi\0";
    private static final int FILE = 1;
    private static final int CPU_RAW_NAME = 4;
    private static final int CPU_NAME = 5;
    private static final int CPU_ARCH = 6;
    private static final int VFP_ARGS = 28;
    private static final int COMPATIBILITY = 32;

    static ArmAttributes read(byte[] section, boolean big) {
        if (section.length == 0 || section[0] != 'A') {
            return NONE;
        }
        int at = 1;
        while (at <= section.length - 4) {
            long length = Numbers.u32(section, at, big);
            if (length < 4 || length > section.length - at) {
                return NONE;
            }
            if (Numbers.says(section, at + 4, VENDOR)) {
                return ofFile(section, at + 4 + VENDOR.length(), at + (int) length, big);
            }
            at += (int) length;
        }
        return NONE;
    }

    private static ArmAttributes ofFile(byte[] section, int from, int end, boolean big) {
        int at = from;
        while (at <= end - 5) {
            long length = Numbers.u32(section, at + 1, big);
            if (length < 5 || length > end - at) {
                return NONE;
            }
            if (section[at] == FILE) {
                return new Walk(section, at + 5, at + (int) length).attributes();
            }
            at += (int) length;
        }
        return NONE;
    }

    /** A walk over tags and values; it ends where they do, or where they stop making sense. */
    private static final class Walk {
        private final byte[] bytes;
        private final int end;
        private int at;

        Walk(byte[] bytes, int at, int end) {
            this.bytes = bytes;
            this.at = at;
            this.end = end;
        }

        ArmAttributes attributes() {
            Optional<String> variant = Optional.empty();
            Optional<FloatAbi> floatAbi = Optional.empty();
            while (at < end) {
                int tag = number();
                if (tag == CPU_RAW_NAME || tag == CPU_NAME || tag > COMPATIBILITY && tag % 2 == 1) {
                    skipText();
                    continue;
                }
                int value = number();
                if (tag == COMPATIBILITY) {
                    skipText();
                } else if (tag == CPU_ARCH) {
                    variant = variant(value);
                } else if (tag == VFP_ARGS) {
                    floatAbi = value == 0
                            ? Optional.of(FloatAbi.SOFT)
                            : value == 1 ? Optional.of(FloatAbi.HARD) : Optional.empty();
                }
            }
            return new ArmAttributes(variant, floatAbi);
        }

        // LEB128; a number that does not end within the walk, or is too large for any tag, ends the walk.
        private int number() {
            int value = 0;
            for (int shift = 0; at < end && shift < 28; shift += 7) {
                byte b = bytes[at++];
                value |= (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            at = end;
            return 0;
        }

        private void skipText() {
            while (at < end && bytes[at] != 0) {
                at++;
            }
            at++;
        }

        // A file that needs less than version 5 runs on 5, the least that has a name.
        private static Optional<String> variant(int architecture) {
            return switch (architecture) {
                case 0, 1, 2, 3, 4, 5 -> Optional.of("v5");
                case 6, 7, 8, 9, 11, 12 -> Optional.of("v6");
                case 10, 13 -> Optional.of("v7");
                case 14, 15, 16, 17, 18, 19, 20, 21, 22 -> Optional.of("v8");
                default -> Optional.empty();
            };
        }
    }
}
