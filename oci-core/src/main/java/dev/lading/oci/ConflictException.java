package dev.lading.oci;

/**
 * A place holds something that contradicts what was asked for.
 */
public class ConflictException extends LadingException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what failed, where, why and what to do
     */
    public ConflictException(String message) {
        super(message);
    }

    /**
     * Makes the exception with its cause.
     *
     * @param message what failed, where, why and what to do
     * @param cause what lies beneath
     */
    public ConflictException(String message, Throwable cause) {
        super(message, cause);
    }
}
