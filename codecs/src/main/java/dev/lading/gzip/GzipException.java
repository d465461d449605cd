package dev.lading.gzip;

import java.io.IOException;

/** Says that bytes are not a whole, correct gzip stream, and where. */
public final class GzipException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    GzipException(String message, long offset) {
        super(message + " (at byte " + offset + " of the gzip stream)");
        this.offset = offset;
    }

    /**
     * Where the fault was seen.
     *
     * @return the number of compressed bytes before the fault, at least 0
     */
    public long offset() {
        return offset;
    }
}
