package dev.lading.examples;

import dev.lading.oci.Platform;
import dev.lading.oci.UnsupportedException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes the smallest Linux programs: each prints one line saying which platform it was made for, and ends with status 0.
 *
 * <p>A program is an ELF header, one program header, some ten instructions and the text (System V ABI, «Object Files»; the
 * system calls are those of the kernel's tables for each architecture). Nothing is linked and no binary is shipped: what
 * the examples put into images is made here, instruction by instruction.
 */
public final class TinyElf {
    private static final int HEADERS = 64 + 56;
    private static final long ADDRESS = 0x400000;

    private TinyElf() {}

    /**
     * Makes the program for a platform.
     *
     * @param platform linux/amd64 or linux/arm64
     * @return the bytes of the file
     * @throws UnsupportedException for any other platform
     */
    public static byte[] program(Platform platform) {
        byte[] text = ("hello from " + platform.normalized() + "\n").getBytes(StandardCharsets.US_ASCII);
        return switch (platform.normalized().toString()) {
            case "linux/amd64" -> file(62, amd64(text.length), text);
            case "linux/arm64" -> file(183, arm64(text.length), text);
            default ->
                throw new UnsupportedException(
                        "there is no tiny program for " + platform + "; there is one for linux/amd64 and linux/arm64");
        };
    }

    /** Intel's SDM, volume 2: opcode, then operands, least significant byte first. */
    private static byte[] amd64(int length) {
        int codeLength = 37;
        return bytes(
                // mov eax, 1          write is system call 1
                0xb8,
                1,
                0,
                0,
                0,
                // mov edi, 1          to standard output
                0xbf,
                1,
                0,
                0,
                0,
                // lea rsi, [rip + …]  the text begins where the code ends; rip is at the end of this instruction (17)
                0x48,
                0x8d,
                0x35,
                codeLength - 17,
                0,
                0,
                0,
                // mov edx, length
                0xba,
                length,
                0,
                0,
                0,
                // syscall
                0x0f,
                0x05,
                // mov eax, 60         exit is system call 60
                0xb8,
                60,
                0,
                0,
                0,
                // xor edi, edi        with status 0
                0x31,
                0xff,
                // syscall
                0x0f,
                0x05,
                // ud2                 never reached
                0x0f,
                0x0b,
                0x90,
                0x90);
    }

    /** Arm's ARM, A64: words of 32 bits; register in bits 0-4, 16-bit immediate in bits 5-20. */
    private static byte[] arm64(int length) {
        int[] words = {
            0xd2800008 | 64 << 5, // movz x8, #64       write is system call 64
            0xd2800000 | 1 << 5, //  movz x0, #1        to standard output
            0x10000001 | 7 << 5, //  adr  x1, #28       the text begins seven words from here, where the code ends
            0xd2800002 | length << 5, // movz x2, #length
            0xd4000001, //           svc  #0
            0xd2800008 | 93 << 5, // movz x8, #93       exit is system call 93
            0xd2800000, //           movz x0, #0        with status 0
            0xd4000001, //           svc  #0
            0x00000000, //           udf  #0            never reached
        };
        ByteBuffer code = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            code.putInt(word);
        }
        return code.array();
    }

    private static byte[] file(int machine, byte[] code, byte[] text) {
        int size = HEADERS + code.length + text.length;
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.put(bytes(0x7f, 'E', 'L', 'F', 2, 1, 1)); // 64 bits, least significant byte first, version 1
        out.position(16);
        out.putShort((short) 2); // an executable
        out.putShort((short) machine);
        out.putInt(1);
        out.putLong(ADDRESS + HEADERS); // starts at the first instruction
        out.putLong(64); // the program header follows this header
        out.putLong(0); // no sections
        out.putInt(0);
        out.putShort((short) 64); // the size of this header,
        out.putShort((short) 56); // of a program header,
        out.putShort((short) 1); // of which there is one
        out.position(64);
        out.putInt(1); // load
        out.putInt(5); // to read and execute
        out.putLong(0); // the file from its start
        out.putLong(ADDRESS);
        out.putLong(ADDRESS);
        out.putLong(size);
        out.putLong(size);
        out.putLong(0x10000); // aligned for every size of page that arm64 has
        return out.put(code).put(text).array();
    }

    private static byte[] bytes(int... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(values.length);
        for (int value : values) {
            out.write(value);
        }
        return out.toByteArray();
    }
}
