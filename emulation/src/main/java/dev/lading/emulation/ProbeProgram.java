package dev.lading.emulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The smallest program of an architecture: an ELF header, one segment, a few instructions. Nothing of it is shipped; the bytes
 * are put together here.
 *
 * <p>The usual one ends with 41 and the number of its arguments, which is 42 where it was started with its name alone: a
 * handler that shifts the arguments shows by another number. Instructions are written as their manuals have them, by units of
 * two or four bytes with the most significant byte first; where the machine stores them the other way round they are turned.
 */
final class ProbeProgram {
    /** How a program that was started by its name alone ends. */
    static final int EXIT_OK = 42;

    /** One argument too few, or one too many, at the program's end. */
    static final int EXIT_ARGV_SHORT = 41;

    static final int EXIT_ARGV_LONG = 43;
    /** The level probe ends with this and the level, 1 to 4. */
    static final int EXIT_LEVEL_BASE = 40;

    private static final int BASE = 0x400000;
    /** More than any page a Linux has. */
    private static final int ALIGNMENT = 0x10000;

    // Load the number of arguments from the stack, add 41, exit. A comment says what is not so.
    private static final Map<String, Code> CODE = Map.ofEntries(
            Map.entry("aarch64", Code.of(4, "f94003e0 9100a400 d2800ba8 d4000001")),
            Map.entry(
                    "aarch64_be",
                    Code.of(4, "f94003e0 9100a400 d2800ba8 d4000001").littleCode()),
            Map.entry("alpha", Code.of(4, "a61e0000 42053410 201f0001 00000083")),
            Map.entry("arm", Code.of(4, "e59d0000 e2800029 e3a07001 ef000000").flags(0x05000000)),
            Map.entry("armeb", Code.of(4, "e59d0000 e2800029 e3a07001 ef000000").flags(0x05000000)),
            Map.entry("cris", Code.of(2, "aa6e a229 9241 e93d")),
            Map.entry(
                    "hexagon", Code.of(4, "919dc000 b000c520 7800cba6 5400c004").flags(0x67)),
            // The constant 42: the arguments come in registers.
            Map.entry("hppa", Code.of(4, "341a0054 e4008200 34140002")),
            Map.entry("i386", Code.of(1, "5b 83c329 6a01 58 cd80")),
            Map.entry(
                    "loongarch64",
                    Code.of(4, "28c00064 0280a484 0281740b 002b0000").flags(3)),
            Map.entry("m68k", Code.of(2, "2217 0681 0000 0029 7001 4e40")),
            Map.entry("microblaze", Code.of(4, "e8a10000 30a50029 31800001 b9cc0008")),
            Map.entry("microblazeel", Code.of(4, "e8a10000 30a50029 31800001 b9cc0008")),
            Map.entry("mips", Code.of(4, "8fa40000 24840029 24020fa1 0000000c").flags(0x50001000)),
            Map.entry(
                    "mipsel", Code.of(4, "8fa40000 24840029 24020fa1 0000000c").flags(0x50001000)),
            Map.entry(
                    "mips64", Code.of(4, "dfa40000 64840029 240213c2 0000000c").flags(0x60000000)),
            Map.entry(
                    "mips64el",
                    Code.of(4, "dfa40000 64840029 240213c2 0000000c").flags(0x60000000)),
            Map.entry(
                    "mipsn32", Code.of(4, "8fa40000 24840029 240217aa 0000000c").flags(0x60000020)),
            Map.entry(
                    "mipsn32el",
                    Code.of(4, "8fa40000 24840029 240217aa 0000000c").flags(0x60000020)),
            Map.entry("nios2", Code.of(4, "d9000017 21000a44 00801744 003b683a")),
            Map.entry("or1k", Code.of(4, "84610000 9c630029 9d60005d 20000001 15000000")),
            Map.entry("ppc", Code.of(4, "80610000 38630029 38000001 44000002")),
            // Flags 2: without them the entry would be the address of a descriptor, as the older ABI has it.
            Map.entry("ppc64", Code.of(4, "e8610000 38630029 38000001 44000002").flags(2)),
            Map.entry(
                    "ppc64le", Code.of(4, "e8610000 38630029 38000001 44000002").flags(2)),
            Map.entry("riscv32", Code.of(4, "00012503 02950513 05d00893 00000073")),
            Map.entry("riscv64", Code.of(4, "00012503 02950513 05d00893 00000073")),
            Map.entry("s390x", Code.of(2, "e320 f000 0004 a72b 0029 0a01")),
            Map.entry("sh4", Code.of(2, "64f2 7429 e301 c311")),
            Map.entry("sh4eb", Code.of(2, "64f2 7429 e301 c311")),
            Map.entry("sparc", Code.of(4, "d003a040 90022029 82102001 91d02010")),
            Map.entry(
                    "sparc32plus",
                    Code.of(4, "d003a040 90022029 82102001 91d02010").flags(0x100)),
            Map.entry("sparc64", Code.of(4, "d05ba87f 90022029 82102001 91d0206d")),
            Map.entry("x86_64", Code.of(1, "5f 83c729 6a3c 58 0f05")),
            Map.entry("xtensa", Code.of(1, "622100 62c629 22a076 005000")),
            Map.entry("xtensaeb", Code.of(1, "261200 266c29 220a76 000500")));

