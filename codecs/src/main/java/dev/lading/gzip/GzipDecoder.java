package dev.lading.gzip;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;

/**
 * Decompresses a gzip stream (RFC 1952): all its members, one after the other, and nothing else.
 *
 * <p>The stream beneath is read to its very end: bytes behind the last member that are no further member are refused,
 * and so are a member without its whole trailer, a checksum or a length that does not agree, and reserved header flags.
 * A member's trailer is checked no later than the read that follows its last byte.
 *
 * <p>Output is not limited here; whoever reads untrusted streams counts it and compares it with {@link #position()}.
 * Not safe for use by several threads.
 */
public final class GzipDecoder extends InputStream {
    private static final int HEADER_CRC = 1 << 1;
    private static final int EXTRA = 1 << 2;
    private static final int NAME = 1 << 3;
    private static final int COMMENT = 1 << 4;
    private static final int RESERVED = 0xe0;

    private enum State {
        FIRST_MEMBER,
        BODY,
        NEXT_MEMBER,
        END,
        CLOSED
    }

    private final InputStream in;
    private final Inflate inflate;
    private final CRC32 bodyCrc = new CRC32();
    private final CRC32 headerCrc = new CRC32();
    private long bodyBytes;
    private State state = State.FIRST_MEMBER;

    /**
     * Makes a decoder; nothing is read yet.
     *
     * @param in the compressed bytes; read to the end, and closed with this stream
     */
    public GzipDecoder(InputStream in) {
        this.in = Objects.requireNonNull(in, "in");
        this.inflate = new Inflate(in);
    }

    /**
     * Tells from the first bytes whether a stream is gzip: the two magic bytes and the method «deflate».
     *
     * @param first the first bytes of the stream; at least three are needed for a yes
     * @return whether a gzip member begins so
     */
    public static boolean isGzip(byte[] first) {
        return first.length >= 3 && first[0] == 0x1f && first[1] == (byte) 0x8b && first[2] == 8;
    }

    /**
     * How far the compressed stream has been used.
     *
     * @return the number of compressed bytes decoded so far
     */
    public long position() {
        return inflate.position();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /**
     * Reads decompressed bytes.
     *
     * @throws GzipException if the stream is not correct gzip to its very end
     * @throws IOException if the stream beneath fails or this one is closed
     */
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (state == State.CLOSED) {
            throw new IOException("the gzip stream is closed");
        }
        if (length == 0) {
            return 0;
        }
        while (true) {
            switch (state) {
                case FIRST_MEMBER -> readHeader();
                case NEXT_MEMBER -> readHeader();
                case BODY -> {
                    int n = inflate.read(bytes, offset, length);
                    if (n > 0) {
                        bodyCrc.update(bytes, offset, n);
                        bodyBytes += n;
                        return n;
                    }
                    readTrailer();
                }
                case END -> {
                    return -1;
                }
                case CLOSED -> throw new IOException("the gzip stream is closed");
            }
        }
    }

    /** Closes the stream beneath and lets go of the memory. */
    @Override
    public void close() throws IOException {
        state = State.CLOSED;
        in.close();
    }

    /** RFC 1952, section 2.3. */
    private void readHeader() throws IOException {
        boolean first = state == State.FIRST_MEMBER;
        long start = position();
        headerCrc.reset();
        int magic1 = inflate.read();
        if (magic1 < 0 && !first) {
            state = State.END;
            return;
        }
        headerCrc.update(magic1);
        if (magic1 < 0) {
            throw failure("the gzip stream is empty");
        }
        if (magic1 != 0x1f || headerByte() != 0x8b) {
            throw first
                    ? new GzipException("this is not a gzip stream: it does not begin with 1f 8b", start)
                    : new GzipException("bytes that are no gzip member follow the last member", start);
        }
        int method = headerByte();
        if (method != 8) {
            throw failure("gzip compression method " + method + " is unknown; only 8 (deflate) is defined");
        }
        int flags = headerByte();
        if ((flags & RESERVED) != 0) {
            throw failure("the gzip header sets reserved flags (0x" + Integer.toHexString(flags) + ")");
        }
        for (int i = 0; i < 6; i++) {
            headerByte(); // time, extra flags, operating system
        }
        if ((flags & EXTRA) != 0) {
            int length = headerByte() | headerByte() << 8;
            for (int i = 0; i < length; i++) {
                headerByte();
            }
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CRC) != 0) {
            int expected = (int) headerCrc.getValue() & 0xffff;
            int found = headerByte() | headerByte() << 8;
            if (found != expected) {
                throw failure("the gzip header's checksum does not agree");
            }
        }
        inflate.begin();
        bodyCrc.reset();
        bodyBytes = 0;
        state = State.BODY;
    }

    private void readTrailer() throws IOException {
        long crc = trailerInt();
        if (crc != bodyCrc.getValue()) {
            throw failure("the gzip checksum does not agree: the trailer says " + Long.toHexString(crc)
                    + ", the content has " + Long.toHexString(bodyCrc.getValue()));
        }
        long length = trailerInt();
        long actual = bodyBytes & 0xffffffffL;
        if (length != actual) {
            throw failure("the gzip length does not agree: the trailer says " + length + ", the content has " + actual
                    + " (both modulo 2^32)");
        }
        state = State.NEXT_MEMBER;
    }

    private void skipText() throws IOException {
        while (headerByte() != 0) {
            // neither name nor comment is of use
        }
    }

    private int headerByte() throws IOException {
        int b = rawByte("header");
        headerCrc.update(b);
        return b;
    }

    private long trailerInt() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            value |= (long) rawByte("trailer") << shift;
        }
        return value;
    }

    private int rawByte(String where) throws IOException {
        int b = inflate.read();
        if (b < 0) {
            throw failure("the gzip stream ends in the middle of a " + where);
        }
        return b;
    }

    private GzipException failure(String message) {
        return new GzipException(message, position());
    }
}
