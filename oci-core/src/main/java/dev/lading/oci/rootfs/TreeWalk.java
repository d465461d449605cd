package dev.lading.oci.rootfs;

import dev.lading.tar.TarKind;
import java.io.IOException;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Walks names in a tree as a kernel does on a disk, symbolic links followed with the tree's root as the root. */
final class TreeWalk {
    /** As in the Linux kernel. */
    private static final int MAX_LINKS = 40;

    /** Bounds the work of one name, links included. */
    private static final int MAX_STEPS = 4096;

    private TreeWalk() {}

    /** Where a step that is no link leads; nowhere ends the walk. */
    interface Step {
        @Nullable
        Node lead(Node at, String step, @Nullable Node child) throws IOException;
    }

    /** More links than any kernel follows, or a ring. */
    static final class TooManyLinks extends IOException {
        private static final long serialVersionUID = 1L;

        TooManyLinks() {
            super("too many symbolic links");
        }
    }

    /** Takes all steps and says where they lead; null if a step led nowhere. */
    static @Nullable Node walk(Node root, Deque<String> todo, Step plain) throws IOException {
        Node at = root;
        int links = 0;
        int steps = 0;
        while (!todo.isEmpty()) {
            if (++steps > MAX_STEPS) {
                throw new TooManyLinks();
            }
            String step = todo.removeFirst();
            if (step.equals("..")) {
                at = at.up();
            } else if (!step.equals(".")) {
                Node child = at.child(step);
                if (child != null && child.kind() == TarKind.SYMLINK) {
                    if (++links > MAX_LINKS) {
                        throw new TooManyLinks();
                    }
                    at = follow(root, child, at, todo);
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
    private static Node follow(Node root, Node link, Node at, Deque<String> todo) {
        String target = link.inode().target();
        List<String> steps = EntryPath.split(target);
        for (int i = steps.size() - 1; i >= 0; i--) {
            todo.addFirst(steps.get(i));
        }
        return target.startsWith("/") ? root : at;
    }
}
