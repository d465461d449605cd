package dev.lading.tar;

import java.io.IOException;

/** Says that an archive is not correct, is beyond a limit, or was not written as declared, and where. */
public final class TarException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    TarException(String message, long offset) {
        super(message + " (at byte " + offset + " of the tar archive)");
        this.offset = offset;
    }

    /**
     * Where the fault was seen.
     *
     * @return the number of archive bytes before the header or the content at fault, at least 0
     */
    public long offset() {
        return offset;
    }
}
