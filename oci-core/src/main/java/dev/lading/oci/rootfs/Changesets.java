package dev.lading.oci.rootfs;

import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Layers being applied, one after the other, to a tree in memory (image-spec, layer.md, «Applying Changesets»).
 *
 * <p>All names are resolved in the tree, never on a disk: a symbolic link is followed in the tree, with the image's root as
 * its root, so that it cannot lead out. Whoever carries the changes out elsewhere ({@link Effects}) thus passes only folders
 * that this run has made.
 *
 * <p>Each node knows the layer that brought it: whiteouts act on lower layers alone, wherever in the layer they stand
 * (image-spec, layer.md, «Whiteouts»).
 */
final class Changesets {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    /** What AUFS kept beside its whiteouts; old images carry it, and it means nothing. */
    private static final List<String> AUFS = List.of(".wh..wh.aufs", ".wh..wh.orph", ".wh..wh.plnk");

    /** No real path has more steps; bounds the recursion over the tree. */
    private static final int MAX_DEPTH = 1024;

    private static final int MAX_TARGET_BYTES = 4095;

    /** Link targets and extended attributes stay in memory: what real images have is far below this for each entry. */
    private static final long KEPT_BYTES_PER_ENTRY = 64;

    private static final long KEPT_BYTES_AT_LEAST = 1024 * 1024;

    private final Effects effects;
    private final LayerLimits limits;
    private final Node root = Node.root();
    private boolean rootNamed;
    private int layer = -1;
    private int ordinal;
    private long entries;
    private long whiteouts;
    private long impliedFolders;
    private long keptBytes;

    Changesets(LayerLimits limits, Effects effects) {
        this.limits = limits;
        this.effects = effects;
    }

    /** From here on the entries are the next layer's. */
    void beginLayer() {
        layer++;
        ordinal = 0;
    }

    Node root() {
        return root;
    }

    /** Whether an entry described the root itself. */
    boolean rootNamed() {
        return rootNamed;
    }

    /** Entries of all layers so far. */
    long entries() {
        return entries;
    }

    long whiteouts() {
        return whiteouts;
    }

    /**
     * Applies the next entry of the layer.
     *
     * @throws LayerException if no root file system takes the entry
     */
    void apply(TarEntry entry, InputStream content) throws IOException {
        entries++;
        int number = ordinal++;
        EntryPath path = EntryPath.ofName(entry);
        if (path.isRoot()) {
            describeRoot(entry, number);
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
            whiteOut(entry, path);
        } else {
            place(entry, parent(entry, path), path.last(), describe(entry, number), content);
        }
    }

    private void describeRoot(TarEntry entry, int number) throws LayerException {
        if (entry.kind() != TarKind.FOLDER) {
            throw new LayerException(
                    "the entry " + entry.shownName() + " would replace the root itself by a " + entry.kind());
        }
        root.describe(describe(entry, number), layer);
        rootNamed = true;
    }

    private Inode describe(TarEntry entry, int number) throws LayerException {
        Inode inode = Inode.of(entry, layer, number);
        keptBytes += inode.keptBytes();
        if (keptBytes > Math.max(KEPT_BYTES_AT_LEAST, limits.maxEntries() * KEPT_BYTES_PER_ENTRY)) {
            throw new LayerException("link targets and extended attributes add up to " + keptBytes
                    + " bytes; raise LayerLimits.maxEntries if this image is to be trusted");
        }
        return inode;
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

    private @Nullable Node walk(TarEntry entry, EntryPath path, TreeWalk.Step plain) throws IOException {
        Deque<String> todo = new ArrayDeque<>(path.parents());
        try {
            return TreeWalk.walk(root, todo, plain);
        } catch (TreeWalk.TooManyLinks e) {
            throw new LayerException(entry.shownName() + " passes too many symbolic links, or a ring of them");
        }
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
        checkDepth(entry, at);
        if (++impliedFolders > limits.maxEntries()) {
            throw new LayerException("entries lie in more than " + limits.maxEntries()
                    + " folders that none describes; raise LayerLimits.maxEntries if this image is to be trusted");
        }
        return make(at, step, Inode.impliedFolder(layer), InputStream.nullInputStream());
    }

    // ---- entries ----

    private void place(TarEntry entry, Node parent, String name, Inode inode, InputStream content) throws IOException {
        checkDepth(entry, parent);
        Node existing = parent.child(name);
        if (entry.kind() == TarKind.HARD_LINK) {
            link(entry, parent, name, existing);
        } else if (entry.kind() == TarKind.FOLDER && existing != null && existing.isFolder()) {
            existing.describe(inode, layer);
        } else {
            if (inode.target().length() > MAX_TARGET_BYTES) {
                throw new LayerException(
                        "the target of " + entry.shownName() + " is longer than " + MAX_TARGET_BYTES + " bytes");
            }
            removeIfThere(existing);
            make(parent, name, inode, content);
        }
    }

    private Node make(Node parent, String name, Inode inode, InputStream content) throws IOException {
        Node node = parent.add(name, inode, layer);
        effects.made(node, content);
        return node;
    }

    private static void checkDepth(TarEntry entry, Node parent) throws LayerException {
        if (parent.depth() >= MAX_DEPTH) {
            throw new LayerException(entry.shownName() + " is more than " + MAX_DEPTH + " folders deep");
        }
    }

    /** A link to a symbolic link is a second name of the link itself: it is never followed. */
    private void link(TarEntry entry, Node parent, String name, @Nullable Node existing) throws IOException {
        EntryPath targetPath = EntryPath.ofLink(entry);
        Node target = targetPath.isRoot() ? root : find(entry, targetPath).orElse(null);
        if (target == null) {
            throw new LayerException(
                    "the target " + entry.shownLinkName() + " of the hard link " + entry.shownName() + " is not there");
        }
        if (target == existing) {
            return;
        }
        if (target.isFolder()) {
            throw new LayerException("the target " + entry.shownLinkName() + " of the hard link " + entry.shownName()
                    + " is a FOLDER; folders have no hard links");
        }
        if (existing != null && target.isWithin(existing)) {
            throw new LayerException("the hard link " + entry.shownName() + " would replace a folder that holds its"
                    + " own target " + entry.shownLinkName());
        }
        target.inode().named();
        removeIfThere(existing);
        effects.linked(parent.add(name, target.inode(), layer), target);
    }

    // ---- taking away ----

    private void whiteOut(TarEntry entry, EntryPath path) throws IOException {
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
            if (child.kind() == TarKind.SYMLINK) {
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
                node.describe(Inode.impliedFolder(layer), layer);
            }
        }
    }

    private void pruneChildren(Node node) throws IOException {
        if (node.beginPruning(layer)) {
            for (Node child : new ArrayList<>(node.children())) {
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
        for (Node child : new ArrayList<>(node.children())) {
            remove(child);
        }
        effects.removed(node);
        node.up().remove(node);
    }
}
