package dev.lading.tar;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a tar archive from a stream, entry by entry.
 *
 * <pre>{@code
 * TarReader reader = new TarReader(in);
 * for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
 *     // reader.content() holds entry.get().size() bytes
 * }
 * }</pre>
 *
 * <p>Understood: ustar, the format of the seventh edition, pax extended headers ({@code x} and {@code g}), GNU long
 * names and base-256 numbers. Refused by name: sparse files, multi-volume and incremental archives, and every other
 * kind of entry that POSIX or GNU tar does not define. As Go's and GNU's readers do, only files have content: a size
 * given for another kind is ignored.
 *
 * <p>The reader stops at the end marker (two zero blocks; a single one at the very end is taken too) and reads nothing
 * behind it; an archive that ends before it is an error. The stream is read from where it stands and never closed
 * here. What one entry may say about itself is bounded ({@link TarLimits}); the number of entries and bytes is the
 * caller's to bound. Not safe for use by several threads.
 */
public final class TarReader {
    /** A chain of extended headers must come to its entry: no archive needs more than four. */
    private static final int MAX_HEADERS_PER_ENTRY = 16;

    private static final byte[] NONE = {};

    private final InputStream in;
    private final TarLimits limits;
    private final byte[] block = new byte[TarBlock.SIZE];
    private final Map<String, byte[]> globals = new HashMap<>();
    private long position;
    private boolean ended;
    private Content content;

    /**
     * Makes a reader with the usual limits; nothing is read yet.
     *
     * @param in the archive; should be buffered or answer large reads fully
     */
    public TarReader(InputStream in) {
        this(in, TarLimits.DEFAULT);
    }

    /**
     * Makes a reader; nothing is read yet.
     *
     * @param in the archive; should be buffered or answer large reads fully
     * @param limits what one entry may say about itself
     */
    public TarReader(InputStream in, TarLimits limits) {
        this.in = Objects.requireNonNull(in, "in");
        this.limits = Objects.requireNonNull(limits, "limits");
        this.content = new Content("nothing", 0);
    }

    /**
     * Goes on to the next entry; what was not read of the last one's content is skipped.
     *
     * @return the entry, or empty at the end marker and ever after
     * @throws TarException if the archive is malformed, truncated or beyond a limit
     * @throws IOException if the stream fails
     */
    public Optional<TarEntry> next() throws IOException {
        if (ended) {
            return Optional.empty();
        }
        content.finish();
        Pending pending = new Pending();
        for (int headers = 0; headers <= MAX_HEADERS_PER_ENTRY; headers++) {
            long start = position;
            if (!readBlock()) {
                throw new TarException("the archive ends without its end marker; it is truncated", start);
            }
            if (TarBlock.isZero(block)) {
                end(pending, start);
                return Optional.empty();
            }
            byte type = check(start);
            switch (type) {
                case 'x' -> pending.records = readRecords(start);
                case 'g' -> keepGlobals(readRecords(start), start);
                case 'L' -> pending.name = readLongName(start);
                case 'K' -> pending.linkName = readLongName(start);
                default -> {
                    TarEntry entry = entry(type, pending, start);
                    content = new Content(entry.shownName(), entry.size());
                    return Optional.of(entry);
                }
            }
        }
        throw new TarException("more than " + MAX_HEADERS_PER_ENTRY + " extended headers before an entry", position);
    }

    /**
     * The content of the entry that {@link #next()} gave last: as many bytes as its size, then the end. It is usable
     * until {@code next()} is called again; closing it does nothing.
     *
     * @return the stream, always the same for one entry
     */
    public InputStream content() {
        return content;
    }

    /**
     * How far the archive has been read.
     *
     * @return the number of bytes taken from the stream
     */
    public long position() {
        return position;
    }

    /** What extended headers said about the entry to come. */
    private static final class Pending {
        Map<String, byte[]> records = Map.of();
        byte[] name = NONE;
        byte[] linkName = NONE;

        boolean isEmpty() {
            return records.isEmpty() && name.length == 0 && linkName.length == 0;
        }
    }

    private void end(Pending pending, long start) throws IOException {
        if (!pending.isEmpty()) {
            throw new TarException("the archive ends after an extended header without its entry", start);
        }
        if (readBlock() && !TarBlock.isZero(block)) {
            throw new TarException("a single zero block stands between two entries", start);
        }
        ended = true;
    }

    /** The checksum first: nothing of a block that fails it is believed. */
    private byte check(long start) throws TarException {
        try {
            if (TarBlock.checksumAgrees(block)) {
                return block[TarBlock.TYPE];
            }
        } catch (TarBlock.NotANumber e) {
            // the same fault
        }
        throw new TarException("a header's checksum does not agree; this is not a tar archive or it is damaged", start);
    }

