package dev.lading.oci.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One name in a {@link FileTree}: what it stands for after all layers have been applied.
 *
 * <p>Paths and link targets are bytes; the forms that give a {@code String} read them as UTF-8. Immutable, safe for use by
 * many threads. Two entries are equal if they are the same name in the same tree.
 */
public final class FileEntry {
    private final Node node;

    FileEntry(Node node) {
        this.node = node;
    }

    /**
     * The path from the root, without a slash at either end.
     *
     * @return the bytes; empty for the root itself
     */
    public byte[] path() {
        return node.fullName().getBytes(ISO_8859_1);
    }

    /**
     * The path from the root, read as UTF-8; bytes that are none become U+FFFD.
     *
     * @return the text, without a slash at either end; empty for the root itself
     */
    public String pathText() {
        return new String(path(), UTF_8);
    }

    /**
     * The path in a form that is safe to print, as {@link TarEntry#shownName()}.
     *
     * @return the text, in double quotes
     */
    public String shownPath() {
        return shown(node.fullName());
    }

    /**
     * What this is.
     *
     * @return the kind; never a hard link: each name of a file is a file
     */
    public TarKind kind() {
        return node.kind();
    }

    /**
     * The length of a file.
     *
     * @return bytes; 0 for all else
     */
    public long size() {
        return node.inode().size();
    }

    /**
     * The permission bits.
     *
     * @return 0 to 07777
     */
    public int mode() {
        return node.inode().mode();
    }

    /**
     * The owner's number.
     *
     * @return 0 to {@link TarEntry#MAX_ID}
     */
    public long userId() {
        return node.inode().userId();
    }

    /**
     * The group's number.
     *
     * @return 0 to {@link TarEntry#MAX_ID}
     */
    public long groupId() {
        return node.inode().groupId();
    }

    /**
     * When the content was last changed, as the layer says.
     *
     * @return the time; 1970 for a folder that no layer describes
     */
    public Instant modified() {
        return node.inode().modified();
    }

    /**
     * What a symbolic link points at.
     *
     * @return the bytes; empty for all else
     */
    public byte[] target() {
        return node.inode().target().getBytes(ISO_8859_1);
    }

    /**
     * What a symbolic link points at, read as UTF-8.
     *
     * @return the text; empty for all else
     */
    public String targetText() {
        return new String(target(), UTF_8);
    }

    /**
     * A device's major number.
     *
     * @return the number; 0 for all else
     */
    public int deviceMajor() {
        return node.inode().deviceMajor();
    }

    /**
     * A device's minor number.
     *
     * @return the number; 0 for all else
     */
    public int deviceMinor() {
        return node.inode().deviceMinor();
    }

    /**
     * The extended attributes, such as {@code security.capability}.
     *
     * @return name to a copy of the value, in order of the names
     */
    public Map<String, byte[]> attributes() {
        Map<String, byte[]> copy = new LinkedHashMap<>();
        node.inode().attributes().forEach((name, value) -> copy.put(name, value.clone()));
        return copy;
    }

    /**
     * Which layer brought what is here.
     *
     * @return the layer's number, from the bottom, counted from 0
     */
    public int layer() {
        return node.inode().layer();
    }

    /**
     * How many names this file has in the tree.
     *
     * @return the number of its hard links, itself counted; 1 for folders
     */
    public int names() {
        return node.inode().names();
    }

    /**
     * Whether another entry is a name of the same file: a hard link, or this very name.
     *
     * @param other another entry of the same tree
     * @return whether both stand for one file
     */
    public boolean isSameFile(FileEntry other) {
        return node.inode() == other.node.inode();
    }

    Node node() {
        return node;
    }

    static String shown(String latin1) {
        return TarEntry.file(latin1.isEmpty() ? new byte[] {'/'} : latin1.getBytes(ISO_8859_1), 0)
                .shownName();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FileEntry that && node == that.node;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(node);
    }

    /** For people: kind, path, size, mode, owner. */
    @Override
    public String toString() {
        return kind() + " " + shownPath() + " " + size() + " 0" + Integer.toOctalString(mode()) + " " + userId() + ":"
                + groupId();
    }
}
