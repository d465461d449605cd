package dev.lading.oci.rootfs;

import dev.lading.gzip.GzipException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.MediaType;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Blob;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarException;
import dev.lading.tar.TarReader;
import dev.lading.zstd.ZstdException;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PushbackInputStream;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one layer as a stream of entries, and verifies all of it.
 *
 * <p>Digest and size of the blob are checked on its last byte, the diff ID on the tar's last byte; {@link #next()} says
 * that there are no more entries only after both. What stands behind the tar's end marker is read and hashed but not
 * interpreted. A caller that stops early has verified nothing. Each read looks at the thread's interrupt flag.
 *
 * <p>To be closed. Not safe for use by several threads.
 */
public final class LayerReader implements Closeable {
    private static final int MAGIC_BYTES = 4;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream blob;
    private final InputStream uncompressed;
    private final TarStream tarStream;
    private final TarReader tar;
    private final LayerLimits limits;
    private long entries;
    private boolean ended;

    private LayerReader(
            InputStream blob, InputStream uncompressed, TarStream tarStream, LayerLimits limits, long entriesBefore) {
        this.blob = blob;
        this.uncompressed = uncompressed;
        this.tarStream = tarStream;
        this.tar = new TarReader(tarStream, limits.tar());
        this.limits = limits;
        this.entries = entriesBefore;
    }

    /**
     * Opens a layer with the usual limits.
     *
     * @param blob the layer as it is stored
     * @param diffId the digest of the tar, from the image's configuration
     * @return the reader, to be closed
     * @throws UnsupportedException if the layer is compressed by zstd and zstd-jni is not there, or its media type is none
     *     of a layer
     * @throws LayerException if the bytes are not compressed as the media type says
     * @throws IOException if the blob cannot be read
     */
    public static LayerReader open(Blob blob, Digest diffId) throws IOException {
        return open(blob, diffId, LayerLimits.DEFAULT);
    }

    /**
     * Opens a layer.
     *
     * @param blob the layer as it is stored
     * @param diffId the digest of the tar, from the image's configuration
     * @param limits what the layer may decompress to
     * @return the reader, to be closed
     * @throws UnsupportedException if the layer is compressed by zstd and zstd-jni is not there, or its media type is none
     *     of a layer
     * @throws LayerException if the bytes are not compressed as the media type says
     * @throws IOException if the blob cannot be read
     */
    public static LayerReader open(Blob blob, Digest diffId, LayerLimits limits) throws IOException {
        return open(blob, diffId, limits, 0, 0);
    }

    /** The limits hold for several layers together: what earlier ones used counts. */
    static LayerReader open(Blob blob, Digest diffId, LayerLimits limits, long bytesBefore, long entriesBefore)
            throws IOException {
        return open(blob, Optional.of(diffId), limits, bytesBefore, entriesBefore);
    }

    /**
     * Opens a layer whose diff ID has been verified before: it is then enough that the blob is the same, which
     * {@link #readBlobToEnd} says.
     */
    static LayerReader openAgain(Blob blob, LayerLimits limits) throws IOException {
        return open(blob, Optional.empty(), limits, 0, 0);
    }

