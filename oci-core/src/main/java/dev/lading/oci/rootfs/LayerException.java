package dev.lading.oci.rootfs;

import java.io.IOException;

/** A layer is beyond a limit, is not what its media type says, or holds an entry that no root file system takes. */
public final class LayerException extends IOException {
    private static final long serialVersionUID = 1L;

    LayerException(String message) {
        super(message);
    }
}
