package dev.lading.oci.layout;

import dev.lading.oci.Annotations;
import dev.lading.oci.CancelledException;
import dev.lading.oci.ConflictException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Manifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.IngestRun;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.Role;
import dev.lading.oci.internal.json.JsonFault;
import dev.lading.oci.internal.json.JsonObject;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A folder that is an OCI image layout: blobs under {@code blobs/}, names in {@code index.json}.
 *
 * <p>Reading a folder that is not there finds nothing; the first write makes it. A blob is written beside, synced, and renamed
 * to its digest; {@code index.json} is read again, changed and replaced by a rename under a lock on {@code index.json.lock},
 * so that several threads and processes may write at once and a kill leaves the old names or the new ones. Links in place of
 * blobs are not followed. Works on every file system of Java; safe for use by many threads.
 */
public final class OciLayout implements ContentStore, AutoCloseable {
    private static final String MARKER = "{\"imageLayoutVersion\":\"1.0.0\"}";
    // What another writer of the same new layout may have made between our look at the marker and at the folder.
    private static final Set<String> OWN_NAMES = Set.of("blobs", "index.json", "index.json.lock", "oci-layout");
    private static final int MAX_MARKER_BYTES = 4096;
    private static final int BUFFER = 64 * 1024;
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(30);
    private static final long LOCK_PAUSE_MILLIS = 5;
    // image-spec, annotations.md, «org.opencontainers.image.ref.name»: letters and digits, with single separators
    // between or
    // two dashes. Said by what may stand where, for a pattern that repeats a group matches as deep as the text is long.
    private static final Pattern NAME = Pattern.compile(
            "(?!.*(?:[._:@+/][._:@+/-]|-[._:@+/]|---))" + "[A-Za-z0-9][A-Za-z0-9._:@+/-]*(?<=[A-Za-z0-9])");

    // File locks belong to the process, and closing any channel of a file drops all of them: so threads wait here
    // first.
    private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

    private final Path folder;

    private OciLayout(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens a layout; nothing is read or made yet.
     *
     * @param folder the layout's folder, there or not
     * @return the layout
     */
    public static OciLayout open(Path folder) {
        return new OciLayout(Objects.requireNonNull(folder));
    }

    /**
     * Reads the index of the layout.
     *
     * @return the index whose entries are the layout's names
     * @throws NotFoundException if the folder is not there or no layout
     * @throws InvalidInputException if the layout is broken
     * @throws UnsupportedException if it is of another version than 1.0.0
     */
    public ImageIndex index() {
        try {
            checkMarker();
            Path index = folder.resolve("index.json");
            if (!Files.isRegularFile(index, LinkOption.NOFOLLOW_LINKS)) {
                throw new InvalidInputException("the layout " + folder + " has no index.json");
            }
            return ImageIndex.read(readSmall(index, Manifest.MAX_BYTES), MediaType.OCI_INDEX);
        } catch (IOException e) {
            throw LadingException.from("cannot read the layout " + folder, e);
        }
    }

    private boolean isThere() {
        return Files.isRegularFile(folder.resolve("oci-layout"), LinkOption.NOFOLLOW_LINKS);
    }

    private void checkMarker() throws IOException {
        if (!isThere()) {
            throw new NotFoundException(absence());
        }
        try {
            String version = JsonObject.read(
                            readSmall(folder.resolve("oci-layout"), MAX_MARKER_BYTES), MAX_MARKER_BYTES)
                    .requiredText("imageLayoutVersion");
            if (!version.equals("1.0.0")) {
                throw new UnsupportedException(
                        "the layout " + folder + " is of version " + version + "; version 1.0.0 is supported");
            }
        } catch (JsonFault e) {
            throw new InvalidInputException("the file oci-layout in " + folder + " is broken: " + e.getMessage(), e);
        }
    }

    private String absence() {
        return Files.isDirectory(folder)
                ? "the folder " + folder + " is no OCI layout, for it has no file oci-layout"
                : "there is no folder " + folder + ". Check the path, or build or copy into it first.";
    }

    private static byte[] readSmall(Path file, int maxBytes) throws IOException {
        try (InputStream in = openFile(file, 0)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new InvalidInputException("the file " + file + " has more than " + maxBytes + " bytes");
            }
            return bytes;
        }
    }

