package dev.lading.tar;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/**
 * Writes a tar archive to a stream. The same entries with the same content give the same bytes, always.
 *
 * <p>Entries are ustar; a pax extended header stands before an entry only where ustar cannot say it: names and link
 * names that are too long or not ASCII, ids beyond 2097151, sizes from 8 GiB, times before 1970 or after the year 2242,
 * and other pax records that the entry has. Times are cut to whole seconds. Device numbers are zero but for devices.
 * Names that are not UTF-8 are written as they are, marked {@code hdrcharset=BINARY}.
 *
 * <p>{@link #finish()} writes the end marker: two zero blocks and no further padding. An archive that was not finished
 * has no end marker, and readers refuse it. The stream written to is neither flushed nor closed here. Not safe for use
 * by several threads.
 */
public final class TarWriter {
    /** What a reader that does not know pax would extract. */
    private static final byte[] PAX_NAME = "././@PaxHeader".getBytes(US_ASCII);

    private static final byte[] ZEROS = new byte[2 * TarBlock.SIZE];
    private static final byte[] NONE = {};

    private final OutputStream out;

    /** One header at a time; nothing of the last one is left in it. */
    private final byte[] block = new byte[TarBlock.SIZE];

    private long position;
    private boolean finished;
    private boolean inContent;

    /**
     * Makes a writer; nothing is written yet.
     *
     * @param out where the archive goes; should be buffered
     */
    public TarWriter(OutputStream out) {
        this.out = Objects.requireNonNull(out, "out");
    }

    /**
     * Writes an entry that has no content: a folder, a link, an empty file, a device, a fifo.
     *
     * @param entry what to write
     * @throws IllegalArgumentException if the entry declares content
     * @throws IllegalStateException if the archive is finished or an entry's content is still open
     * @throws IOException if the stream fails
     */
    public void write(TarEntry entry) throws IOException {
        if (entry.size() != 0) {
            throw new IllegalArgumentException(
                    entry.shownName() + " declares " + entry.size() + " bytes of content and none were given");
        }
        writeHeaders(entry);
    }

    /**
     * Writes a file whose content is in memory.
     *
     * @param entry what to write; its size must be the content's length
     * @param content the whole content
     * @throws IllegalArgumentException if the lengths differ or the entry is no file
     * @throws IllegalStateException if the archive is finished or an entry's content is still open
     * @throws IOException if the stream fails
     */
    public void write(TarEntry entry, byte[] content) throws IOException {
        write(entry, content, 0, content.length);
    }