    private TarEntry entry(byte type, Pending pending, long start) throws TarException {
        boolean ustar = TarBlock.has(block, TarBlock.MAGIC, TarBlock.USTAR);
        boolean named = ustar || TarBlock.has(block, TarBlock.MAGIC, TarBlock.GNU);
        Map<String, byte[]> records = new TreeMap<>(globals);
        records.putAll(pending.records);
        records.values().removeIf(value -> value.length == 0); // an empty value takes the record back
        try {
            byte[] name = name(ustar, pending, records, start);
            TarKind kind = kind(type, name, start);
            boolean link = kind == TarKind.SYMLINK || kind == TarKind.HARD_LINK;
            boolean device = named && (kind == TarKind.CHARACTER_DEVICE || kind == TarKind.BLOCK_DEVICE);
            byte[] linkName = linkName(pending, records, start);
            if (link && linkName.length == 0) {
                throw new TarException("the link " + TarEntry.shown(name) + " points at nothing", start);
            }
            long size = number("size", TarBlock.LENGTH, records, PaxRecords.SIZE, Long.MAX_VALUE, start);
            long userId = number("user id", TarBlock.USER_ID, records, PaxRecords.USER_ID, TarEntry.MAX_ID, start);
            long groupId = number("group id", TarBlock.GROUP_ID, records, PaxRecords.GROUP_ID, TarEntry.MAX_ID, start);
            return new TarEntry(
                    name,
                    kind,
                    kind == TarKind.FILE ? size : 0,
                    (int) (number("mode", TarBlock.MODE, Long.MAX_VALUE, start) & 07777),
                    userId,
                    groupId,
                    modified(records, start),
                    link ? linkName : NONE,
                    text(named, TarBlock.USER_NAME, records, PaxRecords.USER_NAME),
                    text(named, TarBlock.GROUP_NAME, records, PaxRecords.GROUP_NAME),
                    device ? (int) number("device number", TarBlock.DEVICE_MAJOR, TarEntry.MAX_DEVICE, start) : 0,
                    device ? (int) number("device number", TarBlock.DEVICE_MINOR, TarEntry.MAX_DEVICE, start) : 0,
                    others(records));
        } catch (PaxRecords.Malformed e) {
            throw e.at(start);
        }
    }

    private byte[] name(boolean ustar, Pending pending, Map<String, byte[]> records, long start) throws TarException {
        byte[] pax = records.getOrDefault(PaxRecords.PATH, NONE);
        if (pax.length > 0 && pending.name.length > 0) {
            throw new TarException("an entry has both a pax path and a GNU long name", start);
        }
        byte[] name = pax.length > 0 ? pax : pending.name.length > 0 ? pending.name : shortName(ustar);
        if (name.length == 0) {
            throw new TarException("an entry has no name", start);
        }
        return name;
    }

    private byte[] shortName(boolean ustar) {
        byte[] name = TarBlock.text(block, TarBlock.NAME);
        byte[] prefix =
                !ustar ? NONE : TarBlock.text(block, TarBlock.isStar(block) ? TarBlock.STAR_PREFIX : TarBlock.PREFIX);
        if (prefix.length == 0) {
            return name;
        }
        byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        whole[prefix.length] = '/';
        System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
        return whole;
    }

    private byte[] linkName(Pending pending, Map<String, byte[]> records, long start) throws TarException {
        byte[] pax = records.getOrDefault(PaxRecords.LINK_PATH, NONE);
        if (pax.length > 0 && pending.linkName.length > 0) {
            throw new TarException("an entry has both a pax linkpath and a GNU long link name", start);
        }
        return pax.length > 0
                ? pax
                : pending.linkName.length > 0 ? pending.linkName : TarBlock.text(block, TarBlock.LINK_NAME);
    }

    private static TarKind kind(byte type, byte[] name, long start) throws TarException {
        return switch (type) {
            // before POSIX a folder was a file whose name ends with a slash
            case 0 -> name[name.length - 1] == '/' ? TarKind.FOLDER : TarKind.FILE;
            case '0', '7' -> TarKind.FILE;
            case '1' -> TarKind.HARD_LINK;
            case '2' -> TarKind.SYMLINK;
            case '3' -> TarKind.CHARACTER_DEVICE;
            case '4' -> TarKind.BLOCK_DEVICE;
            case '5' -> TarKind.FOLDER;
            case '6' -> TarKind.FIFO;
            case 'S' ->
                throw new TarException(
                        "sparse files are not supported (" + TarEntry.shown(name)
                                + "); write the archive without holes",
                        start);
            default ->
                throw new TarException(
                        "the entry " + TarEntry.shown(name) + " is of the unknown type "
                                + TarEntry.shown(new byte[] {type}),
                        start);
        };
    }

    private Instant modified(Map<String, byte[]> records, long start) throws TarException, PaxRecords.Malformed {
        byte[] pax = records.get(PaxRecords.MODIFIED);
        if (pax != null) {
            return PaxRecords.time(PaxRecords.MODIFIED, pax);
        }
        long seconds = rawNumber("time", TarBlock.MODIFIED, start);
        if (seconds < Instant.MIN.getEpochSecond() || seconds > Instant.MAX.getEpochSecond()) {
            throw new TarException("a header's time " + seconds + " is out of range", start);
        }
        return Instant.ofEpochSecond(seconds);
    }

    private long number(
            String what, TarBlock.Field field, Map<String, byte[]> records, String key, long max, long start)
            throws TarException, PaxRecords.Malformed {
        byte[] pax = records.get(key);
        return pax != null ? PaxRecords.unsigned(key, pax, max) : number(what, field, max, start);
    }

