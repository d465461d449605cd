package dev.lading.layer;

import dev.lading.gzip.GzipDecoder;
import dev.lading.gzip.GzipException;
import dev.lading.layer.Part.LayerSource;
import dev.lading.layer.Part.TarSource;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.rootfs.LayerException;
import dev.lading.oci.rootfs.LayerLimits;
import dev.lading.oci.rootfs.LayerReader;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarException;
import dev.lading.tar.TarKind;
import dev.lading.tar.TarReader;
import dev.lading.zstd.Zstd;
import dev.lading.zstd.ZstdDecoder;
import dev.lading.zstd.ZstdException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PushbackInputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Lists a foreign tar or a layer, whose contents it keeps beside: a layer's order is not theirs.
 *
 * <p>Names are made ours. Of a tar's attributes those of the name space {@code user} and capabilities are taken, of a layer's
 * all. Hard links name a file that came before in the same archive.
 */
final class TarScan implements Closeable {
    private static final String ATTRIBUTE = EntryRule.ATTRIBUTE_RECORD;
    private static final int MAGIC_BYTES = 6;
    private static final int BUFFER = 64 * 1024;

    private final String what;
    private final List<ArchiveScan.NotCarried> notCarried;
    private final Spool spool = new Spool();

    // Files by the path in the archive: what a hard link can name.
    private final Map<String, LayerEntry> files = new HashMap<>();

    TarScan(String what, List<ArchiveScan.NotCarried> notCarried) {
        this.what = what;
        this.notCarried = notCarried;
    }

    void list(Part.Source source, ArchiveScan.Found found) throws IOException {
        try {
            if (source instanceof LayerSource layer) {
                layer(layer, found);
            } else if (source instanceof TarSource tar) {
                tar(tar.file(), found);
            }
        } catch (TarException | GzipException | ZstdException | LayerException e) {
            throw new InvalidInputException("cannot take the entries of " + what + ": " + e.getMessage(), e);
        }
    }

