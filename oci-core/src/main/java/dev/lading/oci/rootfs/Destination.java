package dev.lading.oci.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.ConflictException;
import dev.lading.oci.LadingException;
import dev.lading.oci.UnsupportedException;
import dev.lading.tar.TarEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folder that layers are unpacked into: makes and takes away single names, never through a link, and takes everything
 * away again on failure. Which paths are right is for {@link Changesets} to know.
 */
final class Destination {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path root;

    /** The topmost folder that was made for this run; null if the root was there. */
    private final @Nullable Path made;

    private final boolean posix;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    private Destination(Path root, @Nullable Path made, boolean posix) {
        this.root = root;
        this.made = made;
        this.posix = posix;
    }

    static Destination prepare(Path folder) {
        Path absolute = folder.toAbsolutePath();
        Path made = null;
        try {
            if (Files.exists(absolute)) {
                if (!Files.isDirectory(absolute)) {
                    throw new ConflictException(folder + " is no folder; name a folder that is absent or empty");
                }
                try (DirectoryStream<Path> names = Files.newDirectoryStream(absolute)) {
                    if (names.iterator().hasNext()) {
                        throw new ConflictException(folder
                                + " is not empty; an image is only unpacked into a folder that is absent or empty");
                    }
                }
            } else {
                made = absolute;
                for (Path up = made.getParent(); up != null && Files.notExists(up); up = up.getParent()) {
                    made = up;
                }
                Files.createDirectories(absolute);
            }
            Path real = absolute.toRealPath();
            boolean posix = Files.getFileAttributeView(real, PosixFileAttributeView.class) != null;
            return new Destination(real, made, posix);
        } catch (IOException e) {
            throw LadingException.from("cannot make the folder " + folder, e);
        }
    }

    Path root() {
        return root;
    }

    // ---- names ----

    /**
     * The path of a name in a folder, byte by byte where the file system can.
     *
     * @throws UnsupportedException if the file system cannot hold the name
     */
    Path child(Path folder, String latin1) {
        Path child;
        try {
            child = isAscii(latin1) ? folder.resolve(latin1) : folder.resolve(utf8(latin1));
        } catch (InvalidPathException | CharacterCodingException e) {
            child = byUri(folder, latin1, e);
        }
        // what a file system takes apart or renames, such as «a\b» or «c:» on Windows, is not one step below
        boolean oneStep = child.getNameCount() == folder.getNameCount() + 1 && folder.equals(child.getParent());
        if (!oneStep || !isFit(latin1)) {
            throw cannotHold(latin1, null);
        }
        return child;
    }

    private static String utf8(String latin1) throws CharacterCodingException {
        return UTF_8.newDecoder()
                .decode(ByteBuffer.wrap(latin1.getBytes(ISO_8859_1)))
                .toString();
    }

    private static boolean isAscii(String latin1) {
        return latin1.chars().allMatch(c -> c < 0x80);
    }

    /** Text cannot carry every name (no UTF-8, or a locale without it); the escapes of a file URI carry bytes. */
    private Path byUri(Path folder, String latin1, Exception why) {
        if (folder.getFileSystem() != FileSystems.getDefault()
                || !folder.getFileSystem().getSeparator().equals("/")) {
            throw cannotHold(latin1, why);
        }
        String base = folder.toUri().getRawPath();
        String path = base.endsWith("/") ? base : base + "/";
        return Path.of(URI.create("file://" + path + escaped(latin1)));
    }

    private static String escaped(String latin1) {
        StringBuilder text = new StringBuilder();
        for (byte b : latin1.getBytes(ISO_8859_1)) {
            text.append(b == '/' ? "/" : String.format("%%%02x", b & 0xff));
        }
        return text.toString();
    }

    /** Windows has names that mean something else than themselves (streams, devices, dropped endings). */
    private boolean isFit(String latin1) {
        if (!root.getFileSystem().getSeparator().equals("\\")) {
            return true;
        }
        boolean marked = latin1.chars().anyMatch(c -> c < 0x20 || "\\/:*?\"<>|".indexOf(c) >= 0);
        boolean ending = latin1.endsWith(".") || latin1.endsWith(" ");
        String stem = latin1.contains(".") ? latin1.substring(0, latin1.indexOf('.')) : latin1;
        boolean device =
                stem.strip().matches("(?i)con|prn|aux|nul|conin\\$|conout\\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]");
        return !marked && !ending && !device;
    }

    private UnsupportedException cannotHold(String latin1, @Nullable Exception why) {
        String shown = shown(latin1);
        String message = "the file system of " + root + " cannot hold the name " + shown
                + "; unpack on one that takes any name, such as Linux's";
        return why == null ? new UnsupportedException(message) : new UnsupportedException(message, why);
    }

    private static String shown(String latin1) {
        return TarEntry.file(latin1.getBytes(ISO_8859_1), 0).shownName();
    }

    // ---- making ----

    void makeFolder(Path path) throws IOException {
        try {
            Files.createDirectory(path);
        } catch (FileAlreadyExistsException e) {
            throw notApart(path, e);
        }
    }

