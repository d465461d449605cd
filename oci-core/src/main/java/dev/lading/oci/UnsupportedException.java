package dev.lading.oci;

/**
 * What was asked for is understood, but not carried out by this place or this version.
 */
public class UnsupportedException extends LadingException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what failed, where, why and what to do
     */
    public UnsupportedException(String message) {
        super(message);
    }

    /**
     * Makes the exception with its cause.
     *
     * @param message what failed, where, why and what to do
     * @param cause what lies beneath
     */
    public UnsupportedException(String message, Throwable cause) {
        super(message, cause);
    }
}
