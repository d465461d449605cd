package dev.lading.oci.internal.json;

/** Text is not the JSON that was asked for; the message says where and why. Callers turn it into their own kind. */
public final class JsonFault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_SHOWN = 100;

    JsonFault(String message) {
        super(message);
    }

    JsonFault(String message, Throwable cause) {
        super(message, cause);
    }

    /** {@return why} */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** Text of a document, made fit for a message: only what is printed as one character stays, and not too much of it. */
    static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(MAX_SHOWN).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                shown.append(String.format("\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return text.length() > MAX_SHOWN ? shown + "…" : shown.toString();
    }
}
