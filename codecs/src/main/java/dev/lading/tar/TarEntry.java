package dev.lading.tar;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an archive says about one of its members: an immutable value without the content.
 *
 * <p>Names and link names are bytes, kept as they stand in the archive; the forms that take or give a {@code String}
 * are UTF-8. A folder's name ends with a slash when made here and is kept as found when read.
 *
 * <p>Times have the precision the archive gives; {@link TarWriter} writes whole seconds.
 */
public final class TarEntry {
    /** The largest user or group id: 32 bits, less the one value that the system calls read as «leave as it is». */
    public static final long MAX_ID = 0xfffffffeL;

    /** The largest device number that ustar holds; Linux has 4095 majors and 1048575 minors. */
    public static final int MAX_DEVICE = 07777777;

    private static final byte[] NONE = {};

    private final byte[] name;
    private final TarKind kind;
    private final long size;
    private final int mode;
    private final long userId;
    private final long groupId;
    private final Instant modified;
    private final byte[] linkName;
    private final byte[] userName;
    private final byte[] groupName;
    private final int deviceMajor;
    private final int deviceMinor;
    private final Map<String, byte[]> otherRecords;

    TarEntry(
            byte[] name,
            TarKind kind,
            long size,
            int mode,
            long userId,
            long groupId,
            Instant modified,
            byte[] linkName,
            byte[] userName,
            byte[] groupName,
            int deviceMajor,
            int deviceMinor,
            Map<String, byte[]> otherRecords) {
        this.name = name;
        this.kind = kind;
        this.size = size;
        this.mode = mode;
        this.userId = userId;
        this.groupId = groupId;
        this.modified = modified;
        this.linkName = linkName;
        this.userName = userName;
        this.groupName = groupName;
        this.deviceMajor = deviceMajor;
        this.deviceMinor = deviceMinor;
        this.otherRecords = otherRecords;
    }

    /**
     * A regular file, mode 0644.
     *
     * @param name its path in the archive
     * @param size the length of its content in bytes, at least 0
     * @return the entry
     * @throws IllegalArgumentException if the name is empty or holds a NUL, or the size is negative
     */
    public static TarEntry file(String name, long size) {
        return file(name.getBytes(UTF_8), size);
    }

    /**
     * A regular file, mode 0644.
     *
     * @param name its path in the archive, as bytes
     * @param size the length of its content in bytes, at least 0
     * @return the entry
     * @throws IllegalArgumentException if the name is empty or holds a NUL, or the size is negative
     */
    public static TarEntry file(byte[] name, long size) {
        if (size < 0) {
            throw new IllegalArgumentException("the size " + size + " of " + shown(name) + " is negative");
        }
        return made(checked(name, "name"), TarKind.FILE, size, 0644, NONE);
    }

    /**
     * A folder, mode 0755.
     *
     * @param name its path in the archive; a slash is added unless it ends with one
     * @return the entry
     * @throws IllegalArgumentException if the name is empty or holds a NUL
     */
    public static TarEntry folder(String name) {
        return folder(name.getBytes(UTF_8));
    }

    /**
     * A folder, mode 0755.
     *
     * @param name its path in the archive, as bytes; a slash is added unless it ends with one
     * @return the entry
     * @throws IllegalArgumentException if the name is empty or holds a NUL
     */
    public static TarEntry folder(byte[] name) {
        byte[] copy = checked(name, "name");
        if (copy[copy.length - 1] != '/') {
            copy = Arrays.copyOf(copy, copy.length + 1);
            copy[copy.length - 1] = '/';
        }
        return made(copy, TarKind.FOLDER, 0, 0755, NONE);
    }

    /**
     * A symbolic link, mode 0777.
     *
     * @param name its path in the archive
     * @param target what it points at: free text
     * @return the entry
     * @throws IllegalArgumentException if name or target is empty or holds a NUL
     */
    public static TarEntry symlink(String name, String target) {
        return symlink(name.getBytes(UTF_8), target.getBytes(UTF_8));
    }

    /**
     * A symbolic link, mode 0777.
     *
     * @param name its path in the archive, as bytes
     * @param target what it points at: free bytes
     * @return the entry
     * @throws IllegalArgumentException if name or target is empty or holds a NUL
     */
    public static TarEntry symlink(byte[] name, byte[] target) {
        return made(checked(name, "name"), TarKind.SYMLINK, 0, 0777, checked(target, "link name"));
    }

