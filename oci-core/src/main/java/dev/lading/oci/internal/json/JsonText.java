package dev.lading.oci.internal.json;

import java.util.Objects;

/**
 * A value as it stood in a strict text, to be written into another one to the letter.
 *
 * @param text the value's text
 */
public record JsonText(String text) {
    /** Makes the value. */
    public JsonText {
        Objects.requireNonNull(text);
    }
}
