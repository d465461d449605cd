package dev.lading.oci.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lading.oci.UnavailableException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import dev.lading.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tree being written as one tar: what has no content first, then the layers' files as they come by, then the folders, each
 * after what it holds. Many tools that unpack set a folder's mode and time when they leave it: were it named before files
 * that come much later, these would find it closed, or spoil its time.
 */
final class Flattening {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ImageLayers layers;
    private final Sink sink;
    private final OutputStream buffered;
    private final TarWriter tar;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /** The names of each file with several, in order; what is written first is the file, the others are links to it. */
    private final Map<Inode, List<Node>> linked = new HashMap<>();

    private final List<Map<Integer, Node>> wanted = new ArrayList<>();
    private long entries;

    Flattening(ImageLayers layers, OutputStream out) {
        this.layers = layers;
        this.sink = new Sink(out);
        this.buffered = new BufferedOutputStream(sink, BUFFER_BYTES);
        this.tar = new TarWriter(buffered);
        for (int i = 0; i < layers.count(); i++) {
            wanted.add(new HashMap<>());
        }
    }

    FlattenResult write(Node root, boolean rootNamed) {
        try {
            gatherLinks(root);
            writeWithoutContent(root);
            for (int i = 0; i < layers.count(); i++) {
                if (!wanted.get(i).isEmpty()) {
                    writeFiles(i);
                }
            }
            writeFolders(root);
            if (rootNamed) {
                emit(described(TarEntry.folder("./"), root));
            }
            tar.finish();
            buffered.flush();
            return new FlattenResult(entries, tar.position());
        } catch (IOException e) {
            throw ImageLayers.Failures.of(
                    "cannot write the flattened image "
                            + layers.image().descriptor().digest(),
                    e,
                    cause -> new UnavailableException(
                            "cannot write the flattened image "
                                    + layers.image().descriptor().digest() + ": " + cause.getMessage(),
                            cause));
        }
    }

    private void gatherLinks(Node root) {
        for (var walk = new FileTree.Walk(root); walk.hasNext(); ) {
            Node node = walk.next().node();
            if (node.kind() == TarKind.FILE && node.inode().names() > 1) {
                linked.computeIfAbsent(node.inode(), inode -> new ArrayList<>()).add(node);
            }
        }
    }

    /**
     * Further names of empty files come last: GNU tar makes symlinks that lead out of their folder at its very end, and keeps the
     * time of the folder then only if nothing else made that folder and was left before.
     */
    private void writeWithoutContent(Node root) throws IOException {
        List<Node> empty = new ArrayList<>();
        for (var walk = new FileTree.Walk(root); walk.hasNext(); ) {
            Node node = walk.next().node();
            Inode inode = node.inode();
            byte[] name = node.fullName().getBytes(ISO_8859_1);
            switch (inode.kind()) {
                case FOLDER -> {}
                case SYMLINK ->
                    emit(described(TarEntry.symlink(name, inode.target().getBytes(ISO_8859_1)), node));
                case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO ->
                    emit(described(
                            TarEntry.special(inode.kind(), name, inode.deviceMajor(), inode.deviceMinor()), node));
                case FILE, HARD_LINK -> {
                    if (!isFirstName(node)) {
                        continue;
                    }
                    if (inode.size() == 0) {
                        emit(described(TarEntry.file(name, 0), node));
                        empty.add(node);
                    } else {
                        wanted.get(inode.layer()).put(inode.ordinal(), node);
                    }
                }
            }
        }
        for (Node first : empty) {
            emitLinks(first);
        }
    }

    private void writeFolders(Node folder) throws IOException {
        for (Node child : folder.sortedChildren()) {
            if (child.isFolder()) {
                writeFolders(child);
                emit(described(TarEntry.folder(child.fullName().getBytes(ISO_8859_1)), child));
            }
        }
    }

    private boolean isFirstName(Node node) {
        List<Node> names = linked.get(node.inode());
        return names == null || names.get(0) == node;
    }

    private void writeFiles(int layer) throws IOException {
        Map<Integer, Node> files = wanted.get(layer);
        int left = files.size();
        try (LayerReader reader = layers.openAgain(layer)) {
            for (int ordinal = 0; left > 0; ordinal++) {
                Optional<TarEntry> entry = reader.next();
                Node node = files.get(ordinal);
                if (entry.isEmpty()
                        || node != null && entry.get().size() != node.inode().size()) {
                    throw new LayerException("the layer has changed since it was read first");
                }
                if (node != null) {
                    writeFile(node, reader.content());
                    left--;
                }
            }
            reader.readBlobToEnd();
        } catch (IOException e) {
            if (sink.failed) {
                throw e;
            }
            throw layers.failure(layer, e);
        }
    }

    private void writeFile(Node node, InputStream content) throws IOException {
        byte[] name = node.fullName().getBytes(ISO_8859_1);
        entries++;
        try (OutputStream out =
                tar.openFile(described(TarEntry.file(name, node.inode().size()), node))) {
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
        emitLinks(node);
    }

    private void emitLinks(Node first) throws IOException {
        List<Node> names = linked.getOrDefault(first.inode(), List.of());
        byte[] target = first.fullName().getBytes(ISO_8859_1);
        for (Node node : names) {
            if (node != first) {
                TarEntry link = TarEntry.hardLink(node.fullName().getBytes(ISO_8859_1), target);
                emit(facts(link, first.inode()));
            }
        }
    }

    private void emit(TarEntry entry) throws IOException {
        entries++;
        tar.write(entry);
    }

    private static TarEntry described(TarEntry entry, Node node) {
        TarEntry described = facts(entry, node.inode());
        for (Map.Entry<String, byte[]> attribute : node.inode().attributes().entrySet()) {
            if (attribute.getValue().length > 0 && attribute.getKey().indexOf('=') < 0) {
                described = described.withRecord(Inode.recordKey(attribute.getKey()), attribute.getValue());
            }
        }
        return described;
    }

    private static TarEntry facts(TarEntry entry, Inode inode) {
        return entry.withMode(inode.mode())
                .withOwner(inode.userId(), inode.groupId())
                .withModified(inode.modified());
    }

    /** Remembers that it was this side that failed. */
    private static final class Sink extends OutputStream {
        private final OutputStream out;
        private boolean failed;

        Sink(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                failed = true;
                throw new InterruptedIOException("interrupted while writing");
            }
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }

        @Override
        public void flush() {
            // the caller's stream is the caller's to flush
        }
    }
}