    private static LayerReader open(
            Blob blob, Optional<Digest> diffId, LayerLimits limits, long bytesBefore, long entriesBefore)
            throws IOException {
        Objects.requireNonNull(limits, "limits");
        LayerForm claimed = LayerForm.of(blob.descriptor().mediaType());
        InputStream raw = blob.open();
        try {
            PushbackInputStream peeked = new PushbackInputStream(raw, MAGIC_BYTES);
            byte[] first = peeked.readNBytes(MAGIC_BYTES);
            peeked.unread(first);
            LayerForm found = LayerForm.ofBytes(first);
            if (found != claimed) {
                throw new LayerException("the layer " + blob.descriptor() + " is of the type of a " + claimed.words()
                        + " but its bytes are those of a " + found.words());
            }
            InputStream uncompressed = found.uncompressed(peeked);
            TarStream stream = new TarStream(uncompressed, blob, diffId, limits, bytesBefore);
            return new LayerReader(peeked, uncompressed, stream, limits, entriesBefore);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    /**
     * Goes on to the next entry; what was not read of the last one's content is skipped.
     *
     * @return the entry, or empty when the whole layer has been read and verified
     * @throws ContentMismatchException if the blob or its diff ID is not what was expected
     * @throws TarException if the archive is malformed
     * @throws GzipException if the compression is malformed
     * @throws ZstdException if the compression is malformed
     * @throws LayerException if the layer is beyond a limit
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the blob cannot be read
     */
    public Optional<TarEntry> next() throws IOException {
        if (ended) {
            return Optional.empty();
        }
        Optional<TarEntry> entry = tar.next();
        if (entry.isEmpty()) {
            tarStream.readToEnd();
            ended = true;
        } else if (++entries > limits.maxEntries()) {
            throw new LayerException("there are more than " + limits.maxEntries()
                    + " entries; raise LayerLimits.maxEntries if this image is to be trusted");
        }
        return entry;
    }

    /**
     * The content of the entry that {@link #next()} gave last, usable until it is called again.
     *
     * @return the stream; closing it does nothing
     */
    public InputStream content() {
        return tar.content();
    }

    /**
     * How much of the tar has been read.
     *
     * @return uncompressed bytes of this layer
     */
    public long bytesRead() {
        return tarStream.count;
    }

    /** Reads what is left of the stored bytes, without decompressing them, so that the blob is verified. */
    void readBlobToEnd() throws IOException {
        byte[] sink = new byte[BUFFER_BYTES];
        int n;
        do {
            tarStream.checkInterrupt();
            n = blob.read(sink);
        } while (n >= 0);
    }

    @Override
    public void close() throws IOException {
        uncompressed.close();
    }

    /** The uncompressed tar: counted, hashed, bounded. */
    private static final class TarStream extends FilterInputStream {
        private final Blob blob;
        private final Optional<Digest> diffId;
        private final @Nullable MessageDigest digest;
        private final LayerLimits limits;
        private final long before;
        private long count;

        TarStream(InputStream in, Blob blob, Optional<Digest> diffId, LayerLimits limits, long before) {
            super(in);
            this.blob = blob;
            this.diffId = diffId;
            this.digest = diffId.map(expected -> expected.algorithm().newMessageDigest())
                    .orElse(null);
            this.limits = limits;
            this.before = before;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            checkInterrupt();
            int n = in.read(bytes, offset, length);
            if (n > 0) {
                if (digest != null) {
                    digest.update(bytes, offset, n);
                }
                count += n;
                check();
            }
            return n;
        }

        void checkInterrupt() throws InterruptedIOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException(
                        "interrupted while reading " + blob.descriptor().digest());
            }
        }

        private void check() throws LayerException {
            if (before + count > limits.maxBytes()) {
                throw new LayerException("the layer " + blob.descriptor().digest() + " unpacks to more than the "
                        + limits.maxBytes() + " bytes allowed; raise LayerLimits.maxBytes if it is to be trusted");
            }
            if (count > LayerLimits.RATIO_FROM_BYTES && count / Math.max(1, blob.bytesRead()) > limits.maxRatio()) {
                throw new LayerException("the layer " + blob.descriptor().digest() + " unpacks to more than "
                        + limits.maxRatio() + " times its size, as a decompression bomb does; raise"
                        + " LayerLimits.maxRatio if it is to be trusted");
            }
        }

        void readToEnd() throws IOException {
            byte[] sink = new byte[BUFFER_BYTES];
            int n;
            do {
                n = read(sink, 0, sink.length);
            } while (n >= 0);
            if (digest != null) {
                verify(diffId.orElseThrow(), digest);
            }
        }

        private void verify(Digest expected, MessageDigest of) {
            Digest found = Digest.finish(expected.algorithm(), of);
            if (!found.equals(expected)) {
                throw new ContentMismatchException(
                        Descriptor.of(MediaType.OCI_LAYER, expected, count),
                        "it is the diff ID of the layer " + blob.descriptor().digest() + ", whose tar has the digest "
                                + found);
            }
        }
    }
}
