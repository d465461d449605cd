package dev.lading.oci.platform;

import dev.lading.oci.Platform;
import java.util.Objects;
import java.util.Optional;

/**
 * What the first bytes of a file say about the machine it is for: kind, word size, byte order, machine.
 *
 * <p>ELF is read (System V ABI, «ELF Header», offsets 4, 5, 16 and 18); PE and Mach-O files and scripts are recognised.
 *
 * @param kind what the file is
 * @param bits 32 or 64; 0 where it is not an ELF file
 * @param bigEndian true if numbers are stored most significant byte first; false where it is not an ELF file
 * @param machine ELF's number of the machine; 0 where it is not an ELF file
 * @param executable true if the file can be started or loaded: an ELF executable or shared object, or any other kind
 *     than {@link Kind#OTHER} and ELF
 */
public record ExecutableHeader(Kind kind, int bits, boolean bigEndian, int machine, boolean executable) {
    /** How many bytes from the start of a file are enough. */
    public static final int BYTES = 20;

    private static final int ET_EXEC = 2;
    private static final int ET_DYN = 3;

    /** What a file is by its first bytes. */
    public enum Kind {
        /** The executable format of Linux and most other Unix systems. */
        ELF,
        /** The executable format of macOS. */
        MACH_O,
        /** The executable format of Windows. */
        PE,
        /** A text that names its interpreter after {@code #!}. */
        SCRIPT,
        /** Anything else, too short files among them. */
        OTHER
    }

    /** Makes a header. */
    public ExecutableHeader {
        Objects.requireNonNull(kind);
    }

    /**
     * Reads a header.
     *
     * @param firstBytes the first bytes of the file, {@value #BYTES} of them or more if the file has as many
     * @return what they say
     */
    public static ExecutableHeader of(byte[] firstBytes) {
        if (firstBytes.length >= BYTES
                && firstBytes[0] == 0x7f
                && firstBytes[1] == 'E'
                && firstBytes[2] == 'L'
                && firstBytes[3] == 'F') {
            return elf(firstBytes);
        }
        Kind kind = otherKind(firstBytes);
        return new ExecutableHeader(kind, 0, false, 0, kind != Kind.OTHER);
    }

    private static ExecutableHeader elf(byte[] bytes) {
        int bits = bytes[4] == 1 ? 32 : bytes[4] == 2 ? 64 : 0;
        boolean big = bytes[5] == 2;
        int type = number(bytes, 16, big);
        return new ExecutableHeader(Kind.ELF, bits, big, number(bytes, 18, big), type == ET_EXEC || type == ET_DYN);
    }

    private static int number(byte[] bytes, int offset, boolean big) {
        int first = bytes[offset] & 0xff;
        int second = bytes[offset + 1] & 0xff;
        return big ? first << 8 | second : second << 8 | first;
    }

    private static Kind otherKind(byte[] bytes) {
        if (bytes.length >= 2 && bytes[0] == '#' && bytes[1] == '!') {
            return Kind.SCRIPT;
        }
        if (bytes.length >= 2 && bytes[0] == 'M' && bytes[1] == 'Z') {
            return Kind.PE;
        }
        if (bytes.length >= 4) {
            int magic = (bytes[0] & 0xff) << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;
            // Thin files in either byte order. A fat file shares its magic with a Java class and is told by later work.
            if (magic == 0xfeedface || magic == 0xfeedfacf || magic == 0xcefaedfe || magic == 0xcffaedfe) {
                return Kind.MACH_O;
            }
        }
        return Kind.OTHER;
    }

    /**
     * Returns the Linux platform an ELF file is for, as far as class, byte order and machine tell it.
     *
     * @return the platform without variant; empty if this is no ELF file, or of a machine that has no name here
     */
    public Optional<Platform> platform() {
        return kind == Kind.ELF
                ? architecture().map(architecture -> Platform.of("linux", architecture))
                : Optional.empty();
    }

    // The numbers are those of the ELF registry, as emulation needs them too: 3 EM_386, 8 EM_MIPS, 21 EM_PPC64 …
    private Optional<String> architecture() {
        String name = switch (machine) {
            case 3 -> "386";
            case 8 -> (bits == 64 ? "mips64" : "mips") + (bigEndian ? "" : "le");
            case 21 -> bigEndian ? "ppc64" : "ppc64le";
            case 22 -> bits == 64 ? "s390x" : "s390";
            case 40 -> bigEndian ? "armbe" : "arm";
            case 62 -> "amd64";
            case 183 -> bigEndian ? "arm64be" : "arm64";
            case 243 -> bits == 64 ? "riscv64" : "riscv";
            case 258 -> "loong64";
            default -> "";
        };
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }
}
