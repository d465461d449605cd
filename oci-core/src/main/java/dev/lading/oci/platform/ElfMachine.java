package dev.lading.oci.platform;

import dev.lading.oci.platform.ElfHeader.FloatAbi;
import java.util.Optional;

/**
 * What an ELF file's machine number and flags mean (the registry of the generic ABI, and the processors' supplements), in the
 * image specification's words.
 */
final class ElfMachine {
    static final int X86 = 3;
    static final int MIPS = 8;
    static final int PPC64 = 21;
    static final int ARM = 40;
    static final int X86_64 = 62;
    static final int AARCH64 = 183;
    static final int RISCV = 243;
    static final int LOONGARCH = 258;

    private static final int MIPS_N32 = 0x20;
    private static final int MIPS_ABI = 0xf000;
    private static final int ARM_SOFT = 0x200;
    private static final int ARM_HARD = 0x400;

    private ElfMachine() {}

    /** The architecture's name in the image specification, which is Go's; empty where it has none. */
    static Optional<String> architecture(int machine, int bits, boolean big, int flags) {
        String name = switch (machine) {
            case 2, 18 -> "sparc";
            case X86 -> "386";
            case MIPS -> mips(bits, big, flags);
            case 20 -> big ? "ppc" : "";
            case PPC64 -> big ? "ppc64" : "ppc64le";
            case 22 -> bits == 64 ? "s390x" : "s390";
            case ARM -> big ? "armbe" : "arm";
            case 43 -> "sparc64";
            case X86_64 -> bits == 64 ? "amd64" : "amd64p32";
            case AARCH64 -> bits == 64 ? big ? "arm64be" : "arm64" : "";
            case RISCV -> bits == 64 ? "riscv64" : "riscv";
            case LOONGARCH -> bits == 64 ? "loong64" : "";
            default -> "";
        };
        return named(name);
    }

    private static String mips(int bits, boolean big, int flags) {
        String order = big ? "" : "le";
        if (bits == 64) {
            return "mips64" + order;
        }
        return (flags & MIPS_N32) != 0 ? "mips64p32" + order : "mips" + order;
    }

    /** A name for people, also of machines that no image is for. */
    static Optional<String> name(int machine) {
        return named(
                switch (machine) {
                    case 4 -> "m68k";
                    case 15 -> "hppa";
                    case 20 -> "PowerPC";
                    case 42 -> "SuperH";
                    case 50 -> "ia64";
                    case 92 -> "OpenRISC";
                    case 93 -> "ARC";
                    case 94 -> "Xtensa";
                    case 164 -> "Hexagon";
                    case 189 -> "MicroBlaze";
                    case 190 -> "CUDA";
                    case 224 -> "AMD GPU";
                    case 247 -> "BPF";
                    case 252 -> "C-SKY";
                    case AARCH64 -> "AArch64 with 32-bit pointers";
                    case LOONGARCH -> "LoongArch with 32 bits";
                    case 0x9026 -> "Alpha";
                    default -> "";
                });
    }

    /** The name of the calling convention, where a machine has several. */
    static Optional<String> abi(int machine, int bits, boolean big, int flags) {
        return named(
                switch (machine) {
                    case MIPS -> mipsAbi(bits, flags);
                    case PPC64 -> powerAbi(big, flags & 3);
                    case ARM -> flags >>> 24 == 0 ? "oabi" : "eabi" + (flags >>> 24);
                    case X86_64 -> bits == 32 ? "x32" : "";
                    case RISCV ->
                        (bits == 64 ? "lp64" : "ilp32")
                                + switch (flags >> 1 & 3) {
                                    case 1 -> "f";
                                    case 2 -> "d";
                                    case 3 -> "q";
                                    default -> (flags & 8) != 0 ? "e" : "";
                                };
                    case LOONGARCH ->
                        (bits == 64 ? "lp64" : "ilp32")
                                + switch (flags & 7) {
                                    case 1 -> "s";
                                    case 2 -> "f";
                                    case 3 -> "d";
                                    default -> "";
                                };
                    default -> "";
                });
    }

    private static String mipsAbi(int bits, int flags) {
        if (bits == 64) {
            return "n64";
        }
        if ((flags & MIPS_N32) != 0) {
            return "n32";
        }
        return switch (flags & MIPS_ABI) {
            case 0x2000 -> "o64";
            case 0x3000 -> "eabi32";
            case 0x4000 -> "eabi64";
            default -> "o32";
        };
    }

    // A file that says nothing is of the version that its byte order began with.
    private static String powerAbi(boolean big, int version) {
        return version == 0 ? big ? "elfv1" : "elfv2" : "elfv" + version;
    }

    /** How floating-point arguments are passed, as the flags say. */
    static Optional<FloatAbi> floatAbi(int machine, int flags) {
        return switch (machine) {
            case ARM ->
                (flags & ARM_HARD) != 0
                        ? Optional.of(FloatAbi.HARD)
                        : (flags & ARM_SOFT) != 0 ? Optional.of(FloatAbi.SOFT) : Optional.empty();
            case RISCV -> Optional.of((flags & 6) != 0 ? FloatAbi.HARD : FloatAbi.SOFT);
            case LOONGARCH ->
                switch (flags & 7) {
                    case 1 -> Optional.of(FloatAbi.SOFT);
                    case 2, 3 -> Optional.of(FloatAbi.HARD);
                    default -> Optional.empty();
                };
            default -> Optional.empty();
        };
    }

    private static Optional<String> named(String name) {
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }
}