    /**
     * A hard link, mode 0644.
     *
     * @param name its path in the archive
     * @param target the path, in the archive, of the file it is a second name of
     * @return the entry
     * @throws IllegalArgumentException if name or target is empty or holds a NUL
     */
    public static TarEntry hardLink(String name, String target) {
        return hardLink(name.getBytes(UTF_8), target.getBytes(UTF_8));
    }

    /**
     * A hard link, mode 0644.
     *
     * @param name its path in the archive, as bytes
     * @param target the path, in the archive, of the file it is a second name of, as bytes
     * @return the entry
     * @throws IllegalArgumentException if name or target is empty or holds a NUL
     */
    public static TarEntry hardLink(byte[] name, byte[] target) {
        return made(checked(name, "name"), TarKind.HARD_LINK, 0, 0644, checked(target, "link name"));
    }

    /**
     * A device or a named pipe, mode 0644.
     *
     * @param kind character device, block device or fifo
     * @param name its path in the archive, as bytes
     * @param major the device's major number, 0 to {@link #MAX_DEVICE}; 0 for a fifo
     * @param minor the device's minor number, 0 to {@link #MAX_DEVICE}; 0 for a fifo
     * @return the entry
     * @throws IllegalArgumentException if the name is empty or holds a NUL, the kind is another, or a number is out of
     *     range
     */
    public static TarEntry special(TarKind kind, byte[] name, int major, int minor) {
        boolean device = kind == TarKind.CHARACTER_DEVICE || kind == TarKind.BLOCK_DEVICE;
        if (!device && kind != TarKind.FIFO) {
            throw new IllegalArgumentException(shown(name) + " as " + kind + " is neither a device nor a fifo");
        }
        int max = device ? MAX_DEVICE : 0;
        if (major < 0 || major > max || minor < 0 || minor > max) {
            throw new IllegalArgumentException(
                    "device number " + major + ":" + minor + " of " + shown(name) + " is not between 0 and " + max);
        }
        return made(checked(name, "name"), kind, 0, 0644, NONE, major, minor);
    }

    /**
     * This entry with one more pax record that none of the other methods shows, such as an extended attribute
     * ({@code SCHILY.xattr.user.note}); a record of the same key is replaced.
     *
     * @param key the key, no {@code =} and no NUL in it
     * @param value the value, not empty: pax reads an empty value as «no record»
     * @return the entry
     * @throws IllegalArgumentException if the key is not fit or belongs to another method, or the value is empty
     */
    public TarEntry withRecord(String key, byte[] value) {
        boolean fit = !key.isEmpty() && key.indexOf('=') < 0 && key.indexOf('\0') < 0 && value.length > 0;
        if (!fit || PaxRecords.isShown(key)) {
            throw new IllegalArgumentException(
                    "the pax record " + shown(key.getBytes(UTF_8)) + " cannot be given to " + shownName());
        }
        Map<String, byte[]> records = new TreeMap<>(otherRecords);
        records.put(key, value.clone());
        return with(mode, userId, groupId, modified, userName, groupName, records);
    }

    /**
     * This entry with other permission bits.
     *
     * @param mode 0 to 07777: permissions, set-user-id, set-group-id, sticky
     * @return the entry
     * @throws IllegalArgumentException if other bits are set
     */
    public TarEntry withMode(int mode) {
        if ((mode & ~07777) != 0) {
            throw new IllegalArgumentException(
                    "mode 0" + Integer.toOctalString(mode) + " of " + shownName() + " has bits beyond 07777");
        }
        return with(mode, userId, groupId, modified, userName, groupName, otherRecords);
    }

    /**
     * This entry with another owner, by number.
     *
     * @param userId 0 to {@link #MAX_ID}
     * @param groupId 0 to {@link #MAX_ID}
     * @return the entry
     * @throws IllegalArgumentException if an id is out of range
     */
    public TarEntry withOwner(long userId, long groupId) {
        if (userId < 0 || userId > MAX_ID || groupId < 0 || groupId > MAX_ID) {
            throw new IllegalArgumentException(
                    "owner " + userId + ":" + groupId + " of " + shownName() + " is not between 0 and " + MAX_ID);
        }
        return with(mode, userId, groupId, modified, userName, groupName, otherRecords);
    }

