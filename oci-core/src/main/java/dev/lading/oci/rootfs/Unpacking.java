package dev.lading.oci.rootfs;

import dev.lading.tar.TarKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The changes that layers make, carried out in a folder.
 *
 * <p>Which names there are is for {@link Changesets} to decide, in a tree that holds exactly what this run has made: on the
 * disk a path then only passes folders of the tree, and everything is made exclusively (it must not exist), so that a file
 * system which takes two names for one cannot turn a folder of the tree into a link on the disk.
 */
final class Unpacking implements Effects {
    private static final int SET_IDS = 06000;
    private static final String USER = "user.";
    private static final String TRUSTED = "trusted.";

    /** So many lines say what was left out; the counts go on. */
    private static final int MAX_LINES = 1000;

    private final Destination disk;
    private final boolean owners;
    private final AttributeWriter writer;
    private long bytes;
    private long skippedDevices;
    private long skippedAttributes;
    private long droppedModeBits;
    private final List<String> notCarried = new ArrayList<>();

    Unpacking(Destination disk, boolean owners, AttributeWriter writer) {
        this.disk = disk;
        this.owners = owners;
        this.writer = writer;
    }

    @Override
    public void made(Node node, InputStream content) throws IOException {
        switch (node.kind()) {
            case FOLDER -> {
                Path path = path(node);
                disk.makeFolder(path);
                node.setPath(path);
            }
            case FILE -> makeFile(node, content);
            case SYMLINK -> makeSymlink(node);
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> leaveOut(node);
            case HARD_LINK -> throw new IllegalStateException("a hard link is told as one");
        }
    }

    private void makeFile(Node node, InputStream content) throws IOException {
        Path path = path(node);
        bytes += disk.makeFile(path, content);
        Inode inode = node.inode();
        if (owners) {
            disk.setOwner(path, inode);
        }
        setUserAttributes(node, path);
        disk.setModified(path, inode.modified()); // before the mode: it may forbid opening
        setMode(node, path);
    }

    private void makeSymlink(Node node) throws IOException {
        Path path = path(node);
        disk.makeSymlink(path, node.inode().target());
        if (owners) {
            disk.setOwner(path, node.inode());
        }
        disk.setModifiedOfLink(path, node.inode().modified());
    }

    /** A symbolic link is made once more: not every system can give it a second name without following it. */
    @Override
    public void linked(Node node, Node target) throws IOException {
        switch (node.kind()) {
            case FILE -> disk.makeHardLink(path(node), path(target));
            case SYMLINK -> makeSymlink(node);
            default -> leaveOut(node);
        }
    }

    @Override
    public void removed(Node node) throws IOException {
        if (isOnDisk(node.kind())) {
            disk.delete(path(node));
        }
    }

    private static boolean isOnDisk(TarKind kind) {
        return kind == TarKind.FILE || kind == TarKind.FOLDER || kind == TarKind.SYMLINK;
    }

    private Path path(Node node) {
        Node folder = node.up();
        return disk.child(Objects.requireNonNull(folder.path(), "a folder is made before what it holds"), node.name());
    }

    private void leaveOut(Node node) {
        skippedDevices++;
        tell(node, "a " + node.kind());
    }

    private void tell(Node node, String what) {
        if (notCarried.size() < MAX_LINES) {
            notCarried.add(FileEntry.shown(node.fullName()) + ": " + what);
        }
    }

    // ---- attributes ----

    private void setMode(Node node, Path path) throws IOException {
        int mode = node.inode().mode();
        int kept = 01777 | (owners ? SET_IDS : 0);
        boolean refused = disk.setMode(path, mode & kept);
        if (refused || (mode & SET_IDS & ~kept) != 0) {
            droppedModeBits++;
            tell(node, "mode bits of 0" + Integer.toOctalString(mode));
        }
    }

    private void setUserAttributes(Node node, Path path) throws IOException {
        for (Map.Entry<String, byte[]> attribute : node.inode().attributes().entrySet()) {
            String name = attribute.getKey();
            if (name.startsWith(USER)
                    && !disk.setUserAttribute(path, name.substring(USER.length()), attribute.getValue())) {
                leaveOut(node, name);
            }
        }
    }

    private void leaveOut(Node node, String attribute) {
        skippedAttributes++;
        tell(node, "the attribute " + attribute);
    }

    /** Folders get their attributes last, the deepest first: until then they must be writable, and their times change. */
    void finish(Changesets applied) throws IOException {
        setOtherAttributes(applied.root());
        for (Node child : applied.root().children()) {
            finish(child);
        }
        if (applied.rootNamed()) {
            setFolderAttributes(applied.root());
        }
    }

    private void finish(Node node) throws IOException {
        if (!node.isFolder()) {
            return;
        }
        for (Node child : node.children()) {
            finish(child);
        }
        setFolderAttributes(node);
    }

    private void setFolderAttributes(Node folder) throws IOException {
        Path path = Objects.requireNonNull(folder.path(), "a folder of the tree is on the disk");
        Inode inode = folder.inode();
        if (owners) {
            disk.setOwner(path, inode);
        }
        setUserAttributes(folder, path);
        disk.setModified(path, inode.modified());
        setMode(folder, path);
    }

    /** Capabilities and access lists in one go for the whole tree, before folders are closed. */
    private void setOtherAttributes(Node root) throws IOException {
        List<AttributeWriter.File> files = new ArrayList<>();
        Set<Inode> seen = new HashSet<>();
        for (var walk = new FileTree.Walk(root); walk.hasNext(); ) {
            FileEntry entry = walk.next();
            Inode inode = entry.node().inode();
            if (inode.attributes().isEmpty() || !seen.add(inode)) {
                continue;
            }
            Map<String, byte[]> handed = new LinkedHashMap<>();
            for (Map.Entry<String, byte[]> attribute : inode.attributes().entrySet()) {
                String name = attribute.getKey();
                if (name.startsWith(USER) && isOnDisk(inode.kind()) && inode.kind() != TarKind.SYMLINK) {
                    continue;
                }
                if (owners && isOnDisk(inode.kind()) && !name.startsWith(TRUSTED) && writer.takes(name)) {
                    handed.put(name, attribute.getValue().clone());
                } else {
                    leaveOut(entry.node(), name);
                }
            }
            if (!handed.isEmpty()) {
                files.add(new AttributeWriter.File(entry, handed));
            }
        }
        if (!files.isEmpty()) {
            writer.write(disk.root(), files);
        }
    }

    UnpackResult result(int layers, Changesets applied) {
        return new UnpackResult(
                layers,
                applied.entries(),
                bytes,
                applied.whiteouts(),
                skippedDevices,
                skippedAttributes,
                droppedModeBits,
                notCarried);
    }
}