    // CPUID's leaves 1, 7 and 0x80000001 and XCR0, compared with what the levels of the x86-64 psABI name; exits with
    // 41 for the first level to 44 for the fourth.
    private static final String X86_LEVEL =
            "6a29 5f 31c0 0fa2 89c5 b801000000 0fa2 4189c8 b801000080 0fa2 4189c9 4531d2"
                    + "83fd07 720c b807000000 31c9 0fa2 4189da"
                    + "4489c0 2501229800 3d01229800 755b 41f6c101 7455 ffc7"
                    + "4489c0 2500104038 3d00104038 7544 41f6c120 743e 4489d0 2528010000 3d28010000 752f"
                    + "31c9 0f01d0 89c5 83e006 3c06 7521 ffc7"
                    + "4489d0 25000003d0 3d000003d0 7510 81e5e0000000 81fde0000000 7502 ffc7 6a3c 58 0f05";

    // What the older core lacks, then the usual end: REV came with ARMv6; MOVW and DMB with v7; LDA with v8.
    private static final Map<String, String> ARM_FIRST = Map.of(
            "v5", "",
            "v6", "e6bf1f31",
            "v7", "e3001000 f57ff05f",
            "v8", "e1a0100d e1912c9f");

    private record Code(int unit, String hex, int flags, boolean alwaysLittle) {
        static Code of(int unit, String hex) {
            return new Code(unit, hex, 0, false);
        }

        Code flags(int flags) {
            return new Code(unit, hex, flags, alwaysLittle);
        }

        /** A machine whose data alone are big-endian. */
        Code littleCode() {
            return new Code(unit, hex, flags, true);
        }

        byte[] bytes(boolean bigEndian) {
            byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
            if (bigEndian && !alwaysLittle) {
                return bytes;
            }
            byte[] turned = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                turned[i] = bytes[i / unit * unit + unit - 1 - i % unit];
            }
            return turned;
        }
    }

    private ProbeProgram() {}

    /** The probe of a target. */
    static byte[] of(QemuTarget target) {
        return file(target, Objects.requireNonNull(CODE.get(target.name()), target.name()));
    }

    /** The probe that ends with 40 and the x86-64 level of the processor it runs on. */
    static byte[] x86Level() {
        return file(QemuTarget.named("x86_64").orElseThrow(), Code.of(1, X86_LEVEL));
    }

    /**
     * The probe that ends well where the 32-bit ARM variant runs.
     *
     * @param variant {@code v5} to {@code v8}
     * @return the bytes of the program; empty if the variant is none of these
     */
    static Optional<byte[]> arm(String variant) {
        String first = ARM_FIRST.get(variant);
        if (first == null) {
            return Optional.empty();
        }
        Code usual = Objects.requireNonNull(CODE.get("arm"));
        Code code = Code.of(4, first + usual.hex()).flags(usual.flags());
        return Optional.of(file(QemuTarget.named("arm").orElseThrow(), code));
    }

    /** System V ABI, «Object Files»: header, one program header, instructions; loaded as it lies in the file. */
    private static byte[] file(QemuTarget target, Code code) {
        boolean wide = target.bits() == 64;
        byte[] instructions = code.bytes(target.bigEndian());
        int header = wide ? 64 : 52;
        int start = header + (wide ? 56 : 32);
        int size = start + instructions.length;
        ByteBuffer out =
                ByteBuffer.allocate(size).order(target.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        out.put(target.magic(), 0, 16);
        out.putShort((short) 2).putShort((short) target.machine()).putInt(1);
        word(out, wide, BASE + start);
        word(out, wide, header);
        word(out, wide, 0);
        out.putInt(code.flags());
        out.putShort((short) header).putShort((short) (start - header)).putShort((short) 1);
        out.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        out.putInt(1); // PT_LOAD
        if (wide) {
            out.putInt(5); // readable, executable
        }
        word(out, wide, 0);
        word(out, wide, BASE);
        word(out, wide, BASE);
        word(out, wide, size);
        word(out, wide, size);
        if (!wide) {
            out.putInt(5);
        }
        word(out, wide, ALIGNMENT);
        return out.put(instructions).array();
    }

    private static void word(ByteBuffer out, boolean wide, int value) {
        if (wide) {
            out.putLong(value);
        } else {
            out.putInt(value);
        }
    }
}
