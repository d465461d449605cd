package dev.lading.oci;

/**
 * What was given (a text, a document, a file) breaks the rules of its specification.
 */
public class InvalidInputException extends LadingException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what failed, where, why and what to do
     */
    public InvalidInputException(String message) {
        super(message);
    }

    /**
     * Makes the exception with its cause.
     *
     * @param message what failed, where, why and what to do
     * @param cause what lies beneath
     */
    public InvalidInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
