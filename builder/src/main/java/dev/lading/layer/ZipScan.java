package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.rootfs.LayerLimits;
import dev.lading.tar.TarEntry;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * Lists a jar or another zip by its central directory (PKWARE's APPNOTE.TXT 6.3.10, section 4.3), and reads entries where
 * they stand. Modes and links are those of Unix where an entry has them.
 */
final class ZipScan implements Closeable {
    private static final int BUFFER = 32 * 1024;
    private static final int MAX_TARGET_BYTES = 4096;
    private static final int KIND_BITS = 0170000;
    private static final int FILE_BITS = 0100000;
    private static final int FOLDER_BITS = 0040000;
    private static final int SYMLINK_BITS = 0120000;

    private final Path file;
    private final SeekableByteChannel channel;
    private final ScannedFile scanned;

    ZipScan(Path file) throws IOException {
        this.file = file;
        this.scanned = new ScannedFile(
                file, FileFacts.reader(file.getFileSystem(), false).read(file));
        this.channel = Files.newByteChannel(file);
    }

    void list(ArchiveScan.Found found) throws IOException {
        LayerLimits limits = LayerLimits.DEFAULT;
        long count = 0;
        long bytes = 0;
        for (ZipDirectory.Entry entry : ZipDirectory.read(channel, file.toString())) {
            bytes += entry.size();
            if (++count > limits.maxEntries() || bytes > limits.maxBytes() || bytes < 0) {
                throw new InvalidInputException("the archive " + file + " unpacks to more than " + limits.maxEntries()
                        + " entries or " + limits.maxBytes() + " bytes. Do not trust this archive.");
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while reading " + file);
            }
            take(entry, found);
        }
    }

    private void take(ZipDirectory.Entry entry, ArchiveScan.Found found) throws IOException {
        String shown = TarEntry.file(entry.name(), 0).shownName() + " in the archive " + file;
        byte[] below = ArchivePath.of(entry.name(), false, shown);
        boolean isFolder = entry.name()[entry.name().length - 1] == '/';
        byte[] path = found.path(below);
        if (path.length == 0 || below.length == 0 && !isFolder || found.excludes(below, isFolder)) {
            return;
        }
        Rules rules = found.rules();
        int kind = entry.unixMode() & KIND_BITS;
        if (isFolder || kind == FOLDER_BITS) {
            int mode = entry.unixMode() == 0 ? Rules.EXECUTABLE : entry.unixMode();
            add(found, below, TarEntry.folder(path).withMode(rules.ofFolder(mode)), entry, FileContent.NONE, shown);
        } else if (kind == SYMLINK_BITS) {
            add(found, below, TarEntry.symlink(path, target(entry, shown)), entry, FileContent.NONE, shown);
        } else if (kind == FILE_BITS || kind == 0) {
            Content content = new Content(entry, shown);
            int mode = entry.unixMode() == 0 && rules.asksForFileMode()
                    ? PartScan.modeByContent(content)
                    : rules.ofFile(entry.unixMode());
            add(found, below, TarEntry.file(path, entry.size()).withMode(mode), entry, content, shown);
        } else {
            throw new InvalidInputException(
                    shown + " is neither file, folder nor symbolic link. Leave it out by exclude(…).");
        }
    }

    private static void add(
            ArchiveScan.Found found,
            byte[] below,
            TarEntry header,
            ZipDirectory.Entry entry,
            FileContent content,
            String shown) {
        byte[] path = found.path(below);
        // A zip knows no owners by number.
        found.add(below, new LayerEntry(path, found.rules().owned(header, entry.modified()), content, shown));
    }

    private byte[] target(ZipDirectory.Entry entry, String shown) throws IOException {
        try (InputStream in = new Content(entry, shown).stream()) {
            byte[] target = in.readNBytes(MAX_TARGET_BYTES + 1);
            boolean hasNul = false;
            for (byte b : target) {
                hasNul |= b == 0;
            }
            if (target.length == 0 || target.length > MAX_TARGET_BYTES || hasNul) {
                throw new InvalidInputException(shown + " is a symbolic link that leads nowhere a path could");
            }
            return target;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** An entry's content, where it stands; read by one thread at a time. */
    private final class Content implements FileContent {
        private final ZipDirectory.Entry entry;
        private final String shown;

        Content(ZipDirectory.Entry entry, String shown) {
            this.entry = entry;
            this.shown = shown;
        }

        @Override
        public Stream open() throws IOException {
            return new Stream(stream());
        }

        InputStream stream() throws IOException {
            InputStream raw = new ZipDirectory.Range(channel, entry.dataStart(channel), entry.compressedSize());
            return new Checked(entry.isDeflated() ? inflated(raw) : raw, entry, shown);
        }

        private static InputStream inflated(InputStream raw) {
            Inflater inflater = new Inflater(true);
            return new InflaterInputStream(raw, inflater, BUFFER) {
                @Override
                public void close() throws IOException {
                    inflater.end();
                    super.close();
                }
            };
        }

        @Override
        public void checkUnchanged() throws IOException {
            scanned.checkUnchanged();
        }
    }

    /** Refuses, at its end, content that is not what the directory says. */
    private static final class Checked extends InputStream {
        private final InputStream in;
        private final ZipDirectory.Entry entry;
        private final String shown;
        private final CRC32 crc = new CRC32();
        private long count;

        Checked(InputStream in, ZipDirectory.Entry entry, String shown) {
            this.in = in;
            this.entry = entry;
            this.shown = shown;
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
                crc.update(bytes, offset, n);
                count += n;
            }
            boolean ended = n < 0 || count >= entry.size();
            if (ended && (count != entry.size() || crc.getValue() != entry.crc())) {
                throw new IOException(shown + " is damaged: its size or its CRC-32 is not what the archive says");
            }
            return n;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
