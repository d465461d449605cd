package dev.lading.oci.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A file's bytes by their position: all of them by a channel, or only windows of them. Every offset a reader follows comes
 * through here and is held against the file's size. What all windows together may cost is bounded.
 */
final class FileBytes {
    static final long UNKNOWN_SIZE = -1;

    /** Most headers are wholly within the first page, so that one read is enough. */
    private static final int FIRST_READ = 4096;
    /** What may be read of one file, far more than any honest header needs: a Go program's build information is the largest. */
    private static final long MAX_READ = 8L << 20;

    /** A part of the file that is at hand. */
    record Window(long offset, byte[] bytes) {
        boolean holds(long from, int length) {
            return from >= offset && from - offset <= bytes.length - (long) length;
        }
    }

    private final List<Window> windows;
    private final long size;
    private final Optional<SeekableByteChannel> channel;
    private long budget = MAX_READ;

    private FileBytes(List<Window> windows, long size, Optional<SeekableByteChannel> channel) {
        this.windows = windows;
        this.size = size;
        this.channel = channel;
    }

    static FileBytes of(byte[] firstBytes, long size) {
        return new FileBytes(List.of(new Window(0, firstBytes)), size, Optional.empty());
    }

    static FileBytes of(List<Window> windows, long size) {
        return new FileBytes(windows, size, Optional.empty());
    }

    static FileBytes of(SeekableByteChannel channel) throws IOException {
        byte[] first = read(channel, 0, FIRST_READ);
        // A file of /proc says it has no bytes and has some.
        long size = Math.max(channel.size(), first.length);
        return new FileBytes(List.of(new Window(0, first)), size, Optional.of(channel));
    }

    /** The file's size, or {@link #UNKNOWN_SIZE}. */
    long size() {
        return size;
    }

    /** Whether the file is known to end before a range does. */
    boolean endsBefore(long offset, long length) {
        return size != UNKNOWN_SIZE && (offset < 0 || length < 0 || length > size || offset > size - length);
    }

    /** The first bytes, up to a number of them. */
    byte[] first(int max) {
        byte[] first = windows.get(0).bytes();
        return first.length > max ? Arrays.copyOf(first, max) : first;
    }

    /** Whether the first window is the whole file, as far as is known. */
    boolean wholeInFirst() {
        return size == UNKNOWN_SIZE || size == windows.get(0).bytes().length;
    }

    /**
     * Reads a range.
     *
     * @throws MissingBytesException if the file ends before the range does, or the range was not given
     */
    byte[] at(long offset, int length) throws IOException, MissingBytesException {
        if (offset < 0 || length < 0 || endsBefore(offset, length)) {
            throw MissingBytesException.beyond();
        }
        for (Window window : windows) {
            if (window.holds(offset, length)) {
                int from = (int) (offset - window.offset());
                return Arrays.copyOfRange(window.bytes(), from, from + length);
            }
        }
        if (channel.isEmpty() || length > budget) {
            throw MissingBytesException.unseen();
        }
        budget -= length;
        byte[] bytes = read(channel.get(), offset, length);
        if (bytes.length < length) {
            throw MissingBytesException.beyond();
        }
        return bytes;
    }

    /** Reads a range that may end with the file, or with what is at hand of it. */
    byte[] upTo(long offset, int max) throws IOException, MissingBytesException {
        if (offset >= 0 && size != UNKNOWN_SIZE && offset <= size && channel.isPresent()) {
            return at(offset, (int) Math.min(max, size - offset));
        }
        for (Window window : windows) {
            if (window.holds(offset, 0)) {
                int from = (int) (offset - window.offset());
                return Arrays.copyOfRange(
                        window.bytes(), from, (int) Math.min((long) from + max, window.bytes().length));
            }
        }
        throw offset < 0 || endsBefore(offset, 0) ? MissingBytesException.beyond() : MissingBytesException.unseen();
    }

    private static byte[] read(SeekableByteChannel channel, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        if (!(channel instanceof FileChannel)) {
            channel.position(offset);
        }
        while (buffer.hasRemaining()) {
            int n = channel instanceof FileChannel file
                    ? file.read(buffer, offset + buffer.position())
                    : channel.read(buffer);
            if (n < 0) {
                break;
            }
        }
        return buffer.hasRemaining() ? Arrays.copyOf(buffer.array(), buffer.position()) : buffer.array();
    }
}
