package dev.lading.oci.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Layers being applied to a folder.
 *
 * <p>All names are resolved in a tree in memory that holds exactly what this run has made, never on the disk: a symbolic
 * link is followed in the tree, with the unpacked root as its root, so that it cannot lead out. On the disk a path then
 * only passes folders of the tree, and everything is made exclusively (it must not exist), so that a file system which
 * takes two names for one cannot turn a folder of the tree into a link on the disk.
 *
 * <p>Each node knows the layer that brought it: whiteouts act on lower layers alone, wherever in the layer they stand
 * (image-spec, layer.md, «Whiteouts»).
 */
final class Unpacking {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    /** What AUFS kept beside its whiteouts; old images carry it, and it means nothing. */
    private static final List<String> AUFS = List.of(".wh..wh.aufs", ".wh..wh.orph", ".wh..wh.plnk");

    /** As in the Linux kernel. */
    private static final int MAX_LINKS = 40;

    /** Bounds the work of one name, links included. */
    private static final int MAX_STEPS = 4096;

    /** No real path has more steps; bounds the recursion over the tree. */
    private static final int MAX_DEPTH = 1024;

    private static final int MAX_TARGET_BYTES = 4095;
    private static final int SET_IDS = 06000;
    private static final int STICKY = 01000;

    private final Destination disk;
    private final boolean owners;
    private final Node root;
    private boolean rootNamed;
    private int layer;
    private @Nullable LayerReader reader;
    private long tarBytesBefore;
    private long entries;
    private long bytes;
    private long whiteouts;
    private long skippedDevices;
    private long skippedAttributes;
    private long droppedModeBits;

    Unpacking(Destination disk, boolean owners) {
        this.disk = disk;
        this.owners = owners;
        this.root = Node.root(disk.root());
    }

    void begin(int number, LayerReader newReader) {
        layer = number;
        reader = newReader;
    }

    void end() {
        tarBytesBefore += reader().bytesRead();
        reader = null;
    }

    long tarBytes() {
        return tarBytesBefore;
    }

    long entries() {
        return entries;
    }

    UnpackResult result(int layers) {
        return new UnpackResult(layers, entries, bytes, whiteouts, skippedDevices, skippedAttributes, droppedModeBits);
    }

    void apply(TarEntry entry) throws IOException {
        entries++;
        EntryPath path = EntryPath.ofName(entry);
        if (path.isRoot()) {
            applyRoot(entry);
            return;
        }
        if (AUFS.contains(path.steps().get(0))) {
            return;
        }
        for (String step : path.parents()) {
            if (step.startsWith(WHITEOUT)) {
                throw new LayerException(entry.shownName() + " lies below the name of a whiteout");
            }
        }
        if (path.last().startsWith(WHITEOUT)) {
            whiteouts++;
            applyWhiteout(entry, path);
        } else {
            skippedAttributes += entry.otherRecordKeys().stream()
                    .filter(key -> key.startsWith("SCHILY.xattr.") || key.startsWith("LIBARCHIVE.xattr."))
                    .count();
            place(entry, parent(entry, path), path.last());
        }
    }

    private void applyRoot(TarEntry entry) throws LayerException {
        if (entry.kind() != TarKind.FOLDER) {
            throw new LayerException(
                    "the entry " + entry.shownName() + " would replace the root itself by a " + entry.kind());
        }
        root.set(attributes(entry), layer);
        rootNamed = true;
    }

    // ---- names ----

    /** The folder that an entry goes into: links followed inside the root, what is missing made. */
    private Node parent(TarEntry entry, EntryPath path) throws IOException {
        Node parent = walk(entry, path, (at, step, child) -> folder(entry, at, step, child));
        return Objects.requireNonNull(parent, "a folder is made where none is");
    }

    /** What a name stands for, its last step not followed; empty if nothing is there. Below a file nothing is found. */
    private Optional<Node> find(TarEntry entry, EntryPath path) throws IOException {
        Node parent = walk(entry, path, (at, step, child) -> child);
        return parent == null ? Optional.empty() : Optional.ofNullable(parent.child(path.last()));
    }

    /** Where a step that is no link leads; nowhere ends the walk. */
    private interface Step {
        @Nullable
        Node lead(Node at, String step, @Nullable Node child) throws IOException;
    }

