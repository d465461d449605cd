package dev.lading.emulation;

import dev.lading.oci.Platform;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One architecture that QEMU's user mode emulates: its names, and how its ELF files begin.
 *
 * <p>Magic and mask follow one rule: the file is for this target if class, byte order, version, type (executable or shared
 * object) and machine say so, and for 32-bit MIPS the ABI in the flags. The bytes 7 to 15 (OS ABI, its version, padding)
 * decide nothing: neither the kernel's own loader nor QEMU looks at them, and files exist that hold something there
 * (musl's and newer MIPS files, AppImages). Sources: System V ABI, «ELF Header»; the machine numbers of the ELF registry.
 *
 * <p>Immutable; there is one value for each target.
 */
public final class QemuTarget {
    private static final int MACHINE_BYTES = 20;
    /** Where e_flags ends in a 32-bit header: e_ident, two halves, a word, three addresses, the flags. */
    private static final int FLAGS_AT = 36;

    private static final int FLAGS_END = 40;
    /** EF_MIPS_ABI2: the N32 ABI, which QEMU has programs of its own for. */
    private static final int MIPS_ABI2 = 0x20;

    private static final List<QemuTarget> ALL = List.of(
            little("aarch64", "arm64", 64, 183),
            big("aarch64_be", "arm64be", 64, 183),
            little("alpha", "alpha", 64, 0x9026),
            little("arm", "arm", 32, 40),
            big("armeb", "armbe", 32, 40),
            little("cris", "cris", 32, 76),
            little("hexagon", "hexagon", 32, 164),
            big("hppa", "hppa", 32, 15),
            little("i386", "386", 32, 3),
            little("loongarch64", "loong64", 64, 258),
            big("m68k", "m68k", 32, 4),
            big("microblaze", "microblaze", 32, 189),
            little("microblazeel", "microblazeel", 32, 189),
            mips("mips", "mips", true, 0),
            big("mips64", "mips64", 64, 8),
            little("mips64el", "mips64le", 64, 8),
            mips("mipsel", "mipsle", false, 0),
            mips("mipsn32", "mips64p32", true, MIPS_ABI2),
            mips("mipsn32el", "mips64p32le", false, MIPS_ABI2),
            little("nios2", "nios2", 32, 113),
            big("or1k", "or1k", 32, 92),
            big("ppc", "ppc", 32, 20),
            big("ppc64", "ppc64", 64, 21),
            little("ppc64le", "ppc64le", 64, 21),
            little("riscv32", "riscv", 32, 243),
            little("riscv64", "riscv64", 64, 243),
            big("s390x", "s390x", 64, 22),
            little("sh4", "sh4", 32, 42),
            big("sh4eb", "sh4eb", 32, 42),
            big("sparc", "sparc", 32, 2),
            big("sparc32plus", "sparc32plus", 32, 18),
            big("sparc64", "sparc64", 64, 43),
            little("x86_64", "amd64", 64, 62),
            little("xtensa", "xtensa", 32, 94),
            big("xtensaeb", "xtensaeb", 32, 94));
    private static final Map<String, QemuTarget> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(QemuTarget::name, Function.identity()));
    private static final Map<String, QemuTarget> BY_ARCHITECTURE =
            ALL.stream().collect(Collectors.toUnmodifiableMap(QemuTarget::architecture, Function.identity()));

    private final String name;
    private final String architecture;
    private final int bits;
    private final boolean bigEndian;
    private final int machine;
    private final byte[] magic;
    private final byte[] mask;

    private QemuTarget(String name, String architecture, int bits, boolean bigEndian, int machine, int length) {
        this.name = name;
        this.architecture = architecture;
        this.bits = bits;
        this.bigEndian = bigEndian;
        this.machine = machine;
        this.magic = new byte[length];
        this.mask = new byte[length];
        fixed(0, 0x7f, 'E', 'L', 'F', bits == 64 ? 2 : 1, bigEndian ? 2 : 1, 1);
        half(16, 2, 0xfffe); // ET_EXEC is 2, ET_DYN 3
        half(18, machine, 0xffff);
    }

    private static QemuTarget little(String name, String architecture, int bits, int machine) {
        return new QemuTarget(name, architecture, bits, false, machine, MACHINE_BYTES);
    }

    private static QemuTarget big(String name, String architecture, int bits, int machine) {
        return new QemuTarget(name, architecture, bits, true, machine, MACHINE_BYTES);
    }

    private static QemuTarget mips(String name, String architecture, boolean bigEndian, int abi) {
        QemuTarget target = new QemuTarget(name, architecture, 32, bigEndian, 8, FLAGS_END);
        int at = bigEndian ? FLAGS_END - 1 : FLAGS_AT;
        target.magic[at] = (byte) abi;
        target.mask[at] = (byte) MIPS_ABI2;
        return target;
    }

    private void fixed(int at, int... values) {
        for (int i = 0; i < values.length; i++) {
            magic[at + i] = (byte) values[i];
            mask[at + i] = (byte) 0xff;
        }
    }

    private void half(int at, int value, int bitsThatCount) {
        int first = bigEndian ? 8 : 0;
        magic[at] = (byte) (value >> first);
        magic[at + 1] = (byte) (value >> 8 - first);
        mask[at] = (byte) (bitsThatCount >> first);
        mask[at + 1] = (byte) (bitsThatCount >> 8 - first);
    }

    /**
     * Returns every target, in the order of their names.
     *
     * @return the targets
     */
    public static List<QemuTarget> all() {
        return ALL;
    }

    /**
     * Finds the target that runs programs of a platform.
     *
     * @param platform the platform, normalised or not; its variant plays no role
     * @return the target, or empty where QEMU has none or the system is not Linux
     */
    public static Optional<QemuTarget> of(Platform platform) {
        Platform wanted = platform.normalized();
        return wanted.os().equals("linux")
                ? Optional.ofNullable(BY_ARCHITECTURE.get(wanted.architecture()))
                : Optional.empty();
    }

    /**
     * Finds a target by QEMU's name of it.
     *
     * @param name the name, such as {@code aarch64}
     * @return the target, or empty if there is none of that name
     */
    public static Optional<QemuTarget> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /**
     * Finds the target a file is for.
     *
     * @param firstBytes the first bytes of the file, 40 of them or more if the file has as many
     * @return the target, or empty if this is no ELF program of a machine QEMU has
     */
    public static Optional<QemuTarget> of(byte[] firstBytes) {
        return ALL.stream().filter(target -> target.matches(firstBytes)).findFirst();
    }

    /**
     * Returns QEMU's name of the target; its emulator is {@code qemu-} and this.
     *
     * @return the name, such as {@code aarch64}
     */
    public String name() {
        return name;
    }

    /**
     * Returns the architecture as image specifications write it (Go's word; QEMU's own where Go has none).
     *
     * @return the architecture, such as {@code arm64}
     */
    public String architecture() {
        return architecture;
    }

    /**
     * Returns the platform without variant.
     *
     * @return the Linux platform
     */
    public Platform platform() {
        return Platform.of("linux", architecture);
    }

    int bits() {
        return bits;
    }

    boolean bigEndian() {
        return bigEndian;
    }

    int machine() {
        return machine;
    }

    /**
     * Returns the bytes its programs begin with, where {@link #mask} is set.
     *
     * @return a copy of the bytes
     */
    public byte[] magic() {
        return magic.clone();
    }

    /**
     * Returns which bits of {@link #magic} count.
     *
     * @return a copy of the mask, as long as the magic
     */
    public byte[] mask() {
        return mask.clone();
    }

    /**
     * Says whether a file is for this target, as a handler of the kernel would.
     *
     * @param firstBytes the first bytes of the file; the kernel takes missing ones for zero
     * @return true if it is
     */
    public boolean matches(byte[] firstBytes) {
        return BinfmtHandler.matches(firstBytes, 0, magic, mask);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof QemuTarget target && target.name.equals(name);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name);
    }

    /** Returns QEMU's name. */
    @Override
    public String toString() {
        return name;
    }
}
