package dev.lading.oci.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.content.SourceFailedException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * An image's root file system as a view: what is there once all layers are applied, without unpacking any of it.
 *
 * <p>Made by {@link RootFileSystem#tree()}, which has read and verified every layer. Names and facts are in memory (some
 * hundred bytes an entry); contents stay where the image is and are read again when asked for, so the image's place must
 * still be there. Immutable, safe for use by many threads.
 */
public final class FileTree {
    private final ImageLayers layers;
    private final Node root;
    private final boolean rootNamed;

    FileTree(ImageLayers layers, Changesets applied) {
        this.layers = layers;
        this.root = applied.root();
        this.rootNamed = applied.rootNamed();
    }

    /**
     * The root itself.
     *
     * @return a folder with an empty path
     */
    public FileEntry root() {
        return new FileEntry(root);
    }

    /**
     * Looks a name up; symbolic links on the way are followed inside the root, the last step is not.
     *
     * @param path steps with slashes between them; a leading slash and {@code .} mean nothing, {@code ..} leads up and at
     *     the root nowhere
     * @return the entry; empty if there is none, or the way passes a ring of links
     */
    public Optional<FileEntry> find(String path) {
        List<String> steps = EntryPath.split(latin1(path));
        if (steps.isEmpty()) {
            return Optional.of(root());
        }
        String last = steps.get(steps.size() - 1);
        if (last.equals(".") || last.equals("..")) {
            return resolve(path);
        }
        return walk(steps.subList(0, steps.size() - 1))
                .map(folder -> folder.child(last))
                .map(FileEntry::new);
    }

    /**
     * Looks a name up and follows all symbolic links inside the root, as opening a file in a running container would.
     *
     * @param path as for {@link #find}
     * @return the entry, never a symbolic link; empty if there is none, or the way passes a ring of links
     */
    public Optional<FileEntry> resolve(String path) {
        return walk(EntryPath.split(latin1(path))).map(FileEntry::new);
    }

    private Optional<Node> walk(List<String> steps) {
        try {
            return Optional.ofNullable(TreeWalk.walk(root, new ArrayDeque<>(steps), (at, step, child) -> child));
        } catch (IOException e) {
            return Optional.empty(); // a ring: it leads nowhere
        }
    }

    private static String latin1(String path) {
        return new String(path.getBytes(UTF_8), ISO_8859_1);
    }

    /**
     * What a folder holds.
     *
     * @param folder an entry of this tree
     * @return its names in byte order; empty if it is no folder
     */
    public List<FileEntry> children(FileEntry folder) {
        return folder.node().sortedChildren().stream().map(FileEntry::new).toList();
    }

    /**
     * Every name below the root.
     *
     * @return a stream, each folder before what it holds, the names of a folder in byte order
     */
    public Stream<FileEntry> entries() {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(
                        new Walk(root), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.DISTINCT),
                false);
    }

    /**
     * Opens a file's content. Its layer is read up to there and no other is. The read that delivers the last byte reads the
     * layer's remaining stored bytes too, without decompressing them, and refuses a layer that has changed since.
     *
     * @param file an entry of this tree
     * @return the content, to be closed
     * @throws InvalidInputException if the entry is no file
     * @throws ContentMismatchException from the stream, if the layer's bytes have changed
     * @throws IOException if the layer cannot be read
     */
    public InputStream open(FileEntry file) throws IOException {
        Inode inode = file.node().inode();
        if (inode.kind() != TarKind.FILE) {
            throw new InvalidInputException(file.shownPath() + " is a " + inode.kind()
                    + "; only files have content. FileTree.resolve follows links");
        }
        if (inode.size() == 0) {
            return InputStream.nullInputStream();
        }
        LayerReader reader = layers.openAgain(inode.layer());
        try {
            Optional<TarEntry> entry = reader.next();
            for (int skip = inode.ordinal(); skip > 0 && entry.isPresent(); skip--) {
                entry = reader.next();
            }
            if (entry.isEmpty() || entry.get().size() != inode.size()) {
                throw new LayerException("the layer of " + file.shownPath() + " has changed since it was read first");
            }
            return new Verified(reader, inode.size());
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /**
     * Reads a file whole.
     *
     * @param file an entry of this tree
     * @param maxBytes the most that is wanted in memory
     * @return the content, verified
     * @throws InvalidInputException if the entry is no file, or is longer
     * @throws ContentMismatchException if the layer's bytes have changed
     * @throws SourceFailedException if the layer cannot be read
     * @throws CancelledException if the thread is interrupted; its flag stays
     */
    public byte[] read(FileEntry file, int maxBytes) {
        if (file.size() > maxBytes) {
            throw new InvalidInputException(
                    file.shownPath() + " has " + file.size() + " bytes, more than the " + maxBytes + " allowed");
        }
        try (InputStream in = open(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw layers.failure(file.layer(), e);
        }
    }

    /**
     * Writes everything as one tar stream without whiteouts: what a single layer with the same root file system would be,
     * devices, owners, set-user-id bits and extended attributes included; times are cut to whole seconds.
     *
     * <p>Links, devices and empty files come first, in the order of {@link #entries()}, then the files in the order of the
     * layers, so that each layer is read once at most and nothing is buffered, and the folders last, each after what it holds:
     * tools that unpack as they read then close no folder too early and leave its time right. A file's further names follow
     * it as hard links. The same image always gives the same bytes.
     *
     * @param out where to; neither flushed nor closed
     * @return what was written
     * @throws ContentMismatchException if a layer's bytes have changed since
     * @throws SourceFailedException if a layer cannot be read
     * @throws UnavailableException if {@code out} fails
     * @throws CancelledException if the thread is interrupted; its flag stays
     */
    public FlattenResult flatten(OutputStream out) {
        return new Flattening(layers, out).write(root, rootNamed);
    }

    /** Depth first, names in byte order; the root itself is left out. */
    static final class Walk implements Iterator<FileEntry> {
        private final Deque<Iterator<Node>> open = new ArrayDeque<>();

        Walk(Node root) {
            open.push(root.sortedChildren().iterator());
        }

        @Override
        public boolean hasNext() {
            while (!open.isEmpty() && !open.getFirst().hasNext()) {
                open.pop();
            }
            return !open.isEmpty();
        }

        @Override
        public FileEntry next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Node node = open.getFirst().next();
            if (!node.isEmpty()) {
                open.push(node.sortedChildren().iterator());
            }
            return new FileEntry(node);
        }
    }

    /** One file's content: its last byte is given out once the whole blob has been verified. */
    private static final class Verified extends FilterInputStream {
        private final LayerReader reader;
        private long rest;

        Verified(LayerReader reader, long size) {
            super(reader.content());
            this.reader = reader;
            this.rest = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = in.read(bytes, offset, length);
            if (n > 0) {
                rest -= n;
                if (rest == 0) {
                    reader.readBlobToEnd();
                }
            }
            return n;
        }

        @Override
        public long skip(long count) throws IOException {
            byte[] sink = new byte[(int) Math.max(1, Math.min(count, 8192))];
            int n = count <= 0 ? 0 : read(sink, 0, sink.length);
            return Math.max(0, n);
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
