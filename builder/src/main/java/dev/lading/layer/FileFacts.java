package dev.lading.layer;

import dev.lading.tar.TarKind;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a file system says of a file without opening it.
 *
 * @param kind file, folder or symbolic link; empty for anything else
 * @param size of a file, in bytes
 * @param modified when its content was last changed
 * @param key what the file system knows the file by, if it tells
 * @param mode permissions, set-user-id, set-group-id and sticky, if it has them; without detail only the first are known
 * @param detail what is asked for only where it is needed, if the file system tells
 */
record FileFacts(
        Optional<TarKind> kind,
        long size,
        FileTime modified,
        Optional<Object> key,
        OptionalInt mode,
        Optional<Detail> detail) {

    /**
     * What only Unix tells.
     *
     * @param userId the owner's number
     * @param groupId the group's number
     * @param links how many names the file has
     * @param changed when anything about the file was last changed; programs cannot set it
     */
    record Detail(long userId, long groupId, int links, FileTime changed) {}

    private static final int KIND_BITS = 0170000;
    private static final int FILE_BITS = 0100000;
    private static final int FOLDER_BITS = 0040000;
    private static final int SYMLINK_BITS = 0120000;
    private static final Optional<TarKind> FILE = Optional.of(TarKind.FILE);
    private static final Optional<TarKind> FOLDER = Optional.of(TarKind.FOLDER);
    private static final Optional<TarKind> SYMLINK = Optional.of(TarKind.SYMLINK);
    private static final String ALL = "unix:mode,size,lastModifiedTime,fileKey,uid,gid,nlink,ctime";
    private static final String MORE = "unix:uid,gid,nlink,ctime";

    /** One way of asking, chosen once for a file system: each file is asked once. */
    @FunctionalInterface
    interface Reader {
        FileFacts read(Path file) throws IOException;
    }

    /** A reader for a file system; without {@code detail} only what every layer needs is asked for. */
    static Reader reader(FileSystem system, boolean detail) {
        Set<String> views = system.supportedFileAttributeViews();
        if (detail && views.contains("unix")) {
            return system.equals(FileSystems.getDefault()) ? FileFacts::unix : FileFacts::posixWithDetail;
        }
        return views.contains("posix") ? FileFacts::posix : FileFacts::basic;
    }

    private static FileFacts basic(Path file) throws IOException {
        return of(
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS), OptionalInt.empty());
    }

    private static FileFacts posix(Path file) throws IOException {
        PosixFileAttributes found = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return of(found, OptionalInt.of(bits(found.permissions())));
    }

    private static FileFacts of(BasicFileAttributes found, OptionalInt mode) {
        Optional<TarKind> kind = found.isRegularFile()
                ? FILE
                : found.isDirectory() ? FOLDER : found.isSymbolicLink() ? SYMLINK : Optional.empty();
        return new FileFacts(
                kind,
                found.size(),
                found.lastModifiedTime(),
                Optional.ofNullable(found.fileKey()),
                mode,
                Optional.empty());
    }

    private static int bits(Set<PosixFilePermission> permissions) {
        int bits = 0;
        for (PosixFilePermission permission : permissions) {
            bits |= switch (permission) {
                case OWNER_READ -> 0400;
                case OWNER_WRITE -> 0200;
                case OWNER_EXECUTE -> 0100;
                case GROUP_READ -> 040;
                case GROUP_WRITE -> 020;
                case GROUP_EXECUTE -> 010;
                case OTHERS_READ -> 04;
                case OTHERS_WRITE -> 02;
                case OTHERS_EXECUTE -> 01;
            };
        }
        return bits;
    }

    /** One system call for all, on the host's own file system. */
    private static FileFacts unix(Path file) throws IOException {
        Map<String, Object> found = Files.readAttributes(file, ALL, LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) value(found, "mode");
        Optional<TarKind> kind = switch (mode & KIND_BITS) {
            case FILE_BITS -> FILE;
            case FOLDER_BITS -> FOLDER;
            case SYMLINK_BITS -> SYMLINK;
            default -> Optional.empty();
        };
        return new FileFacts(
                kind,
                (Long) value(found, "size"),
                (FileTime) value(found, "lastModifiedTime"),
                Optional.ofNullable(found.get("fileKey")),
                OptionalInt.of(mode & 07777),
                Optional.of(detail(found)));
    }

    /** Other file systems may have Unix's view and mean less by it: of it only the detail is taken. */
    private static FileFacts posixWithDetail(Path file) throws IOException {
        FileFacts facts = posix(file);
        Map<String, Object> found = Files.readAttributes(file, MORE, LinkOption.NOFOLLOW_LINKS);
        return new FileFacts(facts.kind, facts.size, facts.modified, facts.key, facts.mode, Optional.of(detail(found)));
    }

    private static Detail detail(Map<String, Object> found) {
        return new Detail(
                Integer.toUnsignedLong((Integer) value(found, "uid")),
                Integer.toUnsignedLong((Integer) value(found, "gid")),
                (Integer) value(found, "nlink"),
                (FileTime) value(found, "ctime"));
    }

    private static Object value(Map<String, Object> found, String name) {
        return Objects.requireNonNull(found.get(name), name);
    }

    /** Whether another look sees the same file, as far as the default look tells. */
    boolean sameAs(BasicFileAttributes now) {
        return now.isRegularFile()
                && now.size() == size
                && now.lastModifiedTime().equals(modified)
                && Optional.ofNullable(now.fileKey()).equals(key);
    }

    /** The later of the times at which content or anything else was changed. */
    Instant lastChange() {
        Instant content = modified.toInstant();
        Instant any = detail.map(d -> d.changed().toInstant()).orElse(content);
        return any.isAfter(content) ? any : content;
    }
}
