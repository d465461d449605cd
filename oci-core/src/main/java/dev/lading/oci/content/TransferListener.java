package dev.lading.oci.content;

/**
 * Hears the states of a copy's transfers, from the threads that do the work; it should return at once.
 *
 * <p>What it throws is dropped, with one warning to {@code System.Logger}.
 */
@FunctionalInterface
public interface TransferListener {
    /**
     * A transfer is in a new state.
     *
     * @param transfer the transfer, which may be kept and asked for its bytes
     * @param state the state
     */
    void changed(Transfer transfer, Transfer.State state);
}