    private long number(String what, TarBlock.Field field, long max, long start) throws TarException {
        long value = rawNumber(what, field, start);
        if (value < 0 || value > max) {
            throw new TarException("a header's " + what + " " + value + " is not between 0 and " + max, start);
        }
        return value;
    }

    private long rawNumber(String what, TarBlock.Field field, long start) throws TarException {
        try {
            return TarBlock.number(block, field);
        } catch (TarBlock.NotANumber e) {
            throw new TarException("a header's " + what + " is " + e.getMessage(), start);
        }
    }

    private byte[] text(boolean named, TarBlock.Field field, Map<String, byte[]> records, String key) {
        byte[] pax = records.get(key);
        return pax != null ? pax : named ? TarBlock.text(block, field) : NONE;
    }

    /** What is left when everything that the entry's own methods show is taken out. */
    private static Map<String, byte[]> others(Map<String, byte[]> records) {
        Map<String, byte[]> others = new TreeMap<>(records);
        others.keySet().removeIf(PaxRecords::isShown);
        return others;
    }

    private Map<String, byte[]> readRecords(long start) throws IOException {
        byte[] data = readMetadata("pax header", limits.maxPaxBytes(), start);
        try {
            return PaxRecords.parse(data, limits.maxPaxRecords());
        } catch (PaxRecords.Malformed e) {
            throw e.at(start);
        }
    }

    /** A global path, link or size would name every entry to come alike: only an attack needs it. */
    private void keepGlobals(Map<String, byte[]> records, long start) throws TarException {
        for (String key : records.keySet()) {
            if (key.equals(PaxRecords.PATH) || key.equals(PaxRecords.LINK_PATH) || key.equals(PaxRecords.SIZE)) {
                throw new TarException("a global pax header sets " + key + " for all entries", start);
            }
        }
        globals.putAll(records);
        long bytes = globals.entrySet().stream()
                .mapToLong(e -> (long) e.getKey().length() + e.getValue().length)
                .sum();
        if (globals.size() > limits.maxPaxRecords() || bytes > limits.maxPaxBytes()) {
            throw new TarException(
                    "the global pax headers add up to more than " + limits.maxPaxRecords() + " records or "
                            + limits.maxPaxBytes() + " bytes",
                    start);
        }
    }

    private byte[] readLongName(long start) throws IOException {
        byte[] data = readMetadata("GNU long name", limits.maxLongNameBytes(), start);
        int length = 0;
        while (length < data.length && data[length] != 0) {
            length++;
        }
        for (int i = length; i < data.length; i++) {
            if (data[i] != 0) {
                throw new TarException("a GNU long name holds a NUL", start);
            }
        }
        if (length == 0) {
            throw new TarException("a GNU long name is empty", start);
        }
        return Arrays.copyOf(data, length);
    }

    private byte[] readMetadata(String what, int max, long start) throws IOException {
        long size = number("size", TarBlock.LENGTH, Long.MAX_VALUE, start);
        if (size > max) {
            throw new TarException("a " + what + " of " + size + " bytes is beyond the limit of " + max, start);
        }
        byte[] data = in.readNBytes((int) size);
        position += data.length;
        if (data.length < size) {
            throw new TarException("the archive ends in the middle of a " + what, position);
        }
        skipFully(TarBlock.padding(size), "a " + what);
        return data;
    }

    /** False at a clean end; a part of a block is an error. */
    private boolean readBlock() throws IOException {
        int n = in.readNBytes(block, 0, TarBlock.SIZE);
        position += n;
        if (n != 0 && n < TarBlock.SIZE) {
            throw new TarException("the archive ends in the middle of a block; it is truncated", position);
        }
        return n == TarBlock.SIZE;
    }

    private void skipFully(long count, String within) throws IOException {
        byte[] sink = new byte[(int) Math.min(count, 16 * 1024)];
        long rest = count;
        while (rest > 0) {
            int n = in.read(sink, 0, (int) Math.min(rest, sink.length));
            if (n < 0) {
                throw new TarException("the archive ends " + rest + " bytes before the end of " + within, position);
            }
            rest -= n;
            position += n;
        }
    }

    /** The bytes of one entry; counts on the reader's position. */
    private final class Content extends InputStream {
        private final String shownName;
        private final int padding;
        private long rest;
        private boolean finished;

        Content(String shownName, long size) {
            this.shownName = shownName;
            this.rest = size;
            this.padding = TarBlock.padding(size);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (finished) {
                throw new IOException("the content of " + shownName + " was read after the next entry was asked for");
            }
            if (length == 0) {
                return 0;
            }
            if (rest == 0) {
                return -1;
            }
            int n = in.read(bytes, offset, (int) Math.min(length, rest));
            if (n < 0) {
                throw new TarException("the archive ends " + rest + " bytes before the end of " + shownName, position);
            }
            rest -= n;
            position += n;
            return n;
        }

        void finish() throws IOException {
            finished = true;
            skipFully(rest, shownName);
            rest = 0;
            skipFully(padding, shownName);
        }
    }
}
