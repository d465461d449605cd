package dev.lading.oci.rootfs;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One name in the tree of what has been unpacked. Names are bytes, held as Latin-1 text: one character a byte, so that
 * equal text is equal bytes.
 */
final class Node {
    enum Kind {
        FOLDER,
        FILE,
        SYMLINK,
        /** A device or pipe that was not made: it takes its name in the tree and nothing on the disk. */
        LEFT_OUT
    }

    private final @Nullable Node parent;
    private final String name;
    private final Kind kind;
    private final int depth;
    private final Path path;
    private final String target;
    private final Map<String, Node> children;
    private int layer;
    private int prunedIn = -1;
    private Attributes attributes;

    /** What is put on a folder at the very end. */
    record Attributes(int mode, long userId, long groupId, Instant modified) {
        static final Attributes DEFAULT = new Attributes(0755, 0, 0, Instant.EPOCH);
    }

    private Node(
            @Nullable Node parent, String name, Kind kind, int layer, Path path, String target, Attributes attributes) {
        this.parent = parent;
        this.name = name;
        this.kind = kind;
        this.depth = parent == null ? 0 : parent.depth + 1;
        this.layer = layer;
        this.path = path;
        this.target = target;
        this.attributes = attributes;
        this.children = kind == Kind.FOLDER ? new HashMap<>(4) : Map.of();
    }

    static Node root(Path path) {
        return new Node(null, "", Kind.FOLDER, 0, path, "", Attributes.DEFAULT);
    }

    /** Adds a child that the caller has just made on the disk. */
    Node add(String childName, Kind childKind, int inLayer, Path childPath, String linkTarget, Attributes with) {
        Node child = new Node(this, childName, childKind, inLayer, childPath, linkTarget, with);
        children.put(childName, child);
        return child;
    }

    void remove(Node child) {
        children.remove(child.name, child);
    }

    @Nullable
    Node child(String childName) {
        return children.get(childName);
    }

    /** A copy, so that children can be removed while it is walked. */
    List<Node> children() {
        return new ArrayList<>(children.values());
    }

    boolean isEmpty() {
        return children.isEmpty();
    }

    boolean isRoot() {
        return parent == null;
    }

    /** The folder above; the root's is the root itself, as on any machine. */
    Node up() {
        return parent == null ? this : parent;
    }

    boolean isWithin(Node folder) {
        for (Node node = this; ; node = node.up()) {
            if (node == folder) {
                return true;
            }
            if (node.isRoot()) {
                return false;
            }
        }
    }

    Kind kind() {
        return kind;
    }

    boolean isFolder() {
        return kind == Kind.FOLDER;
    }

    int depth() {
        return depth;
    }

    Path path() {
        return path;
    }

    /** A symbolic link's target, one character a byte. */
    String target() {
        return target;
    }

    int layer() {
        return layer;
    }

    Attributes attributes() {
        return attributes;
    }

    void set(Attributes newAttributes, int inLayer) {
        attributes = newAttributes;
        layer = inLayer;
    }

    void forgetAttributes() {
        attributes = Attributes.DEFAULT;
    }

    /** True the first time it is asked in a layer: what lower layers left here is gone after that. */
    boolean beginPruning(int inLayer) {
        boolean first = prunedIn != inLayer;
        prunedIn = inLayer;
        return first;
    }
}
