package dev.lading.layer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** The bytes of a file that goes into a layer. */
interface FileContent {
    /** What has no bytes. */
    FileContent NONE = () -> new Stream(InputStream.nullInputStream());

    ReadableByteChannel open() throws IOException;

    /** Throws if what was read is not what the scan saw. */
    default void checkUnchanged() throws IOException {}

    /** A stream read as a channel, into buffers on the heap alone. */
    record Stream(InputStream in) implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer to) throws IOException {
            int n = in.read(to.array(), to.arrayOffset() + to.position(), to.remaining());
            if (n > 0) {
                to.position(to.position() + n);
            }
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