    /** Walks all steps of a path but its last, links followed inside the root. */
    private @Nullable Node walk(TarEntry entry, EntryPath path, Step plain) throws IOException {
        Deque<String> todo = new ArrayDeque<>(path.parents());
        Node at = root;
        int links = 0;
        int steps = 0;
        while (!todo.isEmpty()) {
            if (++steps > MAX_STEPS) {
                throw tooManyLinks(entry);
            }
            String step = todo.removeFirst();
            if (step.equals("..")) {
                at = at.up();
            } else if (!step.equals(".")) {
                Node child = at.child(step);
                if (child != null && child.kind() == Node.Kind.SYMLINK) {
                    if (++links > MAX_LINKS) {
                        throw tooManyLinks(entry);
                    }
                    at = follow(child, at, todo);
                } else {
                    Node next = plain.lead(at, step, child);
                    if (next == null) {
                        return null;
                    }
                    at = next;
                }
            }
        }
        return at;
    }

    /** Puts the link's steps before the others; says where they start. */
    private Node follow(Node link, Node at, Deque<String> todo) {
        List<String> steps = EntryPath.split(link.target());
        for (int i = steps.size() - 1; i >= 0; i--) {
            todo.addFirst(steps.get(i));
        }
        return link.target().startsWith("/") ? root : at;
    }

    private Node folder(TarEntry entry, Node at, String step, @Nullable Node child) throws IOException {
        if (child != null && child.isFolder()) {
            return child;
        }
        if (child != null) {
            // below a name of a lower layer there can only be something if this layer makes it a folder
            if (child.layer() == layer) {
                throw new LayerException(entry.shownName() + " lies below something that is no folder");
            }
            remove(child);
        }
        return makeFolder(entry, at, step, Node.Attributes.DEFAULT);
    }

    private static LayerException tooManyLinks(TarEntry entry) {
        return new LayerException(entry.shownName() + " passes too many symbolic links, or a ring of them");
    }

    // ---- entries ----

    private void place(TarEntry entry, Node parent, String name) throws IOException {
        if (parent.depth() >= MAX_DEPTH) {
            throw new LayerException(entry.shownName() + " is more than " + MAX_DEPTH + " folders deep");
        }
        Node existing = parent.child(name);
        switch (entry.kind()) {
            case FOLDER -> {
                if (existing != null && existing.isFolder()) {
                    existing.set(attributes(entry), layer);
                } else {
                    removeIfThere(existing);
                    makeFolder(entry, parent, name, attributes(entry));
                }
            }
            case FILE -> {
                removeIfThere(existing);
                makeFile(entry, parent, name);
            }
            case SYMLINK -> {
                removeIfThere(existing);
                makeSymlink(entry, parent, name);
            }
            case HARD_LINK -> makeHardLink(entry, parent, name, existing);
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> {
                removeIfThere(existing);
                leaveOut(parent, name);
            }
        }
    }

    private Node makeFolder(TarEntry entry, Node parent, String name, Node.Attributes with) throws IOException {
        if (parent.depth() >= MAX_DEPTH) {
            throw new LayerException(entry.shownName() + " is more than " + MAX_DEPTH + " folders deep");
        }
        var path = disk.child(parent.path(), name);
        disk.makeFolder(path);
        return parent.add(name, Node.Kind.FOLDER, layer, path, "", with);
    }

    private void makeFile(TarEntry entry, Node parent, String name) throws IOException {
        var path = disk.child(parent.path(), name);
        InputStream content = reader().content();
        bytes += disk.makeFile(path, content);
        parent.add(name, Node.Kind.FILE, layer, path, "", Node.Attributes.DEFAULT);
        Node.Attributes attributes = attributes(entry);
        if (owners) {
            disk.setOwner(path, attributes);
        }
        disk.setModified(path, attributes.modified()); // before the mode: it may forbid opening
        countDrop(disk.setMode(path, attributes.mode()));
    }

    private void makeSymlink(TarEntry entry, Node parent, String name) throws IOException {
        byte[] target = entry.linkName();
        if (target.length > MAX_TARGET_BYTES) {
            throw new LayerException(
                    "the target of " + entry.shownName() + " is longer than " + MAX_TARGET_BYTES + " bytes");
        }
        var path = disk.child(parent.path(), name);
        String text = new String(target, ISO_8859_1);
        disk.makeSymlink(path, text);
        parent.add(name, Node.Kind.SYMLINK, layer, path, text, Node.Attributes.DEFAULT);
        if (owners) {
            disk.setOwner(path, attributes(entry));
        }
        disk.setModifiedOfLink(path, entry.modified());
    }

