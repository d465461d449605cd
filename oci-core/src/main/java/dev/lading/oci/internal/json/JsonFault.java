package dev.lading.oci.internal.json;

/** Text is not the JSON that was asked for; the message says where and why. Callers turn it into their own kind. */
public final class JsonFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JsonFault(String message) {
        super(message);
    }

    JsonFault(String message, Throwable cause) {
        super(message, cause);
    }
}
