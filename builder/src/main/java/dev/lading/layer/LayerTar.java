package dev.lading.layer;

import dev.lading.oci.CancelledException;
import dev.lading.oci.Digest;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/** Writes entries as a tar: each file is opened once, read in pieces and asked afterwards whether it changed. */
final class LayerTar {
    private static final int BUFFER = 128 * 1024;
    static final EntryObserver NOBODY = (path, firstBytes) -> {};

    private final List<LayerEntry> entries;
    private final LayerNotes notes;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

    LayerTar(List<LayerEntry> entries, LayerNotes notes) {
        this.entries = entries;
        this.notes = notes;
    }

    /** The sha256 of the tar, which is made and thrown away. */
    static Digest digest(List<LayerEntry> entries) throws IOException {
        MessageDigest digest = Digest.Algorithm.SHA256.newMessageDigest();
        new LayerTar(entries, LayerNotes.NONE).writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return Digest.finish(Digest.Algorithm.SHA256, digest);
    }

    /** Writes the whole tar; the stream is flushed and not closed. */
    void writeTo(OutputStream out) throws IOException {
        OutputStream buffered = new BufferedOutputStream(out, BUFFER);
        TarWriter tar = new TarWriter(buffered);
        for (LayerEntry entry : entries) {
            if (entry.isFile()) {
                writeFile(tar, entry);
            } else {
                tar.write(entry.header());
            }
        }
        tar.finish();
        buffered.flush();
    }

    private void writeFile(TarWriter tar, LayerEntry entry) throws IOException {
        TarEntry header = entry.header();
        try (ReadableByteChannel in = entry.content().open()) {
            int n = read(in, entry, header.size());
            if (notes.wantsFiles()) {
                notes.begin(entry, Arrays.copyOf(buffer.array(), Math.min(n, EntryObserver.FIRST_BYTES)));
                notes.bytes(buffer.array(), n);
            }
            if (n == header.size()) {
                tar.write(header, buffer.array(), 0, n);
            } else {
                writeLong(tar, entry, in, n);
            }
            buffer.clear().limit(1);
            // Files of the kernel say that they are empty, and are not.
            boolean asks = !(entry.content() instanceof ScannedFile) || header.size() == 0;
            if (asks && in.read(buffer) > 0) {
                throw new IOException(entry.origin() + " has more than the " + header.size()
                        + " bytes it said to have; it changed while it was read, or is none to be copied");
            }
        }
        // A file that grew is told by its size.
        entry.content().checkUnchanged();
        notes.end(entry);
    }

    private void writeLong(TarWriter tar, LayerEntry entry, ReadableByteChannel in, int first) throws IOException {
        long left = entry.header().size() - first;
        try (OutputStream file = tar.openFile(entry.header())) {
            file.write(buffer.array(), 0, first);
            while (left > 0) {
                int n = read(in, entry, left);
                notes.bytes(buffer.array(), n);
                file.write(buffer.array(), 0, n);
                left -= n;
            }
        }
    }

    /** Fills the buffer, or reads all that is left. */
    private int read(ReadableByteChannel in, LayerEntry entry, long left) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            // content that compresses well reaches the target, which looks at the flag too, late
            throw new CancelledException("interrupted while " + entry.origin() + " was put into a layer");
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), left));
        while (buffer.hasRemaining()) {
            if (in.read(buffer) < 0) {
                throw new IOException(entry.origin() + " ended " + (left - buffer.position()) + " bytes before the "
                        + entry.header().size() + " it had; it changed while it was read");
            }
        }
        return buffer.position();
    }
}
