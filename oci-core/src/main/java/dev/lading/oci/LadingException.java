package dev.lading.oci;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/**
 * The root of everything a verb of Lading throws; callers tell the kinds apart by subtype.
 *
 * <p>A message says what failed, where, why and what to do, and never holds a secret.
 */
public abstract class LadingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what failed, where, why and what to do
     */
    protected LadingException(String message) {
        super(message);
    }

    /**
     * Makes the exception with its cause.
     *
     * @param message what failed, where, why and what to do
     * @param cause what lies beneath
     */
    protected LadingException(String message, Throwable cause) {
        super(message, cause);
    }

    /** {@return what failed, where, why and what to do; every kind has it} */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /**
     * Turns the failure of a stream or a file into the kind a verb throws. Whether it was an interrupt is asked of the
     * thread's flag, never of the exception's type, for wires dress an interrupt in many ways.
     *
     * @param what what failed, and where
     * @param cause how it failed
     * @return {@link CancelledException} if the current thread's interrupt flag is set, else {@link UnavailableException}
     */
    public static LadingException from(String what, IOException cause) {
        if (Thread.currentThread().isInterrupted()) {
            return new CancelledException(what + ": the thread was interrupted", cause);
        }
        return new UnavailableException(what + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return "there is no file " + cause.getMessage();
        } else if (cause instanceof AccessDeniedException) {
            return "access to " + cause.getMessage() + " is denied";
        } else if (cause instanceof FileSystemException file && file.getReason() == null) {
            // Its message is a name alone, and what is wrong is in its type.
            return cause.getMessage() + " (" + cause.getClass().getSimpleName() + ")";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