    /**
     * This entry with another time of modification.
     *
     * @param modified the time; {@link TarWriter} writes whole seconds of it
     * @return the entry
     */
    public TarEntry withModified(Instant modified) {
        Objects.requireNonNull(modified, "modified");
        return with(mode, userId, groupId, modified, userName, groupName, otherRecords);
    }

    /**
     * This entry with the owner's names beside its numbers. Most tools that unpack prefer the numbers, some the names.
     *
     * @param user the owner's name; empty for none
     * @param group the group's name; empty for none
     * @return the entry
     * @throws IllegalArgumentException if a name holds a NUL
     */
    public TarEntry withOwnerNames(String user, String group) {
        if (user.indexOf('\0') >= 0 || group.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name of an owner of " + shownName() + " holds a NUL");
        }
        return with(mode, userId, groupId, modified, user.getBytes(UTF_8), group.getBytes(UTF_8), otherRecords);
    }

    /**
     * The path in the archive, as it stands there.
     *
     * @return a copy of the bytes, never empty
     */
    public byte[] name() {
        return name.clone();
    }

    /**
     * The path in the archive, read as UTF-8; bytes that are none become U+FFFD.
     *
     * @return the text
     */
    public String nameText() {
        return new String(name, UTF_8);
    }

    /**
     * The path in a form that is safe to print: control characters, the backslash and bytes that are no UTF-8 are
     * shown as {@code \xNN}.
     *
     * @return the text, in double quotes
     */
    public String shownName() {
        return shown(name);
    }

    /**
     * What the entry is.
     *
     * @return the kind
     */
    public TarKind kind() {
        return kind;
    }

    /**
     * The length of the content.
     *
     * @return the number of bytes; 0 for everything but a file
     */
    public long size() {
        return size;
    }

    /**
     * The permission bits.
     *
     * @return 0 to 07777
     */
    public int mode() {
        return mode;
    }

    /**
     * The owner's number.
     *
     * @return 0 to {@link #MAX_ID}
     */
    public long userId() {
        return userId;
    }

    /**
     * The group's number.
     *
     * @return 0 to {@link #MAX_ID}
     */
    public long groupId() {
        return groupId;
    }

    /**
     * When the content was last changed.
     *
     * @return the time
     */
    public Instant modified() {
        return modified;
    }

    /**
     * What a link points at, as it stands in the archive.
     *
     * @return a copy of the bytes; empty unless this is a symbolic or a hard link
     */
    public byte[] linkName() {
        return linkName.clone();
    }

    /**
     * What a link points at, read as UTF-8; bytes that are none become U+FFFD.
     *
     * @return the text; empty unless this is a symbolic or a hard link
     */
    public String linkNameText() {
        return new String(linkName, UTF_8);
    }

    /**
     * What a link points at, in a form that is safe to print, as {@link #shownName()}.
     *
     * @return the text, in double quotes
     */
    public String shownLinkName() {
        return shown(linkName);
    }

    /**
     * The owner's name.
     *
     * @return the text, read as UTF-8; empty if there is none
     */
    public String userName() {
        return new String(userName, UTF_8);
    }

    /**
     * The group's name.
     *
     * @return the text, read as UTF-8; empty if there is none
     */
    public String groupName() {
        return new String(groupName, UTF_8);
    }

    /**
     * A device's major number.
     *
     * @return the number; 0 for everything but a device
     */
    public int deviceMajor() {
        return deviceMajor;
    }

    /**
     * A device's minor number.
     *
     * @return the number; 0 for everything but a device
     */
    public int deviceMinor() {
        return deviceMinor;
    }

    /**
     * The keys of the pax records that none of the other methods shows, such as {@code SCHILY.xattr.user.note}.
     *
     * @return the keys in byte order; {@link #otherRecord} gives their values
     */
    public Set<String> otherRecordKeys() {
        return Collections.unmodifiableSet(otherRecords.keySet());
    }