    private void makeHardLink(TarEntry entry, Node parent, String name, @Nullable Node existing) throws IOException {
        EntryPath targetPath = EntryPath.ofLink(entry);
        Node target = targetPath.isRoot() ? root : find(entry, targetPath).orElse(null);
        if (target == null) {
            throw new LayerException(
                    "the target " + entry.shownLinkName() + " of the hard link " + entry.shownName() + " is not there");
        }
        if (target == existing) {
            return;
        }
        if (target.kind() == Node.Kind.LEFT_OUT) {
            removeIfThere(existing);
            leaveOut(parent, name);
            return;
        }
        if (target.kind() != Node.Kind.FILE) {
            throw new LayerException("the target " + entry.shownLinkName() + " of the hard link " + entry.shownName()
                    + " is a " + target.kind() + "; only regular files have hard links");
        }
        if (existing != null && target.isWithin(existing)) {
            throw new LayerException("the hard link " + entry.shownName() + " would replace a folder that holds its"
                    + " own target " + entry.shownLinkName());
        }
        removeIfThere(existing);
        var path = disk.child(parent.path(), name);
        disk.makeHardLink(path, target.path());
        parent.add(name, Node.Kind.FILE, layer, path, "", Node.Attributes.DEFAULT);
    }

    private void leaveOut(Node parent, String name) {
        skippedDevices++;
        parent.add(name, Node.Kind.LEFT_OUT, layer, parent.path(), "", Node.Attributes.DEFAULT);
    }

    // ---- taking away ----

    private void applyWhiteout(TarEntry entry, EntryPath path) throws IOException {
        boolean opaque = path.last().equals(OPAQUE);
        String hidden = path.last().substring(WHITEOUT.length());
        boolean odd = hidden.isEmpty() || hidden.equals(".") || hidden.equals("..") || hidden.startsWith(WHITEOUT);
        if (!opaque && odd) {
            throw new LayerException(entry.shownName() + " is no whiteout of any name");
        }
        if (entry.kind() != TarKind.FILE && entry.kind() != TarKind.HARD_LINK) {
            throw new LayerException(
                    "the whiteout " + entry.shownName() + " is a " + entry.kind() + "; whiteouts are files");
        }
        Node folder = root;
        for (String step : path.parents()) {
            Node child = folder.child(step);
            if (child == null) {
                return; // nothing there, nothing to hide
            }
            if (child.kind() == Node.Kind.SYMLINK) {
                throw new LayerException("the whiteout " + entry.shownName() + " passes a symbolic link");
            }
            folder = child;
        }
        if (opaque) {
            pruneChildren(folder);
        } else {
            Node child = folder.child(hidden);
            if (child != null) {
                prune(child);
            }
        }
    }

    /** Takes away what lower layers brought; what this layer brought stays, and so do the folders it stands in. */
    private void prune(Node node) throws IOException {
        pruneChildren(node);
        if (node.layer() < layer) {
            if (node.isEmpty()) {
                remove(node);
            } else {
                node.forgetAttributes();
            }
        }
    }

    private void pruneChildren(Node node) throws IOException {
        if (node.beginPruning(layer)) {
            for (Node child : node.children()) {
                prune(child);
            }
        }
    }

    private void removeIfThere(@Nullable Node node) throws IOException {
        if (node != null) {
            remove(node);
        }
    }

    private void remove(Node node) throws IOException {
        for (Node child : node.children()) {
            remove(child);
        }
        if (node.kind() != Node.Kind.LEFT_OUT) {
            disk.delete(node.path());
        }
        node.up().remove(node);
    }

    // ---- attributes ----

    private Node.Attributes attributes(TarEntry entry) {
        int kept = 0777 | (entry.kind() == TarKind.FOLDER ? STICKY : 0) | (owners ? SET_IDS : 0);
        if ((entry.mode() & SET_IDS & ~kept) != 0) {
            droppedModeBits++;
        }
        return new Node.Attributes(entry.mode() & kept, entry.userId(), entry.groupId(), entry.modified());
    }

    private void countDrop(boolean dropped) {
        if (dropped) {
            droppedModeBits++;
        }
    }

    /** Folders get their attributes last, the deepest first: until then they must be writable, and their times change. */
    void finish() throws IOException {
        for (Node child : root.children()) {
            finish(child);
        }
        if (rootNamed) {
            setAttributes(root);
        }
    }

    private void finish(Node node) throws IOException {
        if (!node.isFolder()) {
            return;
        }
        for (Node child : node.children()) {
            finish(child);
        }
        setAttributes(node);
    }

    private void setAttributes(Node folder) throws IOException {
        if (owners) {
            disk.setOwner(folder.path(), folder.attributes());
        }
        disk.setModified(folder.path(), folder.attributes().modified());
        countDrop(disk.setMode(folder.path(), folder.attributes().mode()));
    }

    private LayerReader reader() {
        return Objects.requireNonNull(reader, "no layer is being read");
    }
}