    private static InputStream openFile(Path file, long from) throws IOException {
        SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        try {
            return Channels.newInputStream(channel.position(from));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public Optional<Descriptor> find(String name) {
        if (!isThere()) {
            return Optional.empty();
        }
        List<Descriptor> entries = index().manifests();
        Optional<Descriptor> named = entries.stream()
                .filter(d -> name.equals(d.annotations().get(Annotations.REF_NAME)))
                // The newest entry of a name wins where another tool has written two.
                .reduce((first, second) -> second);
        Optional<Descriptor> found =
                named.isPresent() || !Digest.isMeantBy(name) ? named : findDigest(Digest.parse(name), entries);
        return found.map(OciLayout::withoutName);
    }

    /** What an entry says of its document; what it says of the name in this layout does not travel with the document. */
    private static Descriptor withoutName(Descriptor entry) {
        Descriptor plain = Descriptor.of(entry.mediaType(), entry.digest(), entry.size());
        return entry.platform().map(plain::withPlatform).orElse(plain);
    }

    private Optional<Descriptor> findDigest(Digest digest, List<Descriptor> entries) {
        Optional<Descriptor> entry =
                entries.stream().filter(d -> d.digest().equals(digest)).findFirst();
        Path file = path(digest);
        if (entry.isPresent() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return entry;
        }
        try {
            if (Files.size(file) > Manifest.MAX_BYTES) {
                return Optional.empty();
            }
            byte[] bytes = readSmall(file, Manifest.MAX_BYTES);
            // Empty for what is no document, and so not what a name can mean: a layer, a configuration.
            return Manifest.typeOf(bytes).map(type -> Descriptor.of(type, digest, bytes.length));
        } catch (IOException e) {
            throw LadingException.from("cannot read " + file, e);
        }
    }

    @Override
    public ContentGraph resolve(String name) {
        if (!isThere()) {
            throw new NotFoundException("there is no «" + name + "» in " + describe() + ": " + absence());
        }
        return ContentStore.super.resolve(name);
    }

    private Path path(Digest digest) {
        return folder.resolve("blobs").resolve(digest.algorithm().word()).resolve(digest.hex());
    }

    @Override
    public boolean exists(Descriptor descriptor, Role role) {
        Path file = path(descriptor.digest());
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == descriptor.size();
        } catch (IOException e) {
            throw LadingException.from("cannot look at " + file, e);
        }
    }

    @Override
    public Content fetch(Descriptor descriptor, Role role) {
        Path file = path(descriptor.digest());
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotFoundException("there is no " + descriptor.digest() + " in " + describe());
        }
        long size;
        try {
            size = Files.size(file);
        } catch (IOException e) {
            throw LadingException.from("cannot look at " + file, e);
        }
        return new Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() throws IOException {
                return openFile(file, 0);
            }

            @Override
            public InputStream open(long from) throws IOException {
                return openFile(file, from);
            }
        };
    }

    @Override
    public void put(Blob blob) {
        store(
                "content",
                out -> {
                    blob.writeTo(out);
                    return blob.descriptor();
                },
                Descriptor::digest);
    }

    @Override
    public void put(Document document) {
        store(
                "a document",
                out -> {
                    out.write(document.bytes());
                    return document.descriptor();
                },
                Descriptor::digest);
    }

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
        return ingest(mediaType, Digest.Algorithm.SHA256, producer);
    }

    @Override
    public <R> Ingested<R> ingest(MediaType mediaType, Digest.Algorithm algorithm, Producer<R> producer) {
        return store("content", out -> IngestRun.of(algorithm, producer, out), IngestRun::digest)
                .ingested(mediaType, 1);
    }

    /** Writes a file's bytes and says what was found out by it. */
    private interface Writing<T> {
        T writeTo(OutputStream out) throws IOException;
    }

    /** Stores what is written under its digest, which is verified or computed by the end of the writing. */
    private <T> T store(String what, Writing<T> writing, Function<T, Digest> digest) {
        try {
            makeFolders();
            Path beside = folder.resolve(".ingest-" + UUID.randomUUID());
            try {
                T written = writeSynced(beside, writing);
                Path file = path(digest.apply(written));
                Files.createDirectories(Objects.requireNonNull(file.getParent(), "a blob lies in a folder"));
                moveOver(beside, file);
                return written;
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw LadingException.from("cannot write " + what + " into the layout " + folder, e);
        }
    }

    private static <T> T writeSynced(Path file, Writing<T> writing) throws IOException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW))) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
            T result = writing.writeTo(out);
            out.flush();
            if (channel instanceof FileChannel synced) {
                synced.force(true);
            }
            return result;
        }
    }

    private static void moveOver(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void makeFolders() throws IOException {
        if (isThere()) {
            return;
        }
        if (Files.isDirectory(folder)) {
            try (var entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    String name = String.valueOf(entry.getFileName());
                    if (!OWN_NAMES.contains(name) && !name.startsWith(".ingest-")) {
                        throw new ConflictException(
                                "the folder " + folder + " is no OCI layout and not empty: it holds " + name
                                        + ". Name another folder, or empty it.");
                    }
                }
            }
        }
        Files.createDirectories(folder.resolve("blobs").resolve(Digest.Algorithm.SHA256.word()));
        locked(() -> {
            Path index = folder.resolve("index.json");
            if (!Files.exists(index, LinkOption.NOFOLLOW_LINKS)) {
                replace(index, ImageIndex.of(List.of()).bytes());
            }
            if (!isThere()) {
                replace(folder.resolve("oci-layout"), MARKER.getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private void replace(Path file, byte[] bytes) throws IOException {
        Path beside = folder.resolve(".ingest-" + UUID.randomUUID());
        try {
            writeSynced(beside, out -> {
                out.write(bytes);
                return bytes.length;
            });
            moveOver(beside, file);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    @Override
    public void tag(Document document, String name) {
        if (!NAME.matcher(name).matches() || name.contains(":") && name.startsWith("sha")) {
            throw new InvalidInputException("«" + name + "» is not a name that a layout takes");
        }
        if (!exists(document.descriptor(), Role.MANIFEST)) {
            throw new NotFoundException(
                    "there is no " + document.descriptor().digest() + " in " + describe() + " to be tagged " + name);
        }
        Descriptor entry = document.descriptor().withAnnotation(Annotations.REF_NAME, name);
        try {
            locked(() -> {
                ImageIndex index = index();
                if (index.manifests().stream()
                        .filter(d -> isNamed(d, name))
                        .toList()
                        .equals(List.of(entry))) {
                    return;
                }
                ImageIndex changed = index.remove(d -> isNamed(d, name)).append(entry);
                replace(folder.resolve("index.json"), changed.bytes());
            });
        } catch (IOException e) {
            throw LadingException.from("cannot write the names of the layout " + folder, e);
        }
    }

    private static boolean isNamed(Descriptor entry, String name) {
        return name.equals(entry.annotations().get(Annotations.REF_NAME));
    }

    /** What is done while the layout's lock is held. */
    private interface Locked {
        void run() throws IOException;
    }

    private void locked(Locked work) throws IOException {
        long deadline = System.nanoTime() + LOCK_PATIENCE.toNanos();
        while (!workedUnderLock(work)) {
            if (System.nanoTime() > deadline) {
                throw lockedOut();
            }
            pause();
        }
    }

    /** Tries once, and lets go of the process's lock again, so that a layout that others hold stops no other layout. */
    private boolean workedUnderLock(Locked work) throws IOException {
        try {
            IN_THIS_PROCESS.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try (FileChannel channel = FileChannel.open(
                        folder.resolve("index.json.lock"),
                        Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS));
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return false;
            }
            work.run();
            return true;
        } catch (OverlappingFileLockException e) {
            // Held in this process by this class from another class loader: wait as for another process.
            return false;
        } finally {
            IN_THIS_PROCESS.unlock();
        }
    }

    private ConflictException lockedOut() {
        return new ConflictException("the layout " + folder + " has been locked for " + LOCK_PATIENCE.toSeconds()
                + " s by another writer. Try again when it has ended.");
    }

    private InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for the lock of the layout " + folder);
    }

    private void pause() throws IOException {
        try {
            Thread.sleep(LOCK_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    @Override
    public String describe() {
        return "oci:" + folder;
    }

    /**
     * Closes the layout. Nothing is held between calls, so this does nothing today; callers close what they open.
     *
     * @throws CancelledException never today
     */
    @Override
    public void close() {
        // Locks and channels live no longer than the call that needs them.
    }
}
