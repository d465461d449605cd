package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import dev.lading.tar.TarEntry;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * The central directory of a zip: where it stands, also behind foreign bytes at the beginning as in programs that unpack
 * themselves, and what it says (APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3).
 *
 * <p>Times are those of the extended timestamp (Info-ZIP's extra field «UT») where there is one, else the entry's local time
 * taken as UTC, so that they do not depend on where they are read.
 */
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int MAX_COMMENT_BYTES = 0xffff;
    private static final int EXTRA_64 = 0x0001;
    private static final int EXTRA_TIME = 0x5455;
    private static final int HOST_UNIX = 3;
    private static final int HOST_MACOS = 19;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ENCRYPTED = 1;
    // A million entries with long names; more would not fit the heap and is no archive anyone made.
    private static final long MAX_DIRECTORY_BYTES = 256L << 20;
    private static final long UNSIGNED_INT = 0xffffffffL;
    private static final int UNSIGNED_SHORT = 0xffff;

    private final SeekableByteChannel channel;
    private final String shown;

    private ZipDirectory(SeekableByteChannel channel, String shown) {
        this.channel = channel;
        this.shown = shown;
    }

    /**
     * An entry.
     *
     * @param name as bytes, never empty
     * @param unixMode kind and permissions as Unix has them; 0 if it has none
     */
    record Entry(
            byte[] name,
            long size,
            long compressedSize,
            long crc,
            int method,
            int unixMode,
            Instant modified,
            long headerStart,
            String archive) {
        boolean isDeflated() {
            return method == DEFLATED;
        }

        /** Where the content begins: the local header has extra fields of its own. */
        long dataStart(SeekableByteChannel channel) throws IOException {
            ByteBuffer header = ZipDirectory.read(channel, headerStart, LOCAL_BYTES);
            if (header.getInt(0) != LOCAL) {
                throw new IOException("the archive " + archive + " is damaged: no entry begins where one should");
            }
            int name = header.getShort(26) & UNSIGNED_SHORT;
            int extra = header.getShort(28) & UNSIGNED_SHORT;
            return headerStart + LOCAL_BYTES + name + extra;
        }
    }

    static List<Entry> read(SeekableByteChannel channel, String shown) throws IOException {
        return new ZipDirectory(channel, shown).entries();
    }

    private InvalidInputException fault(String what) {
        return new InvalidInputException("the archive " + shown + " cannot be read as a zip: " + what);
    }

    private List<Entry> entries() throws IOException {
        long end = endStart();
        ByteBuffer record = read(channel, end, END_BYTES);
        long count = record.getShort(10) & UNSIGNED_SHORT;
        long size = record.getInt(12) & UNSIGNED_INT;
        long start = record.getInt(16) & UNSIGNED_INT;
        long directoryEnd = end;
        if (end >= LOCATOR_64_BYTES) {
            ByteBuffer locator = read(channel, end - LOCATOR_64_BYTES, LOCATOR_64_BYTES);
            if (locator.getInt(0) == LOCATOR_64) {
                directoryEnd = end64Start(locator.getLong(8), end - LOCATOR_64_BYTES);
                ByteBuffer record64 = read(channel, directoryEnd, END_64_BYTES);
                count = record64.getLong(32);
                size = record64.getLong(40);
                start = record64.getLong(48);
            }
        }
        if (count < 0 || size < 0 || size > MAX_DIRECTORY_BYTES || size > directoryEnd || count * ENTRY_BYTES > size) {
            throw fault("its directory is larger than the file or than any real one");
        }
        // Foreign bytes before the archive move everything by their number.
        long moved = directoryEnd - size - start;
        if (start < 0 || moved < 0) {
            throw fault("its directory begins outside");
        }
        ByteBuffer directory = read(channel, directoryEnd - size, (int) size);
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            entries.add(entry(directory, moved));
        }
        return entries;
    }

    private long end64Start(long said, long before) throws IOException {
        // Where foreign bytes stand before the archive it is directly before its locator.
        for (long start : new long[] {said, before - END_64_BYTES}) {
            if (start >= 0
                    && start <= before - END_64_BYTES
                    && read(channel, start, 4).getInt(0) == END_64) {
                return start;
            }
        }
        throw fault("the end of its directory is not where it says");
    }

    private long endStart() throws IOException {
        long size = channel.size();
        int length = (int) Math.min(size, END_BYTES + MAX_COMMENT_BYTES);
        ByteBuffer tail = read(channel, size - length, length);
        for (int i = length - END_BYTES; i >= 0; i--) {
            boolean ends = tail.getInt(i) == END && i + END_BYTES + (tail.getShort(i + 20) & UNSIGNED_SHORT) == length;
            if (ends) {
                return size - length + i;
            }
        }
        throw fault("it has no directory at its end");
    }

    private Entry entry(ByteBuffer directory, long moved) {
        if (directory.remaining() < ENTRY_BYTES || directory.getInt(directory.position()) != ENTRY) {
            throw fault("its directory ends early");
        }
        int at = directory.position();
        int host = directory.get(at + 5) & 0xff;
        int flags = directory.getShort(at + 8);
        int method = directory.getShort(at + 10) & UNSIGNED_SHORT;
        int nameBytes = directory.getShort(at + 28) & UNSIGNED_SHORT;
        int extraBytes = directory.getShort(at + 30) & UNSIGNED_SHORT;
        int commentBytes = directory.getShort(at + 32) & UNSIGNED_SHORT;
        if (nameBytes == 0 || directory.remaining() < ENTRY_BYTES + nameBytes + extraBytes + commentBytes) {
            throw fault("its directory ends early");
        }
        byte[] name = new byte[nameBytes];
        directory.get(at + ENTRY_BYTES, name);
        Extra extra = new Extra(
                directory.getInt(at + 24) & UNSIGNED_INT,
                directory.getInt(at + 20) & UNSIGNED_INT,
                directory.getInt(at + 42) & UNSIGNED_INT,
                dosTime(directory.getShort(at + 14) & UNSIGNED_SHORT, directory.getShort(at + 12) & UNSIGNED_SHORT));
        extra.read(directory, at + ENTRY_BYTES + nameBytes, extraBytes);
        String entryShown = TarEntry.file(name, 0).shownName();
        if ((flags & ENCRYPTED) != 0) {
            throw fault(entryShown + " is encrypted");
        }
        if (method != STORED && method != DEFLATED) {
            throw fault(entryShown + " is compressed by method " + method + "; only deflate is read");
        }
        if (extra.size < 0 || extra.compressedSize < 0 || extra.start < 0) {
            throw fault(entryShown + " says a negative size");
        }
        boolean isUnix = host == HOST_UNIX || host == HOST_MACOS;
        directory.position(at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes);
        return new Entry(
                name,
                extra.size,
                extra.compressedSize,
                directory.getInt(at + 16) & UNSIGNED_INT,
                method,
                isUnix ? directory.getInt(at + 38) >>> 16 : 0,
                extra.modified,
                extra.start + moved,
                shown);
    }

    /** Two seconds is as exact as it gets; nonsense becomes the earliest time there is. */
    private static Instant dosTime(int date, int time) {
        try {
            return LocalDateTime.of(
                            1980 + (date >>> 9),
                            date >>> 5 & 0xf,
                            date & 0x1f,
                            time >>> 11,
                            time >>> 5 & 0x3f,
                            Math.min(59, (time & 0x1f) * 2))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return LocalDateTime.of(1980, 1, 1, 0, 0).toInstant(ZoneOffset.UTC);
        }
    }

    /** What extra fields say better. */
    private static final class Extra {
        private long size;
        private long compressedSize;
        private long start;
        private Instant modified;

        Extra(long size, long compressedSize, long start, Instant modified) {
            this.size = size;
            this.compressedSize = compressedSize;
            this.start = start;
            this.modified = modified;
        }

        void read(ByteBuffer directory, int from, int length) {
            int end = from + length;
            int at = from;
            while (at + 4 <= end) {
                int id = directory.getShort(at) & UNSIGNED_SHORT;
                int fieldEnd = at + 4 + (directory.getShort(at + 2) & UNSIGNED_SHORT);
                at += 4;
                if (fieldEnd > end) {
                    return;
                }
                if (id == EXTRA_64) {
                    large(directory, at, fieldEnd);
                } else if (id == EXTRA_TIME && fieldEnd - at >= 5 && (directory.get(at) & 1) != 0) {
                    modified = Instant.ofEpochSecond(directory.getInt(at + 1));
                }
                at = fieldEnd;
            }
        }

        private void large(ByteBuffer directory, int from, int end) {
            int at = from;
            if (size == UNSIGNED_INT && at + 8 <= end) {
                size = directory.getLong(at);
                at += 8;
            }
            if (compressedSize == UNSIGNED_INT && at + 8 <= end) {
                compressedSize = directory.getLong(at);
                at += 8;
            }
            if (start == UNSIGNED_INT && at + 8 <= end) {
                start = directory.getLong(at);
            }
        }
    }

    private static ByteBuffer read(SeekableByteChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        channel.position(position);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("the archive ends at " + channel.position());
            }
        }
        return bytes.flip();
    }

    /** A range of the archive; it moves the channel, so one is read at a time. */
    static final class Range extends InputStream {
        private final SeekableByteChannel channel;
        private long position;
        private long left;

        Range(SeekableByteChannel channel, long position, long length) {
            this.channel = channel;
            this.position = position;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            channel.position(position);
            int n = channel.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, left)));
            if (n > 0) {
                position += n;
                left -= n;
            }
            return n;
        }
    }
}
