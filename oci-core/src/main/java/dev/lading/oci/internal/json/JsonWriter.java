package dev.lading.oci.internal.json;

import java.util.Collection;
import java.util.Map;

/**
 * Writes new values: String, Long, Integer, Boolean, {@link JsonText}, and Map and Collection of these.
 *
 * <p>On one line without spaces, or, within a document that is indented, as that one is.
 */
final class JsonWriter {
    private final StringBuilder out = new StringBuilder();
    private final String unit;

    private JsonWriter(String unit) {
        this.unit = unit;
    }

    static String compact(Object value) {
        JsonWriter writer = new JsonWriter("");
        writer.write(value, "");
        return writer.out.toString();
    }

    /**
     * Writes a value over several lines.
     *
     * @param value the value
     * @param unit the white space of one level
     * @param before line break and white space of the line that the value starts on
     */
    static String indented(Object value, String unit, String before) {
        JsonWriter writer = new JsonWriter(unit);
        writer.write(value, before);
        return writer.out.toString();
    }

    private void write(Object value, String before) {
        if (value instanceof String text) {
            string(text);
        } else if (value instanceof JsonText raw) {
            out.append(raw.text());
        } else if (value instanceof Long || value instanceof Integer || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Map<?, ?> map) {
            members(map, before);
        } else if (value instanceof Collection<?> list) {
            elements(list, before);
        } else {
            throw new IllegalArgumentException("no JSON form for " + value.getClass());
        }
    }

    private void members(Map<?, ?> map, String before) {
        String inner = before.isEmpty() ? "" : before + unit;
        String separator = "{";
        for (Map.Entry<?, ?> member : map.entrySet()) {
            out.append(separator).append(inner);
            string(String.valueOf(member.getKey()));
            out.append(before.isEmpty() ? ":" : ": ");
            write(member.getValue(), inner);
            separator = ",";
        }
        out.append(map.isEmpty() ? "{}" : before + "}");
    }

    private void elements(Collection<?> list, String before) {
        String inner = before.isEmpty() ? "" : before + unit;
        String separator = "[";
        for (Object element : list) {
            out.append(separator).append(inner);
            write(element, inner);
            separator = ",";
        }
        out.append(list.isEmpty() ? "[]" : before + "]");
    }

    private void string(String text) {
        int plain = 0;
        while (plain < text.length() && isPlain(text.charAt(plain))) {
            plain++;
        }
        out.append('"').append(text, 0, plain);
        for (int i = plain; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04X", (int) c));
                    } else if (Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))) {
                        out.append(c).append(text.charAt(++i));
                    } else if (Character.isSurrogate(c)) {
                        throw new JsonFault("the text «" + JsonFault.shown(text.substring(0, i))
                                + "…» holds half a surrogate pair, which has no form in UTF-8");
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
    }
}
