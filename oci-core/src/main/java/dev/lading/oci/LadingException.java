package dev.lading.oci;

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
}