    private void layer(LayerSource source, ArchiveScan.Found found) throws IOException {
        try (LayerReader reader = LayerReader.open(
                source.source().blob(source.layer().descriptor()),
                source.layer().diffId())) {
            for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                take(entry.get(), reader.content(), true, found);
            }
        }
    }

    private void tar(Path file, ArchiveScan.Found found) throws IOException {
        LayerLimits limits = LayerLimits.DEFAULT;
        try (InputStream raw = Channels.newInputStream(Files.newByteChannel(file));
                Bounded tar = Bounded.of(raw, what, limits)) {
            TarReader reader = new TarReader(new BufferedInputStream(tar, BUFFER), limits.tar());
            long count = 0;
            for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                if (++count > limits.maxEntries()) {
                    throw new InvalidInputException(what + " has more than " + limits.maxEntries() + " entries");
                }
                take(entry.get(), reader.content(), false, found);
            }
        }
    }

    private void take(TarEntry entry, InputStream content, boolean isLayer, ArchiveScan.Found found)
            throws IOException {
        String shown = entry.shownName() + " in " + what;
        byte[] below = ArchivePath.of(entry.name(), isLayer, shown);
        boolean isFolder = entry.kind() == TarKind.FOLDER;
        byte[] path = found.path(below);
        if (path.length == 0 || below.length == 0 && !isFolder || found.excludes(below, isFolder)) {
            return;
        }
        String key = AttributeReader.key(below);
        Rules rules = found.rules();
        LayerEntry taken = switch (entry.kind()) {
            case FOLDER ->
                plain(path, TarEntry.folder(path).withMode(rules.ofFolder(entry.mode())), entry, isLayer, rules);
            case SYMLINK -> plain(path, TarEntry.symlink(path, entry.linkName()), entry, isLayer, rules);
            case FILE -> {
                LayerEntry file = new LayerEntry(
                        path,
                        finished(
                                TarEntry.file(path, entry.size()).withMode(rules.ofFile(entry.mode())),
                                entry,
                                isLayer,
                                rules),
                        entry.size() == 0 ? FileContent.NONE : spool.add(content),
                        shown,
                        rules.hardLinks() ? Optional.of(new Object()) : Optional.empty());
                files.put(key, file);
                yield file;
            }
            case HARD_LINK -> hardLink(entry, path, isLayer, shown);
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> {
                if (!isLayer && !rules.devices()) {
                    throw new InvalidInputException(shown
                            + " is a device or a fifo, which a layer has no use for. Leave it out by exclude(…),"
                            + " or keep it by keepDevices().");
                }
                yield plain(
                        path,
                        TarEntry.special(entry.kind(), path, entry.deviceMajor(), entry.deviceMinor())
                                .withMode(rules.ofFile(entry.mode())),
                        entry,
                        isLayer,
                        rules);
            }
        };
        if (entry.kind() == TarKind.HARD_LINK) {
            files.put(key, taken);
        } else if (entry.kind() != TarKind.FILE) {
            files.remove(key);
        }
        found.add(below, taken);
    }

    private LayerEntry plain(byte[] path, TarEntry header, TarEntry from, boolean isLayer, Rules rules) {
        return new LayerEntry(
                path, finished(header, from, isLayer, rules), FileContent.NONE, from.shownName() + " in " + what);
    }

    /** A second name of a file: the same content, and a link of it if links are kept. */
    private LayerEntry hardLink(TarEntry entry, byte[] path, boolean isLayer, String shown) {
        byte[] target = ArchivePath.of(entry.linkName(), isLayer, "the target of " + shown);
        LayerEntry file = files.get(AttributeReader.key(target));
        if (file == null) {
            throw new InvalidInputException(shown + " is a hard link to " + entry.shownLinkName()
                    + ", which is no file that came before it in the archive, or was left out");
        }
        TarEntry from = file.header();
        TarEntry header = TarEntry.file(path, from.size())
                .withMode(from.mode())
                .withOwner(from.userId(), from.groupId())
                .withOwnerNames(from.userName(), from.groupName())
                .withModified(from.modified());
        for (String key : from.otherRecordKeys()) {
            header = header.withRecord(key, from.otherRecord(key));
        }
        return new LayerEntry(path, header, file.content(), shown, file.link());
    }

    private TarEntry finished(TarEntry header, TarEntry from, boolean isLayer, Rules rules) {
        TarEntry owned = header;
        if (rules.owner().isEmpty()) {
            owned = owned.withOwner(from.userId(), from.groupId()).withOwnerNames(from.userName(), from.groupName());
        }
        owned = rules.owned(owned, from.modified());
        for (String key : from.otherRecordKeys()) {
            boolean isCarried =
                    key.startsWith(ATTRIBUTE + "user.") || key.equals(ATTRIBUTE + FileCapabilities.ATTRIBUTE);
            if (isCarried || isLayer && key.startsWith(ATTRIBUTE)) {
                owned = owned.withRecord(key, from.otherRecord(key));
            } else if (key.startsWith(ATTRIBUTE)) {
                notCarried.add(new ArchiveScan.NotCarried(
                        "/" + new String(header.name(), StandardCharsets.UTF_8), key.substring(ATTRIBUTE.length())));
            }
        }
        return owned;
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }

    /** A tar's bytes, uncompressed, and refused when they are those of a decompression bomb. */
    private static final class Bounded extends FilterInputStream {
        private final String what;
        private final LongSupplier compressed;
        private final LayerLimits limits;
        private long count;

        private Bounded(InputStream in, LongSupplier compressed, String what, LayerLimits limits) {
            super(in);
            this.compressed = compressed;
            this.what = what;
            this.limits = limits;
        }

        static Bounded of(InputStream raw, String what, LayerLimits limits) throws IOException {
            PushbackInputStream peeked = new PushbackInputStream(new BufferedInputStream(raw, BUFFER), MAGIC_BYTES);
            byte[] first = peeked.readNBytes(MAGIC_BYTES);
            peeked.unread(first);
            if (GzipDecoder.isGzip(first)) {
                GzipDecoder gzip = new GzipDecoder(peeked);
                return new Bounded(gzip, gzip::position, what, limits);
            } else if (Zstd.isZstd(first)) {
                ZstdDecoder zstd = new ZstdDecoder(peeked);
                return new Bounded(zstd, zstd::position, what, limits);
            } else if (begins(first, 'B', 'Z', 'h') || begins(first, 0xfd, '7', 'z', 'X', 'Z')) {
                throw new UnsupportedException(what + " is compressed by " + (first[0] == 'B' ? "bzip2" : "xz")
                        + ", which is not read; decompress it, or compress it by gzip or zstd");
            }
            return new Bounded(peeked, () -> Long.MAX_VALUE, what, limits);
        }

        private static boolean begins(byte[] first, int... magic) {
            for (int i = 0; i < magic.length; i++) {
                if (first.length <= i || (first[i] & 0xff) != magic[i]) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while reading " + what);
            }
            int n = in.read(bytes, offset, length);
            count += Math.max(0, n);
            boolean isBomb = count > LayerLimits.RATIO_FROM_BYTES
                    && count / Math.max(1, compressed.getAsLong()) > limits.maxRatio();
            if (isBomb || count > limits.maxBytes()) {
                throw new InvalidInputException(what + " unpacks to " + count
                        + " bytes and more, as a decompression bomb does. Do not trust this archive.");
            }
            return n;
        }
    }
}