    /** Returns how many bytes were written. */
    long makeFile(Path path, InputStream content) throws IOException {
        long count = 0;
        try (OutputStream out = openNew(path)) {
            for (int n = read(content); n >= 0; n = read(content)) {
                checkInterrupt();
                out.write(buffer, 0, n);
                count += n;
            }
        }
        return count;
    }

    private static OutputStream openNew(Path path) throws IOException {
        try {
            return Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw notApart(path, e);
        }
    }

    private int read(InputStream content) throws SourceSideException {
        try {
            return content.read(buffer);
        } catch (IOException e) {
            throw new SourceSideException(e);
        }
    }

    void makeSymlink(Path path, String target) throws IOException {
        try {
            Files.createSymbolicLink(path, linkText(path, target));
        } catch (FileAlreadyExistsException e) {
            throw notApart(path, e);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedException("the file system of " + root + " has no symbolic links", e);
        }
    }

    private Path linkText(Path path, String target) {
        try {
            return path.getFileSystem().getPath(utf8(target));
        } catch (InvalidPathException | CharacterCodingException e) {
            boolean absolute = target.startsWith("/");
            Path whole = byUri(root.getRoot(), absolute ? target.substring(1) : target, e);
            return absolute ? whole : whole.subpath(0, whole.getNameCount());
        }
    }

    void makeHardLink(Path path, Path target) throws IOException {
        try {
            Files.createLink(path, target);
        } catch (FileAlreadyExistsException e) {
            throw notApart(path, e);
        } catch (UnsupportedOperationException e) {
            Files.copy(target, path, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static UnsupportedException notApart(Path path, IOException cause) {
        return new UnsupportedException(
                "the image has two names that this file system takes for one: " + path
                        + "; unpack on one that keeps them apart, such as Linux's",
                cause);
    }

    void delete(Path path) throws IOException {
        checkInterrupt();
        Files.delete(path);
    }

    /** File operations do not look at the flag themselves. */
    private static void checkInterrupt() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while unpacking");
        }
    }

    // ---- attributes ----

    /** Returns whether a bit beyond the permissions could not be set. */
    boolean setMode(Path path, int mode) throws IOException {
        if (!posix) {
            return (mode & ~0777) != 0;
        }
        if ((mode & ~0777) != 0) {
            try {
                Files.setAttribute(path, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
                return false;
            } catch (UnsupportedOperationException | IllegalArgumentException e) {
                // a file system with permissions alone; NOFOLLOW is not taken for a mode by some
            }
            try {
                Files.setAttribute(path, "unix:mode", mode);
                return false;
            } catch (UnsupportedOperationException | IllegalArgumentException e) {
                // permissions alone, then
            }
        }
        Files.setPosixFilePermissions(path, permissions(mode));
        return (mode & ~0777) != 0;
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] fromTheTop = PosixFilePermission.values(); // owner read … others execute
        for (int i = 0; i < fromTheTop.length; i++) {
            if ((mode & 0400 >> i) != 0) {
                permissions.add(fromTheTop[i]);
            }
        }
        return permissions;
    }

    void setOwner(Path path, Inode inode) throws IOException {
        try {
            Files.setAttribute(path, "unix:uid", (int) inode.userId(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", (int) inode.groupId(), LinkOption.NOFOLLOW_LINKS);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            throw new UnsupportedException(
                    "the file system of " + root + " has no numeric owners; unpack without withOwners()", e);
        } catch (FileSystemException e) {
            throw new IOException(
                    path + " cannot be given to " + inode.userId() + ":" + inode.groupId() + " (" + e.getReason()
                            + "); unless it is done as root, unpack without owners",
                    e);
        }
    }

    /** Returns whether the file system took it. */
    boolean setUserAttribute(Path path, String name, byte[] value) {
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null) {
            return false;
        }
        try {
            return view.write(name, ByteBuffer.wrap(value)) == value.length;
        } catch (IOException | UnsupportedOperationException e) {
            return false; // none here, or not so long ones
        }
    }

    void setModified(Path path, Instant time) throws IOException {
        checkInterrupt();
        Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(FileTime.from(time), null, null);
    }

    /** A link's own time has no effect; not every system can set it. */
    void setModifiedOfLink(Path path, Instant time) {
        try {
            setModified(path, time);
        } catch (IOException | UnsupportedOperationException e) {
            // left as it is
        }
    }

    // ---- taking everything away ----

    /** Takes away all that was made; what cannot be taken away stays, for the failure itself must be told. */
    void remove() {
        if (made != null) {
            remove(made);
            return;
        }
        removeChildren(root);
    }

    private void remove(Path path) {
        try {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                makeWritable(path);
                removeChildren(path);
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // left where it is
        }
    }

    private void removeChildren(Path folder) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                remove(child);
            }
        } catch (IOException | DirectoryIteratorException e) {
            // left where it is
        }
    }

    private void makeWritable(Path folder) throws IOException {
        if (posix) {
            Files.setPosixFilePermissions(folder, permissions(0700));
        }
    }
}
