package dev.lading.registry.internal.http;

import java.io.IOException;
import java.time.Duration;

/** Sends requests over HTTP/1.1, each once and on the calling thread. Safe for use by many threads. */
public interface Wire extends AutoCloseable {
    /**
     * Opens a wire; connections are made as they are needed.
     *
     * @param connectTimeout how long a connection and a TLS handshake may take
     * @param idleTimeout how long either side may be silent, unless a request says otherwise
     * @return the wire
     */
    static Wire open(Duration connectTimeout, Duration idleTimeout) {
        return new OkHttpWire(connectTimeout, idleTimeout);
    }

    /**
     * Sends a request and reads the head of its answer. Whatever the body's {@code writeTo} throws comes out as it is, and
     * the connection is given up. A successful answer to a body that was not written in full is a failure.
     *
     * @param request the request
     * @return the answer, whatever its status; to be closed
     * @throws IOException if the wire broke, timed out, or the thread was interrupted; its flag tells
     */
    WireAnswer send(WireRequest request) throws IOException;

    /** Ends all connections, busy ones too. */
    @Override
    void close();
}
