package dev.lading.testkit;

import java.io.IOException;

/** What came over the wire is no request that can be understood; it is answered with a status and the connection ends. */
final class HttpFault extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    HttpFault(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
