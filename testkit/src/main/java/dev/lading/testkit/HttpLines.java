package dev.lading.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Lines ended by CR LF, of a limited size altogether, in ISO 8859-1 and without control characters (RFC 9112, 2.2). */
final class HttpLines {
    private final InputStream in;
    private int budget;

    HttpLines(InputStream in, int maxBytes) {
        this.in = in;
        this.budget = maxBytes;
    }

    String next() throws IOException {
        return nextOrEnd().orElseThrow(() -> new EOFException("the client went away in the middle of a request"));
    }

    /** Returns the next line, or empty if the stream ends before its first byte. */
    Optional<String> nextOrEnd() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (--budget < 0) {
                throw new HttpFault(431, "the lines around a body are too long");
            }
            if (b == '\r') {
                if (in.read() != '\n') {
                    throw new HttpFault(400, "a carriage return is not followed by a line feed");
                }
                return Optional.of(line.toString());
            }
            if (b < ' ' && b != '\t' || b == 0x7f) {
                throw new HttpFault(400, "a line holds a control character, or ends without a carriage return");
            }
            line.append((char) b);
        }
        if (line.length() > 0) {
            throw new EOFException("the client went away in the middle of a line");
        }
        return Optional.empty();
    }
}
