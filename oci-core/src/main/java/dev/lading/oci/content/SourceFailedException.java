package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import dev.lading.oci.LadingException;
import java.io.IOException;

/**
 * The source of a transfer could not be read, while the target was well.
 *
 * <p>In a copy, every failure of the source's side is of this kind; what is not is the target's.
 */
public final class SourceFailedException extends LadingException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param descriptor what was being read
     * @param cause how reading failed
     */
    public SourceFailedException(Descriptor descriptor, IOException cause) {
        super("the source failed while " + descriptor.digest() + " was read: " + cause.getMessage(), cause);
    }

    /**
     * Makes the exception from the source's own refusal.
     *
     * @param descriptor what was being read
     * @param cause how reading failed
     */
    public SourceFailedException(Descriptor descriptor, LadingException cause) {
        super("the source failed at " + descriptor.digest() + ": " + cause.getMessage(), cause);
    }
}
