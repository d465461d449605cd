package dev.lading.oci.content;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Makes content, as often as it is asked to: a store runs it again from the start when its wire breaks.
 *
 * <p>Runs need not give the same bytes: what counts is the run that succeeded. Side effects are the run's own.
 *
 * @param <R> what a run finds out beside the bytes, such as a diff ID
 */
@FunctionalInterface
public interface Producer<R> {
    /**
     * Writes all the content once.
     *
     * @param out where the bytes go; not to be closed or kept
     * @return what this run found out
     * @throws IOException if the content cannot be made, or {@code out} refuses; the store can tell one from the other
     */
    R writeTo(OutputStream out) throws IOException;
}
