package dev.lading.oci.internal.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Any value of a text that was read strictly, for those who ask what it is before they ask what it holds. Immutable. */
public final class JsonValue {
    private final JsonTape tape;
    private final int node;

    JsonValue(JsonTape tape, int node) {
        this.tape = tape;
        this.node = node;
    }

    /**
     * Says whether this is null.
     *
     * @return true if it is
     */
    public boolean isNull() {
        return tape.kind(node) == 'n';
    }

    /**
     * Returns the text that this is.
     *
     * @return the text, or empty if this is no text
     */
    public Optional<String> text() {
        return tape.kind(node) == '"' ? Optional.of(tape.decoded(node)) : Optional.empty();
    }

    /**
     * Returns the object that this is.
     *
     * @return the object, or empty if this is no object
     */
    public Optional<JsonObject> object() {
        return tape.kind(node) == '{' ? Optional.of(new JsonObject(tape, node)) : Optional.empty();
    }

    /**
     * Returns the elements of the list that this is.
     *
     * @return the elements, or empty if this is no list
     */
    public Optional<List<JsonValue>> elements() {
        if (tape.kind(node) != '[') {
            return Optional.empty();
        }
        List<JsonValue> elements = new ArrayList<>();
        for (int element = node + JsonTape.WIDTH; element < tape.after(node); element = tape.after(element)) {
            elements.add(new JsonValue(tape, element));
        }
        return Optional.of(elements);
    }

    /** Returns the value as it stands in its text. */
    @Override
    public String toString() {
        return tape.raw(node);
    }
}