    /**
     * The value of a pax record that none of the other methods shows.
     *
     * @param key one of {@link #otherRecordKeys()}
     * @return a copy of the bytes
     * @throws IllegalArgumentException if there is no such record
     */
    public byte[] otherRecord(String key) {
        byte[] value = otherRecords.get(key);
        if (value == null) {
            throw new IllegalArgumentException(shownName() + " has no pax record " + key);
        }
        return value.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TarEntry that
                && Arrays.equals(name, that.name)
                && kind == that.kind
                && size == that.size
                && mode == that.mode
                && userId == that.userId
                && groupId == that.groupId
                && modified.equals(that.modified)
                && Arrays.equals(linkName, that.linkName)
                && Arrays.equals(userName, that.userName)
                && Arrays.equals(groupName, that.groupName)
                && deviceMajor == that.deviceMajor
                && deviceMinor == that.deviceMinor
                && sameRecords(otherRecords, that.otherRecords);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(name), kind, size, mode, modified);
    }

    /** For people: kind, shown name, size, mode, owner, time. */
    @Override
    public String toString() {
        return kind + " " + shownName() + (linkName.length > 0 ? " -> " + shownLinkName() : "") + " " + size + " 0"
                + Integer.toOctalString(mode) + " " + userId + ":" + groupId + " " + modified;
    }

    /** A name for messages and terminals: nothing in it can move the cursor or forge a line. */
    static String shown(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length + 2).append('"');
        int i = 0;
        while (i < bytes.length) {
            int length = Utf8.sequenceLength(bytes, i);
            if (length == 0) {
                escape(text, bytes[i]);
                i++;
                continue;
            }
            String character = new String(bytes, i, length, UTF_8);
            int code = character.codePointAt(0);
            if (isPlain(code)) {
                text.append(character);
            } else {
                for (int k = i; k < i + length; k++) {
                    escape(text, bytes[k]);
                }
            }
            i += length;
        }
        return text.append('"').toString();
    }

    private static boolean isPlain(int code) {
        return switch (Character.getType(code)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> code != '\\' && code != '"';
        };
    }

    private static void escape(StringBuilder text, byte b) {
        text.append("\\x").append(Character.forDigit((b >> 4) & 0xf, 16)).append(Character.forDigit(b & 0xf, 16));
    }

    /** The raw bytes, not copied; for this package only. */
    byte[] rawName() {
        return name;
    }

    byte[] rawLinkName() {
        return linkName;
    }

    byte[] rawUserName() {
        return userName;
    }

    byte[] rawGroupName() {
        return groupName;
    }

    Map<String, byte[]> rawOtherRecords() {
        return otherRecords;
    }

    /** This entry with what can be changed of it; the rest stays. */
    private TarEntry with(
            int mode,
            long userId,
            long groupId,
            Instant modified,
            byte[] userName,
            byte[] groupName,
            Map<String, byte[]> otherRecords) {
        return new TarEntry(
                name,
                kind,
                size,
                mode,
                userId,
                groupId,
                modified,
                linkName,
                userName,
                groupName,
                deviceMajor,
                deviceMinor,
                otherRecords);
    }

    private static TarEntry made(byte[] name, TarKind kind, long size, int mode, byte[] linkName) {
        return made(name, kind, size, mode, linkName, 0, 0);
    }

    private static TarEntry made(
            byte[] name, TarKind kind, long size, int mode, byte[] linkName, int deviceMajor, int deviceMinor) {
        return new TarEntry(
                name, kind, size, mode, 0, 0, Instant.EPOCH, linkName, NONE, NONE, deviceMajor, deviceMinor, Map.of());
    }

    private static byte[] checked(byte[] text, String what) {
        if (text.length == 0) {
            throw new IllegalArgumentException("the " + what + " of a tar entry is empty");
        }
        for (byte b : text) {
            if (b == 0) {
                throw new IllegalArgumentException("the " + what + " " + shown(text) + " holds a NUL");
            }
        }
        return text.clone();
    }

    private static boolean sameRecords(Map<String, byte[]> one, Map<String, byte[]> other) {
        if (!one.keySet().equals(other.keySet())) {
            return false;
        }
        return one.entrySet().stream().allMatch(e -> Arrays.equals(e.getValue(), other.get(e.getKey())));
    }
}
