package dev.lading.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The body of a request, by its length or in chunks (RFC 9112, 6.2 and 7.1). A client that waits for a word before it sends
 * gets it at the first read.
 */
final class HttpBody extends InputStream {
    /** What a body's framing says in place of a length. */
    static final long CHUNKED = -1;

    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,15})[ \\t]*(?:;.*)?");
    private static final int MAX_CHUNK_LINE = 4 * 1024;
    private static final int MAX_TRAILER = 16 * 1024;

    /** Says the word that a client waits for. */
    interface Invitation {
        void send() throws IOException;
    }

    private final InputStream in;
    private final boolean chunked;
    private final Invitation invitation;
    private boolean awaited;
    private boolean begun;
    private boolean ended;
    private long left;
    private long received;

    HttpBody(InputStream in, long framing, boolean awaited, Invitation invitation) {
        this.in = in;
        this.chunked = framing == CHUNKED;
        this.left = Math.max(0, framing);
        this.ended = framing == 0;
        this.awaited = awaited && !ended;
        this.invitation = invitation;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (awaited) {
            awaited = false;
            invitation.send();
        }
        if (chunked && !ended && left == 0) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int n = in.read(buffer, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw new EOFException("the client went away in the middle of a body");
        }
        left -= n;
        received += n;
        ended = !chunked && left == 0;
        return n;
    }

    private void nextChunk() throws IOException {
        HttpLines lines = new HttpLines(in, MAX_CHUNK_LINE);
        if (begun && !lines.next().isEmpty()) {
            throw new HttpFault(400, "a chunk is longer than it says");
        }
        begun = true;
        Matcher size = CHUNK.matcher(lines.next());
        if (!size.matches()) {
            throw new HttpFault(400, "a chunk begins with its size");
        }
        left = Long.parseLong(size.group(1), 16);
        if (left == 0) {
            HttpLines trailer = new HttpLines(in, MAX_TRAILER);
            while (!trailer.next().isEmpty()) {
                // Trailers say nothing that is needed here.
            }
            ended = true;
        }
    }

    long received() {
        return received;
    }

    /** Says whether the rest is so short, and surely on its way, that reading it is the price of the connection. */
    boolean isWorthDraining(long maxBytes) {
        return ended || !chunked && !awaited && left <= maxBytes;
    }

    void drain() throws IOException {
        byte[] buffer = new byte[8 * 1024];
        while (read(buffer, 0, buffer.length) >= 0) {
            // Nobody wants it.
        }
    }
}
