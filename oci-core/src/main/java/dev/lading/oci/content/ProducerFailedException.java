package dev.lading.oci.content;

import dev.lading.oci.LadingException;
import java.io.IOException;

/** A producer could not make its bytes, while the target was well; it was not run again, and nothing was kept. */
public final class ProducerFailedException extends LadingException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param cause what the producer threw
     */
    public ProducerFailedException(IOException cause) {
        super("the content could not be made: " + cause.getMessage(), cause);
    }
}
