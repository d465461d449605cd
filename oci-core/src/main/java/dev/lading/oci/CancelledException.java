package dev.lading.oci;

/**
 * The calling thread was interrupted, or the verb's own deadline passed; nothing half-done was left behind.
 *
 * <p>After an interrupt the thread's interrupt flag is set again when this reaches the caller.
 */
public final class CancelledException extends LadingException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was cancelled, and why
     */
    public CancelledException(String message) {
        super(message);
    }

    /**
     * Makes the exception with its cause.
     *
     * @param message what was cancelled, and why
     * @param cause how the cancelled work ended
     */
    public CancelledException(String message, Throwable cause) {
        super(message, cause);
    }
}
