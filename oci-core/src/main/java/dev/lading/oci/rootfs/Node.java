package dev.lading.oci.rootfs;

import dev.lading.tar.TarKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One name in the tree of what layers have brought. Names are bytes, held as Latin-1 text: one character a byte, so that
 * equal text is equal bytes, and its order is theirs.
 */
final class Node {
    private final @Nullable Node parent;
    private final String name;
    private final int depth;
    private Inode inode;
    private Map<String, Node> children = Map.of();
    private int layer;
    private int prunedIn = -1;

    /** Where a folder is on the disk, if it is there. */
    private @Nullable Path path;

    private Node(@Nullable Node parent, String name, Inode inode, int layer) {
        this.parent = parent;
        this.name = name;
        this.inode = inode;
        this.depth = parent == null ? 0 : parent.depth + 1;
        this.layer = layer;
    }

    static Node root() {
        return new Node(null, "", Inode.impliedFolder(0), 0);
    }

    Node add(String childName, Inode childInode, int inLayer) {
        Node child = new Node(this, childName, childInode, inLayer);
        if (children.isEmpty()) {
            children = new HashMap<>(4);
        }
        children.put(childName, child);
        return child;
    }

    void remove(Node child) {
        children.remove(child.name, child);
        child.inode.unnamed();
    }

    @Nullable
    Node child(String childName) {
        return children.get(childName);
    }

    Collection<Node> children() {
        return children.values();
    }

    List<Node> sortedChildren() {
        List<Node> sorted = new ArrayList<>(children.values());
        sorted.sort(Comparator.comparing(Node::name));
        return sorted;
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

    String name() {
        return name;
    }

    /** The steps from the root with slashes between them; empty for the root itself. */
    String fullName() {
        if (parent == null) {
            return "";
        }
        List<String> steps = new ArrayList<>(depth);
        for (Node node = this; !node.isRoot(); node = node.up()) {
            steps.add(node.name);
        }
        StringBuilder text = new StringBuilder();
        for (int i = steps.size() - 1; i >= 0; i--) {
            text.append(steps.get(i)).append(i > 0 ? "/" : "");
        }
        return text.toString();
    }

    Inode inode() {
        return inode;
    }

    TarKind kind() {
        return inode.kind();
    }

    boolean isFolder() {
        return inode.isFolder();
    }

    int depth() {
        return depth;
    }

    /** The newest layer that named it; for a hard link this is not always the layer that brought the content. */
    int layer() {
        return layer;
    }

    /** Says newly what a folder is. */
    void describe(Inode newInode, int inLayer) {
        inode = newInode;
        layer = inLayer;
    }

    @Nullable
    Path path() {
        return path;
    }

    void setPath(Path newPath) {
        path = newPath;
    }

    /** True the first time it is asked in a layer: what lower layers left here is gone after that. */
    boolean beginPruning(int inLayer) {
        boolean first = prunedIn != inLayer;
        prunedIn = inLayer;
        return first;
    }
}