    /**
     * Writes a file whose content is in memory, as a part of an array.
     *
     * @param entry what to write; its size must be {@code length}
     * @param content holds the whole content
     * @param offset where it begins
     * @param length how many bytes it has
     * @throws IllegalArgumentException if the lengths differ or the entry is no file
     * @throws IndexOutOfBoundsException if the part is not in the array
     * @throws IllegalStateException if the archive is finished or an entry's content is still open
     * @throws IOException if the stream fails
     */
    public void write(TarEntry entry, byte[] content, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, content.length);
        if (entry.size() != length || entry.kind() != TarKind.FILE) {
            throw new IllegalArgumentException(entry.shownName() + " is a " + entry.kind() + " and declares "
                    + entry.size() + " bytes; " + length + " were given");
        }
        writeHeaders(entry);
        emit(content, offset, length);
        emit(ZEROS, 0, TarBlock.padding(length));
    }

    /**
     * Writes a file's header and opens its content. The stream takes exactly the declared number of bytes: more is an
     * error at the write that exceeds it, fewer at its {@code close()}; either way the archive is then broken and
     * cannot be finished.
     *
     * @param entry what to write, of kind file
     * @return where the content goes; closed by the caller before the next entry
     * @throws IllegalArgumentException if the entry is no file
     * @throws IllegalStateException if the archive is finished or an entry's content is still open
     * @throws IOException if the stream fails
     */
    public OutputStream openFile(TarEntry entry) throws IOException {
        if (entry.kind() != TarKind.FILE) {
            throw new IllegalArgumentException(entry.shownName() + " is a " + entry.kind() + " and has no content");
        }
        writeHeaders(entry);
        inContent = true;
        return new Content(entry);
    }

    /**
     * Writes the end marker. Finishing twice does nothing more.
     *
     * @throws IllegalStateException if an entry's content is still open or was not written as declared
     * @throws IOException if the stream fails
     */
    public void finish() throws IOException {
        if (finished) {
            return;
        }
        checkReady();
        emit(ZEROS, 0, ZEROS.length);
        finished = true;
    }

    /**
     * How much has been written.
     *
     * @return the number of archive bytes
     */
    public long position() {
        return position;
    }

    private void checkReady() {
        if (finished) {
            throw new IllegalStateException("the tar archive is finished");
        }
        if (inContent) {
            throw new IllegalStateException("the content of the last entry is still open or was not written whole");
        }
    }

    private void writeHeaders(TarEntry entry) throws IOException {
        checkReady();
        byte type = type(entry);
        byte[] name = entry.rawName();
        if (isPlain(entry)) {
            begin(type, entry.mode(), entry.size());
            TarBlock.putText(block, TarBlock.NAME, name);
            TarBlock.putText(block, TarBlock.LINK_NAME, entry.rawLinkName());
        } else {
            Split split = Split.of(name);
            byte[] records = records(entry, split);
            if (records.length > 0) {
                begin((byte) 'x', 0644, records.length);
                TarBlock.putText(block, TarBlock.NAME, PAX_NAME);
                emitHeader();
                emit(records, 0, records.length);
                emit(ZEROS, 0, TarBlock.padding(records.length));
            }
            begin(type, entry.mode(), entry.size());
            TarBlock.putText(block, TarBlock.NAME, split.name);
            TarBlock.putText(block, TarBlock.PREFIX, split.prefix);
            TarBlock.putText(block, TarBlock.LINK_NAME, asciiForm(entry.rawLinkName()));
            TarBlock.putText(block, TarBlock.USER_NAME, ownerForm(entry.rawUserName()));
            TarBlock.putText(block, TarBlock.GROUP_NAME, ownerForm(entry.rawGroupName()));
        }
        putNumber(TarBlock.USER_ID, entry.userId());
        putNumber(TarBlock.GROUP_ID, entry.groupId());
        putNumber(TarBlock.MODIFIED, entry.modified().getEpochSecond());
        if (isDevice(entry)) {
            TarBlock.putOctal(block, TarBlock.DEVICE_MAJOR, entry.deviceMajor());
            TarBlock.putOctal(block, TarBlock.DEVICE_MINOR, entry.deviceMinor());
        }
        emitHeader();
    }

    /** Most entries: everything fits ustar's fields as it is, and nothing need be made to write it. */
    private static boolean isPlain(TarEntry entry) {
        byte[] name = entry.rawName();
        byte[] link = entry.rawLinkName();
        return name.length <= TarBlock.NAME.length()
                && link.length <= TarBlock.LINK_NAME.length()
                && entry.rawUserName().length == 0
                && entry.rawGroupName().length == 0
                && entry.rawOtherRecords().isEmpty()
                && TarBlock.fitsOctal(entry.size(), TarBlock.LENGTH)
                && TarBlock.fitsOctal(entry.userId(), TarBlock.USER_ID)
                && TarBlock.fitsOctal(entry.groupId(), TarBlock.GROUP_ID)
                && TarBlock.fitsOctal(entry.modified().getEpochSecond(), TarBlock.MODIFIED)
                && Utf8.isAscii(name)
                && Utf8.isAscii(link);
    }

    private static byte type(TarEntry entry) {
        return switch (entry.kind()) {
            case FILE -> '0';
            case HARD_LINK -> '1';
            case SYMLINK -> '2';
            case CHARACTER_DEVICE -> '3';
            case BLOCK_DEVICE -> '4';
            case FOLDER -> '5';
            case FIFO -> '6';
        };
    }

    /** Everything that ustar cannot say, in the order of the keys below: fixed, so that bytes are. */
    private static byte[] records(TarEntry entry, Split split) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        byte[] link = entry.rawLinkName();
        boolean longLink = link.length > TarBlock.LINK_NAME.length() || !Utf8.isAscii(link);
        boolean nameIsNoText = !split.whole && !Utf8.isWellFormed(entry.rawName());
        boolean linkIsNoText = longLink && !Utf8.isWellFormed(link);
        if (nameIsNoText || linkIsNoText) {
            PaxRecords.put(records, PaxRecords.CHARSET, "BINARY".getBytes(US_ASCII));
        }
        if (!split.whole) {
            PaxRecords.put(records, PaxRecords.PATH, entry.rawName());
        }
        if (longLink) {
            PaxRecords.put(records, PaxRecords.LINK_PATH, link);
        }
        putRecord(records, PaxRecords.SIZE, TarBlock.LENGTH, entry.size());
        putRecord(records, PaxRecords.USER_ID, TarBlock.USER_ID, entry.userId());
        putRecord(records, PaxRecords.GROUP_ID, TarBlock.GROUP_ID, entry.groupId());
        putRecord(
                records,
                PaxRecords.MODIFIED,
                TarBlock.MODIFIED,
                entry.modified().getEpochSecond());
        if (!fitsOwner(entry.rawUserName())) {
            PaxRecords.put(records, PaxRecords.USER_NAME, entry.rawUserName());
        }
        if (!fitsOwner(entry.rawGroupName())) {
            PaxRecords.put(records, PaxRecords.GROUP_NAME, entry.rawGroupName());
        }
        entry.rawOtherRecords().forEach((key, value) -> PaxRecords.put(records, key, value));
        return records.toByteArray();
    }

    private static void putRecord(ByteArrayOutputStream records, String key, TarBlock.Field field, long value) {
        if (!TarBlock.fitsOctal(value, field)) {
            PaxRecords.put(records, key, Long.toString(value).getBytes(US_ASCII));
        }
    }

    /** An empty header but for type, mode and size. */
    private void begin(byte type, int mode, long size) {
        Arrays.fill(block, (byte) 0);
        block[TarBlock.TYPE] = type;
        TarBlock.putText(block, TarBlock.MAGIC, TarBlock.USTAR);
        TarBlock.putOctal(block, TarBlock.MODE, mode);
        putNumber(TarBlock.LENGTH, size);
        putNumber(TarBlock.USER_ID, 0);
        putNumber(TarBlock.GROUP_ID, 0);
        putNumber(TarBlock.MODIFIED, 0);
        putNumber(TarBlock.DEVICE_MAJOR, 0);
        putNumber(TarBlock.DEVICE_MINOR, 0);
    }

    /** Zero where the number does not fit: the pax record then says it. */
    private void putNumber(TarBlock.Field field, long value) {
        TarBlock.putOctal(block, field, TarBlock.fitsOctal(value, field) ? value : 0);
    }

    private static boolean isDevice(TarEntry entry) {
        return entry.kind() == TarKind.CHARACTER_DEVICE || entry.kind() == TarKind.BLOCK_DEVICE;
    }

    private static boolean fitsOwner(byte[] name) {
        return name.length < TarBlock.USER_NAME.length() && Utf8.isAscii(name);
    }

    private static byte[] ownerForm(byte[] name) {
        return fitsOwner(name) ? name : NONE;
    }

    /** What readers without pax see of a name that needs it. */
    private static byte[] asciiForm(byte[] name) {
        byte[] form = Arrays.copyOf(name, Math.min(name.length, TarBlock.NAME.length()));
        for (int i = 0; i < form.length; i++) {
            form[i] = form[i] < 0 ? (byte) '_' : form[i];
        }
        return form;
    }

    private void emitHeader() throws IOException {
        TarBlock.putChecksum(block);
        emit(block, 0, block.length);
    }

    private void emit(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        position += length;
    }

    /** A name as ustar's two fields; {@code whole} is false when they cannot hold it. */
    private static final class Split {
        final byte[] name;
        final byte[] prefix;
        final boolean whole;

        private Split(byte[] name, byte[] prefix, boolean whole) {
            this.name = name;
            this.prefix = prefix;
            this.whole = whole;
        }

        static Split of(byte[] path) {
            if (Utf8.isAscii(path)) {
                if (path.length <= TarBlock.NAME.length()) {
                    return new Split(path, NONE, true);
                }
                // the first slash that leaves a name short enough, and one that is not empty
                int first = Math.max(1, path.length - TarBlock.NAME.length() - 1);
                int last = Math.min(TarBlock.PREFIX.length(), path.length - 2);
                for (int i = first; i <= last; i++) {
                    if (path[i] == '/') {
                        byte[] name = Arrays.copyOfRange(path, i + 1, path.length);
                        return new Split(name, Arrays.copyOf(path, i), true);
                    }
                }
            }
            return new Split(asciiForm(path), NONE, false);
        }
    }

    /** Holds the writer to what the header said. */
    private final class Content extends OutputStream {
        private final TarEntry entry;
        private final long start = position;
        private long rest;
        private boolean closed;

        Content(TarEntry entry) {
            this.entry = entry;
            this.rest = entry.size();
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (closed) {
                throw new IOException("the content of " + entry.shownName() + " is closed");
            }
            if (length > rest) {
                throw new TarException(
                        entry.shownName() + " declares " + entry.size() + " bytes and more were written", start);
            }
            emit(bytes, offset, length);
            rest -= length;
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            if (rest > 0) {
                throw new TarException(
                        entry.shownName() + " declares " + entry.size() + " bytes and only " + (entry.size() - rest)
                                + " were written",
                        start);
            }
            emit(ZEROS, 0, TarBlock.padding(entry.size()));
            inContent = false;
        }
    }
}
