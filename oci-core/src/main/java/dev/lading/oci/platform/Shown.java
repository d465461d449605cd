package dev.lading.oci.platform;

/** Text out of a file, made fit for a message: control characters are escaped, length is bounded. */
final class Shown {
    private static final int MAX_SHOWN = 200;

    private Shown() {}

    static String of(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && i < MAX_SHOWN; i++) {
            char c = text.charAt(i);
            int type = Character.getType(c);
            if (Character.isISOControl(c)
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return text.length() > MAX_SHOWN ? shown + "…" : shown.toString();
    }
}
