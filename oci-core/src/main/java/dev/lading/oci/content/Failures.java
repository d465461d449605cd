package dev.lading.oci.content;

import dev.lading.oci.CancelledException;
import dev.lading.oci.LadingException;
import dev.lading.oci.UnavailableException;
import java.io.IOException;

/** Turns a stream's failure into a verb's. */
final class Failures {
    private Failures() {}

    /** Asks the flag, never the exception's type: streams and wires dress an interrupt in many ways. */
    static LadingException of(String what, IOException cause) {
        return Thread.currentThread().isInterrupted()
                ? new CancelledException(what + ": the thread was interrupted", cause)
                : new UnavailableException(what + ": " + cause.getMessage(), cause);
    }
}
