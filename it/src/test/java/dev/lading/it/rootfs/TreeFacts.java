package dev.lading.it.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lading.oci.Digest;
import dev.lading.oci.rootfs.FileEntry;
import dev.lading.oci.rootfs.FileTree;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What can be said of each name in a tree, in words that are equal where the trees are. */
final class TreeFacts {
    private static final int KIND_BITS = 0170000;
    private static final int FILE = 0100000;
    private static final int FOLDER = 0040000;
    private static final int SYMLINK = 0120000;
    private static final int DEVICE = 0020000;

    private TreeFacts() {}

    /** Of a folder on the disk, the folder itself left out. */
    static Map<String, String> of(Path root) throws IOException {
        Map<String, String> facts = new TreeMap<>();
        Map<Object, String> names = new HashMap<>();
        Map<String, Object> inodes = new TreeMap<>();
        walk(root, "", facts, inodes);
        inodes.forEach((name, inode) ->
                facts.compute(name, (key, said) -> said + " = " + names.computeIfAbsent(inode, first -> name)));
        return facts;
    }

    private static void walk(Path folder, String above, Map<String, String> facts, Map<String, Object> inodes)
            throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                String name = above + bytes(child);
                if (Files.notExists(child, LinkOption.NOFOLLOW_LINKS)) {
                    continue; // an overlay lists a whiteout of what no lower layer has, and says that it is not there
                }
                Map<String, Object> found = Files.readAttributes(
                        child, "unix:mode,uid,gid,ino,rdev,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
                int mode = (Integer) value(found, "mode");
                String what = switch (mode & KIND_BITS) {
                    case FILE -> {
                        inodes.put(name, value(found, "ino"));
                        yield "file " + content(Files.readAllBytes(child)) + note(child);
                    }
                    case FOLDER -> "folder";
                    case SYMLINK -> "link " + Files.readSymbolicLink(child);
                    case DEVICE -> "device " + value(found, "rdev");
                    default -> "pipe";
                };
                facts.put(
                        name,
                        said(
                                what,
                                mode & 07777,
                                Integer.toUnsignedLong((Integer) value(found, "uid")),
                                Integer.toUnsignedLong((Integer) value(found, "gid")),
                                ((FileTime) value(found, "lastModifiedTime"))
                                        .toInstant()
                                        .getEpochSecond()));
                if ((mode & KIND_BITS) == FOLDER) {
                    walk(child, name + "/", facts, inodes);
                }
            }
        }
    }

    private static String bytes(Path child) {
        return child.getFileName().toUri().getRawPath().replaceFirst("/$", "").replaceFirst(".*/", "");
    }

    private static Object value(Map<String, Object> found, String name) {
        return Objects.requireNonNull(found.get(name), name);
    }

    private static String note(Path file) throws IOException {
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (!view.list().contains("note")) {
            return "";
        }
        ByteBuffer value = ByteBuffer.allocate(view.size("note"));
        view.read("note", value);
        return " note " + new String(value.array(), ISO_8859_1);
    }

    /** Of a view, every content read on its own. */
    static Map<String, String> of(FileTree tree) {
        Map<String, String> facts = new TreeMap<>();
        Map<String, FileEntry> files = new TreeMap<>();
        tree.entries().forEach(entry -> {
            String name = Path.of("/")
                    .resolve(entry.pathText())
                    .toUri()
                    .getRawPath()
                    .substring(1)
                    .replaceFirst("/$", "");
            String what = switch (entry.kind()) {
                case FILE -> {
                    byte[] note = entry.attributes().get("user.note");
                    files.put(name, entry);
                    yield "file " + content(tree.read(entry, 1 << 22))
                            + (note == null ? "" : " note " + new String(note, ISO_8859_1));
                }
                case FOLDER -> "folder";
                case SYMLINK -> "link " + entry.targetText();
                case CHARACTER_DEVICE -> "device " + (entry.deviceMajor() << 8 | entry.deviceMinor());
                default -> "pipe";
            };
            facts.put(
                    name,
                    said(
                            what,
                            entry.kind() == TarKind.SYMLINK ? 0777 : entry.mode(),
                            entry.userId(),
                            entry.groupId(),
                            entry.modified().getEpochSecond()));
        });
        files.forEach((name, entry) -> facts.compute(
                name,
                (key, said) -> said + " = "
                        + files.entrySet().stream()
                                .filter(other -> other.getValue().isSameFile(entry))
                                .findFirst()
                                .map(Map.Entry::getKey)
                                .orElseThrow()));
        return facts;
    }

    private static String said(String what, int mode, long user, long group, long time) {
        return what + " 0" + Integer.toOctalString(mode) + " " + user + ":" + group + " " + time;
    }

    private static String content(byte[] bytes) {
        return bytes.length + " " + Digest.of(bytes).toString().substring(7, 19);
    }
}
