package dev.lading.oci;

/**
 * What was asked for (a name, a platform, a blob, a file) is not there.
 */
public class NotFoundException extends LadingException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what failed, where, why and what to do
     */
    public NotFoundException(String message) {
        super(message);
    }

    /**
     * Makes the exception with its cause.
     *
     * @param message what failed, where, why and what to do
     * @param cause what lies beneath
     */
    public NotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
