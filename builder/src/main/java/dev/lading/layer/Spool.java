package dev.lading.layer;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of its own in the system's folder for temporary files, readable by this user alone, for the contents of an archive
 * that can only be read in its own order. Gone when it is closed.
 */
final class Spool implements Closeable {
    private static final int BUFFER = 64 * 1024;

    private @Nullable FileChannel file;
    private long end;

    /** Takes a stream's bytes to its end; what comes back is read from here. */
    Content add(InputStream in) throws IOException {
        FileChannel to = opened();
        long start = end;
        byte[] buffer = new byte[BUFFER];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            ByteBuffer piece = ByteBuffer.wrap(buffer, 0, n);
            while (piece.hasRemaining()) {
                end += to.write(piece, end);
            }
        }
        return new Content(to, start, end);
    }

    private FileChannel opened() throws IOException {
        FileChannel there = file;
        if (there == null) {
            Path path = Files.createTempFile("lading", ".spool");
            there = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            file = there;
        }
        return there;
    }

    @Override
    public void close() throws IOException {
        FileChannel there = file;
        if (there != null) {
            there.close();
        }
    }

    /** A part of the file. */
    record Content(FileChannel file, long start, long end) implements FileContent {
        @Override
        public ReadableByteChannel open() {
            return new Reading(file, start, end);
        }
    }

    private static final class Reading implements ReadableByteChannel {
        private final FileChannel file;
        private final long end;
        private long position;

        Reading(FileChannel file, long start, long end) {
            this.file = file;
            this.position = start;
            this.end = end;
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            if (position == end) {
                return -1;
            }
            int limit = to.limit();
            to.limit((int) Math.min(limit, to.position() + (end - position)));
            int n = file.read(to, position);
            to.limit(limit);
            position += Math.max(0, n);
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
