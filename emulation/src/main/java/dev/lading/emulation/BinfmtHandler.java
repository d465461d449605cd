package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.InvalidInputException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A handler of binfmt_misc: which files it takes, by their first bytes or by their extension, and what is started for them.
 *
 * <p>Made for a target of QEMU to be registered, or read from the kernel. Immutable.
 */
public final class BinfmtHandler {
    /** The kernel refuses a longer line (fs/binfmt_misc.c; measured). */
    private static final int MAX_LINE_BYTES = 1920;

    private static final int MAX_NAME_BYTES = 255;
    /** What may stand between the fields, the usual one first; the first that no field holds is taken. */
    private static final String DELIMITERS = ":,;|!#%&+=@~^";

    private final String name;
    private final String interpreter;
    private final String flagLetters;
    private final boolean enabled;
    private final int offset;
    private final byte[] magic;
    private final byte[] mask;
    private final String extension;

    private BinfmtHandler(
            String name,
            String interpreter,
            String flagLetters,
            boolean enabled,
            int offset,
            byte[] magic,
            byte[] mask,
            String extension) {
        this.name = name;
        this.interpreter = interpreter;
        this.flagLetters = flagLetters;
        this.enabled = enabled;
        this.offset = offset;
        this.magic = magic;
        this.mask = mask;
        this.extension = extension;
    }

    /**
     * The handler for a target of QEMU.
     *
     * @param name the name of the kernel's entry: no slash, no control character, at most 255 bytes, and not {@code register}
     *     or {@code status}
     * @param target which programs it takes
     * @param interpreter the absolute path of the emulator
     * @param flags what the kernel does when it starts it
     * @return the handler, enabled
     * @throws InvalidInputException if the kernel would refuse name, path or the length of it all
     */
    public static BinfmtHandler of(String name, QemuTarget target, String interpreter, Set<BinfmtFlag> flags) {
        checkName(name);
        EnumSet<BinfmtFlag> all = EnumSet.noneOf(BinfmtFlag.class);
        all.addAll(flags);
        if (all.contains(BinfmtFlag.CREDENTIALS)) {
            // As the kernel has it, and shows it afterwards.
            all.add(BinfmtFlag.OPEN_BINARY);
        }
        if (!interpreter.startsWith("/") || interpreter.chars().anyMatch(c -> c < 0x20)) {
            throw new InvalidInputException("the interpreter «" + printable(interpreter)
                    + "» of a handler is no absolute path; the kernel would look for it in each caller's folder");
        }
        BinfmtHandler handler = new BinfmtHandler(
                name, interpreter, BinfmtFlag.letters(all), true, 0, target.magic(), target.mask(), "");
        if (handler.registerLine().getBytes(UTF_8).length > MAX_LINE_BYTES) {
            throw new InvalidInputException("the line that registers " + name + " is longer than the " + MAX_LINE_BYTES
                    + " bytes the kernel takes; give the emulator a shorter path than " + interpreter);
        }
        return handler;
    }

    static void checkName(String name) {
        boolean reserved = Set.of("", ".", "..", "register", "status").contains(name);
        if (reserved
                || name.getBytes(UTF_8).length > MAX_NAME_BYTES
                || name.chars().anyMatch(c -> c == '/' || c < 0x20 || c == 0x7f)) {
            throw new InvalidInputException(
                    "«" + printable(name)
                            + "» cannot be the name of a handler: a name has no slash, at most 255 bytes, and is not «register» or «status»");
        }
    }

    private static String printable(String text) {
        return text.chars()
                .mapToObj(c -> c < 0x20 || c == 0x7f ? String.format("\\u%04x", c) : Character.toString((char) c))
                .collect(Collectors.joining());
    }

