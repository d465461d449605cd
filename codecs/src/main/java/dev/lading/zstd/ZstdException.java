package dev.lading.zstd;

import java.io.IOException;

/** Says that bytes are not whole, correct zstd frames, or that zstd cannot be used here. */
public final class ZstdException extends IOException {
    private static final long serialVersionUID = 1L;

    ZstdException(String message) {
        super(message);
    }

    ZstdException(String message, Throwable cause) {
        super(message, cause);
    }
}
