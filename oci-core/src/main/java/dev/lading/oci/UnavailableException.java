package dev.lading.oci;

/**
 * A place could not be read or written just now: the network or the file system failed.
 */
public class UnavailableException extends LadingException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what failed, where, why and what to do
     */
    public UnavailableException(String message) {
        super(message);
    }

    /**
     * Makes the exception with its cause.
     *
     * @param message what failed, where, why and what to do
     * @param cause what lies beneath
     */
    public UnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