    /**
     * Reads what the kernel says of a handler. Lines and flags that are not known are left out of the facts, for newer
     * kernels have more of both.
     *
     * @param name the entry's name
     * @param text the entry's text
     * @return the handler
     * @throws InvalidInputException if the text says no interpreter, or what it says cannot be read
     */
    static BinfmtHandler parse(String name, String text) {
        boolean enabled = false;
        String interpreter = "";
        String flags = "";
        int offset = 0;
        String extension = "";
        byte[] magic = {};
        byte[] mask = {};
        try {
            for (String line : text.split("\n", -1)) {
                int space = line.indexOf(' ');
                String key = space < 0 ? line : line.substring(0, space);
                String value = space < 0 ? "" : line.substring(space + 1);
                switch (key) {
                    case "enabled" -> enabled = true;
                    case "interpreter" -> interpreter = value;
                    case "flags:" -> flags = value.strip();
                    case "offset" -> offset = Integer.parseInt(value.strip());
                    case "extension" -> extension = value.startsWith(".") ? value.substring(1) : value;
                    case "magic" -> magic = HexFormat.of().parseHex(value.strip());
                    case "mask" -> mask = HexFormat.of().parseHex(value.strip());
                    default -> {
                        // «disabled» is not being enabled; what newer kernels add is for newer versions.
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException("the handler " + name + " says what cannot be read: " + e.getMessage(), e);
        }
        if (interpreter.isEmpty()) {
            throw new InvalidInputException("the handler " + name + " names no interpreter");
        }
        if (mask.length != magic.length) {
            mask = new byte[magic.length];
            Arrays.fill(mask, (byte) 0xff);
        }
        return new BinfmtHandler(name, interpreter, flags, enabled, offset, magic, mask, extension);
    }

    /**
     * Returns the name of the kernel's entry.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns what is started; a text, for it is a path in the root file system of whoever registered it.
     *
     * @return the path of the interpreter
     */
    public String interpreter() {
        return interpreter;
    }

    /**
     * Returns what the kernel does when it starts it, as far as it is known here.
     *
     * @return the flags
     */
    public Set<BinfmtFlag> flags() {
        EnumSet<BinfmtFlag> flags = EnumSet.noneOf(BinfmtFlag.class);
        for (BinfmtFlag flag : BinfmtFlag.values()) {
            if (flagLetters.indexOf(flag.letter()) >= 0) {
                flags.add(flag);
            }
        }
        return Collections.unmodifiableSet(flags);
    }

    /**
     * Returns all flags as the kernel writes them, those of newer kernels too.
     *
     * @return the letters
     */
    public String flagLetters() {
        return flagLetters;
    }

    /**
     * Says whether the kernel starts it.
     *
     * @return true if it is enabled
     */
    public boolean enabled() {
        return enabled;
    }

    /**
     * Returns where in the file {@link #magic} is looked for.
     *
     * @return the offset in bytes
     */
    public int offset() {
        return offset;
    }

    /**
     * Returns the bytes that a file must hold; empty if it is told by its extension.
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
     * Returns the extension its files have.
     *
     * @return the extension without dot, or empty if files are told by their bytes
     */
    public Optional<String> extension() {
        return extension.isEmpty() ? Optional.empty() : Optional.of(extension);
    }

    /**
     * Says whether the kernel would start this handler for a file, were it enabled.
     *
     * @param fileName the name the file is started by
     * @param firstBytes its first bytes, up to 256 of them
     * @return true if it takes the file
     */
    public boolean takes(String fileName, byte[] firstBytes) {
        if (!extension.isEmpty()) {
            int dot = fileName.lastIndexOf('.');
            return dot >= 0 && fileName.substring(dot + 1).equals(extension);
        }
        return magic.length > 0 && matches(firstBytes, offset, magic, mask);
    }

    /** The kernel compares a buffer that is filled with zeros behind a short file. */
    static boolean matches(byte[] firstBytes, int offset, byte[] magic, byte[] mask) {
        for (int i = 0; i < magic.length; i++) {
            int at = offset + i;
            int there = at < firstBytes.length ? firstBytes[at] : 0;
            if (((there ^ magic[i]) & mask[i]) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the line that registers it: to be written by one write, followed by nothing or one line feed. It is also a
     * line of a file in {@code /etc/binfmt.d}.
     *
     * @return the line; its delimiter is one that no field holds
     * @throws InvalidInputException if the path holds every character that could delimit the fields
     */
    public String registerLine() {
        String type = extension.isEmpty() ? "M" : "E";
        String what = extension.isEmpty() ? escaped(magic) : extension;
        List<String> fields = List.of(
                name,
                type,
                extension.isEmpty() ? Integer.toString(offset) : "",
                what,
                extension.isEmpty() ? escaped(mask) : "",
                interpreter,
                flagLetters);
        String delimiter = DELIMITERS
                .chars()
                .mapToObj(Character::toString)
                .filter(d -> fields.stream().noneMatch(field -> field.contains(d)))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("the path " + interpreter
                        + " holds every character that can stand between the fields; give the emulator a plainer one"));
        return delimiter + String.join(delimiter, fields);
    }

    /** All bytes as {@code \xHH}: a raw zero would end the field. */
    static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(String.format(Locale.ROOT, "\\x%02x", b & 0xff));
        }
        return text.toString();
    }

    /** Two handlers are equal if they say the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof BinfmtHandler handler
                && name.equals(handler.name)
                && enabled == handler.enabled
                && flagLetters.equals(handler.flagLetters)
                && sameMatch(handler);
    }

    /** Says whether another handler takes the same files and starts the same for them. */
    boolean sameMatch(BinfmtHandler other) {
        return interpreter.equals(other.interpreter)
                && offset == other.offset
                && Arrays.equals(magic, other.magic)
                && Arrays.equals(mask, other.mask)
                && extension.equals(other.extension);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, interpreter, flagLetters, enabled, offset, Arrays.hashCode(magic), extension);
    }

    /** Returns name, interpreter and flags for a message. */
    @Override
    public String toString() {
        return name + " (" + interpreter + (flagLetters.isEmpty() ? "" : ", " + flagLetters)
                + (enabled ? ")" : ", disabled)");
    }
}
