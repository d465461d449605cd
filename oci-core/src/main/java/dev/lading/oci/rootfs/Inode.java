package dev.lading.oci.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * What names stand for: the facts of one entry, shared by all its hard links. Kept small, for a large image has hundreds of
 * thousands; bytes of text are held as Latin-1, one character a byte.
 */
final class Inode {
    private static final String SCHILY = "SCHILY.xattr.";
    private static final String LIBARCHIVE = "LIBARCHIVE.xattr.";

    private final TarKind kind;
    private final int mode;
    private final int userId;
    private final int groupId;
    private final long seconds;
    private final int nanos;
    private final long size;
    private final String target;
    private final int deviceMajor;
    private final int deviceMinor;
    private final Map<String, byte[]> attributes;
    private final int layer;
    private final int ordinal;
    private int names = 1;

    private Inode(TarEntry entry, int layer, int ordinal) {
        this.kind = entry.kind();
        this.mode = entry.mode();
        this.userId = (int) entry.userId();
        this.groupId = (int) entry.groupId();
        Instant modified = entry.modified();
        this.seconds = modified.getEpochSecond();
        this.nanos = modified.getNano();
        this.size = entry.size();
        this.target = kind == TarKind.SYMLINK ? new String(entry.linkName(), ISO_8859_1) : "";
        this.deviceMajor = entry.deviceMajor();
        this.deviceMinor = entry.deviceMinor();
        this.attributes = attributes(entry);
        this.layer = layer;
        this.ordinal = ordinal;
    }

    /** What an entry says, the number of the entry in its layer counted from 0. */
    static Inode of(TarEntry entry, int layer, int ordinal) {
        return new Inode(entry, layer, ordinal);
    }

    /** A folder that entries lie in and none describes. */
    static Inode impliedFolder(int layer) {
        return new Inode(TarEntry.folder("implied"), layer, -1);
    }

    /** Both spellings of an extended attribute in a pax header; where an entry has both, star's own bytes hold. */
    private static Map<String, byte[]> attributes(TarEntry entry) {
        if (entry.otherRecordKeys().isEmpty()) {
            return Map.of();
        }
        Map<String, byte[]> found = new TreeMap<>();
        for (String key : entry.otherRecordKeys()) {
            if (key.startsWith(LIBARCHIVE)) {
                fromLibarchive(key.substring(LIBARCHIVE.length()), entry.otherRecord(key), found);
            }
        }
        for (String key : entry.otherRecordKeys()) {
            if (key.startsWith(SCHILY) && key.length() > SCHILY.length()) {
                found.put(key.substring(SCHILY.length()), entry.otherRecord(key));
            }
        }
        return found.isEmpty() ? Map.of() : found;
    }

    /** The name is escaped as in a URL and the value is base64; what is neither says nothing. */
    private static void fromLibarchive(String name, byte[] value, Map<String, byte[]> found) {
        try {
            String decoded = URLDecoder.decode(name.replace("+", "%2B"), UTF_8);
            String text = new String(value, US_ASCII).replace("=", "");
            if (!decoded.isEmpty()) {
                found.put(decoded, Base64.getDecoder().decode(text));
            }
        } catch (IllegalArgumentException e) {
            // not an attribute, then
        }
    }

    /** The pax record that says an extended attribute, as every tool reads it. */
    static String recordKey(String attribute) {
        return SCHILY + attribute;
    }

    TarKind kind() {
        return kind;
    }

    boolean isFolder() {
        return kind == TarKind.FOLDER;
    }

    int mode() {
        return mode;
    }

    long userId() {
        return userId & 0xffffffffL;
    }

    long groupId() {
        return groupId & 0xffffffffL;
    }

    Instant modified() {
        return Instant.ofEpochSecond(seconds, nanos);
    }

    long size() {
        return size;
    }

    /** A symbolic link's target, one character a byte; empty for all else. */
    String target() {
        return target;
    }

    int deviceMajor() {
        return deviceMajor;
    }

    int deviceMinor() {
        return deviceMinor;
    }

    /** Extended attributes by name, in order; never changed. */
    Map<String, byte[]> attributes() {
        return attributes;
    }

    /** The layer that brought it, from the bottom, counted from 0. */
    int layer() {
        return layer;
    }

    /** Which entry of its layer it is; -1 if none describes it. */
    int ordinal() {
        return ordinal;
    }

    /** What it keeps in memory beyond a fixed measure. */
    long keptBytes() {
        long bytes = target.length();
        for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
            bytes += attribute.getKey().length() + attribute.getValue().length;
        }
        return bytes;
    }

    int names() {
        return names;
    }

    void named() {
        names++;
    }

    void unnamed() {
        names--;
    }
}
