package dev.lading.oci.rootfs;

import java.io.IOException;
import java.io.InputStream;

/**
 * What happens outside the tree while layers are applied to it: each call tells of a change that the tree has just made, or,
 * for a removal, is about to make.
 */
interface Effects {
    /** Nothing happens: the tree is all there is. */
    Effects NONE = new Effects() {
        @Override
        public void made(Node node, InputStream content) {}

        @Override
        public void linked(Node node, Node target) {}

        @Override
        public void removed(Node node) {}
    };

    /** A new name of a new thing; {@code content} belongs to a file. */
    void made(Node node, InputStream content) throws IOException;

    /** A new name of something that {@code target} names already. */
    void linked(Node node, Node target) throws IOException;

    /** A name goes, and has no children any more. */
    void removed(Node node) throws IOException;
}
