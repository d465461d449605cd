package dev.lading.oci.content;

import dev.lading.oci.Descriptor;

/** One descriptor on its way in a copy; its state is pushed to the listener, its bytes are polled here. */
public interface Transfer {
    /** Where a transfer is; every {@link #STARTED} gets one of the ends {@link #SKIPPED}, {@link #MOUNTED}, {@link #DONE},
     * {@link #FAILED}. */
    enum State {
        /** The target is being asked. */
        STARTED,
        /** It was there already. */
        SKIPPED,
        /** The target took it over from elsewhere in its registry. */
        MOUNTED,
        /** Bytes are being moved. */
        MOVING,
        /** It is there now. */
        DONE,
        /** It is not there. */
        FAILED
    }

    /**
     * Returns what is moved.
     *
     * @return the descriptor
     */
    Descriptor descriptor();

    /**
     * Returns how many bytes have been read from the source; may be asked by any thread at any time.
     *
     * @return bytes, from 0 to the descriptor's size
     */
    long bytes();
}
