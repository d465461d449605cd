package dev.lading.oci;

/** Text from outside, made fit for a message: control characters are escaped, length is bounded. */
final class Printable {
    private static final int MAX_SHOWN = 200;

    private Printable() {}

    static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && i < MAX_SHOWN; i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || Character.isSurrogate(c)) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return text.length() > MAX_SHOWN ? shown + "…" : shown.toString();
    }
}
