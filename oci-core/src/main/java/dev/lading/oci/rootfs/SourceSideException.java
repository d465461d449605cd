package dev.lading.oci.rootfs;

import java.io.IOException;

/** A read of the layer failed while a file was written: tells it from a failure of the file's own side. */
final class SourceSideException extends IOException {
    private static final long serialVersionUID = 1L;

    private final IOException fault;

    SourceSideException(IOException fault) {
        super(fault);
        this.fault = fault;
    }

    IOException fault() {
        return fault;
    }
}
