package dev.lading.oci.internal.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;

/**
 * A JSON object that never changes, within the text it was read from: typed questions about its members, edits that make a
 * new text and leave every byte alone that is not on their path.
 *
 * <p>Reading is strict, for two readers must never see two documents in one text: bytes over the limit, a byte order
 * mark, invalid UTF-8, half a surrogate pair, a repeated key, anything after the object and too deep nesting are refused.
 * A member that is {@code null} counts as absent, as Go's readers have it.
 */
public final class JsonObject {
    /** The deepest nesting that is read unless a caller allows more; image documents need six. */
    public static final int MAX_DEPTH = 64;

    private final JsonTape tape;
    private final int node;

    JsonObject(JsonTape tape, int node) {
        this.tape = tape;
        this.node = node;
    }

    /**
     * Reads an object.
     *
     * @param bytes the text in UTF-8; kept, and nobody may write to it any more
     * @param maxBytes how many bytes are allowed, here and after an edit
     * @param maxDepth how deep it may nest
     * @return the object
     * @throws JsonFault if the text breaks a rule
     */
    public static JsonObject read(byte[] bytes, int maxBytes, int maxDepth) {
        JsonTape tape = JsonTape.read(bytes, maxBytes, maxDepth);
        if (tape.kind(0) != '{') {
            throw new JsonFault("it is not a JSON object");
        }
        return new JsonObject(tape, 0);
    }

    /**
     * Reads an object that nests no deeper than {@value #MAX_DEPTH}.
     *
     * @param bytes the text in UTF-8; kept, and nobody may write to it any more
     * @param maxBytes how many bytes are allowed
     * @return the object
     * @throws JsonFault if the text breaks a rule
     */
    public static JsonObject read(byte[] bytes, int maxBytes) {
        return read(bytes, maxBytes, MAX_DEPTH);
    }

    /**
     * Makes a new text, on one line without spaces.
     *
     * @param members String, Long, Integer, Boolean, {@link JsonText}, and Map and Collection of these
     * @param maxBytes how many bytes are allowed
     * @return the object
     * @throws JsonFault if the text would have more bytes, or a text has no form in UTF-8
     */
    public static JsonObject of(Map<String, ?> members, int maxBytes) {
        return read(JsonWriter.compact(members).getBytes(StandardCharsets.UTF_8), maxBytes);
    }

    /**
     * Returns the text that this object stands in.
     *
     * @return the bytes that were read or made by an edit; not to be written to
     */
    public byte[] bytes() {
        return tape.text;
    }

    /** The member's value on the tape, or -1 if it is absent or null. */
    private int member(String key) {
        int value = tape.member(node, key);
        return value >= 0 && tape.kind(value) == 'n' ? -1 : value;
    }

    private static JsonFault wrong(String key, String wanted) {
        return new JsonFault("member «" + JsonFault.shown(key) + "» is not " + wanted);
    }

    /**
     * Says whether a member is there and not null.
     *
     * @param key the member
     * @return true if it is
     */
    public boolean has(String key) {
        return member(key) >= 0;
    }

    /**
     * Returns the keys of all members, in the order of the text.
     *
     * @return the keys
     */
    public List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (int key = node + JsonTape.WIDTH; key < tape.after(node); key = tape.after(key + JsonTape.WIDTH)) {
            keys.add(tape.decoded(key));
        }
        return keys;
    }

    /**
     * Returns all members, in the order of the text.
     *
     * @return the values by their keys
     */
    public Map<String, JsonValue> members() {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        for (int key = node + JsonTape.WIDTH; key < tape.after(node); key = tape.after(key + JsonTape.WIDTH)) {
            members.put(tape.decoded(key), new JsonValue(tape, key + JsonTape.WIDTH));
        }
        return members;
    }

    /**
     * Returns a member of any kind.
     *
     * @param key the member
     * @return its value, which may be null's; empty if there is no such member
     */
    public Optional<JsonValue> value(String key) {
        int value = tape.member(node, key);
        return value < 0 ? Optional.empty() : Optional.of(new JsonValue(tape, value));
    }

    /**
     * Returns a text.
     *
     * @param key the member
     * @return its value, or empty if absent
     * @throws JsonFault if it is no text
     */
    public Optional<String> text(String key) {
        int value = member(key);
        if (value < 0) {
            return Optional.empty();
        }
        if (tape.kind(value) != '"') {
            throw wrong(key, "a text");
        }
        return Optional.of(tape.decoded(value));
    }

    /**
     * Returns a text that must be there.
     *
     * @param key the member
     * @return its value
     * @throws JsonFault if it is absent or no text
     */
    public String requiredText(String key) {
        return text(key).orElseThrow(() -> new JsonFault("member «" + key + "» is missing"));
    }

    /**
     * Returns a whole number, written without fraction and exponent.
     *
     * @param key the member
     * @return its value, or empty if absent
     * @throws JsonFault if it is no whole number of 64 bits
     */
    public OptionalLong integer(String key) {
        int value = member(key);
        if (value < 0) {
            return OptionalLong.empty();
        }
        byte kind = tape.kind(value);
        if (kind == '-' || kind >= '0' && kind <= '9') {
            // Longer than any such number; it need not be copied to be refused.
            if (tape.end(value) - tape.start(value) <= 20) {
                try {
                    return OptionalLong.of(Long.parseLong(tape.raw(value)));
                } catch (NumberFormatException e) {
                    throw new JsonFault(wrong(key, "a whole number of 64 bits").getMessage(), e);
                }
            }
        }
        throw wrong(key, "a whole number of 64 bits");
    }

    /**
     * Returns a truth value.
     *
     * @param key the member
     * @return its value; false if absent
     * @throws JsonFault if it is neither true nor false
     */
    public boolean flag(String key) {
        int value = member(key);
        if (value >= 0 && tape.kind(value) != 't' && tape.kind(value) != 'f') {
            throw wrong(key, "true or false");
        }
        return value >= 0 && tape.kind(value) == 't';
    }

    /**
     * Returns an object.
     *
     * @param key the member
     * @return its value, or empty if absent
     * @throws JsonFault if it is no object
     */
    public Optional<JsonObject> object(String key) {
        int value = member(key);
        if (value < 0) {
            return Optional.empty();
        }
        if (tape.kind(value) != '{') {
            throw wrong(key, "an object");
        }
        return Optional.of(new JsonObject(tape, value));
    }

    /**
     * Returns a list of objects.
     *
     * @param key the member
     * @return its elements; none if absent
     * @throws JsonFault if it is no list, or an element is no object
     */
    public List<JsonObject> objects(String key) {
        List<JsonObject> objects = new ArrayList<>();
        int list = list(key);
        for (int element = list + JsonTape.WIDTH; element < endOf(list); element = tape.after(element)) {
            if (tape.kind(element) != '{') {
                throw wrong(key, "a list of objects");
            }
            objects.add(new JsonObject(tape, element));
        }
        return objects;
    }

    /**
     * Returns a list of texts.
     *
     * @param key the member
     * @return its elements; none if absent
     * @throws JsonFault if it is no list, or an element is no text
     */
    public List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        int list = list(key);
        for (int element = list + JsonTape.WIDTH; element < endOf(list); element = tape.after(element)) {
            if (tape.kind(element) != '"') {
                throw wrong(key, "a list of texts");
            }
            texts.add(tape.decoded(element));
        }
        return texts;
    }

    /** The list on the tape, or -1 if it is absent. */
    private int list(String key) {
        int value = member(key);
        if (value >= 0 && tape.kind(value) != '[') {
            throw wrong(key, "a list");
        }
        return value;
    }

    private int endOf(int list) {
        return list < 0 ? 0 : tape.after(list);
    }

    /**
     * Returns an object whose values are texts, in the order of the text.
     *
     * @param key the member
     * @return its members; none if absent
     * @throws JsonFault if it is no object, or a value is no text
     */
    public Map<String, String> textMap(String key) {
        Optional<JsonObject> object = object(key);
        if (object.isEmpty()) {
            return Map.of();
        }
        Map<String, String> map = new LinkedHashMap<>();
        int end = tape.after(object.get().node);
        for (int name = object.get().node + JsonTape.WIDTH; name < end; name = tape.after(name + JsonTape.WIDTH)) {
            if (tape.kind(name + JsonTape.WIDTH) != '"') {
                throw wrong(key, "an object of texts");
            }
            map.put(tape.decoded(name), tape.decoded(name + JsonTape.WIDTH));
        }
        return map;
    }

    /**
     * Returns the members that are not among the given ones, each as it stands.
     *
     * @param known the members to leave out
     * @return the rest, in the order of the text
     */
    public Map<String, JsonText> others(List<String> known) {
        Map<String, JsonText> others = Map.of();
        for (int key = node + JsonTape.WIDTH; key < tape.after(node); key = tape.after(key + JsonTape.WIDTH)) {
            if (!tape.isKeyAmong(key, known)) {
                others = others.isEmpty() ? new LinkedHashMap<>() : others;
                others.put(tape.decoded(key), new JsonText(tape.raw(key + JsonTape.WIDTH)));
            }
        }
        return others;
    }

    /**
     * Returns the document with a value set: it keeps its place, or comes last in what holds it.
     *
     * @param value String, Long, Integer, Boolean, {@link JsonText}, or a Map or Collection of these
     * @param path the way to it from the document: keys, and places in lists as Integer; holders that are absent are made
     * @return the new document
     * @throws JsonFault if the new text breaks a rule, or a holder is of another kind
     */
    public JsonObject with(Object value, Object... path) {
        return edited(new JsonEdit(tape).set(value, List.of(path)));
    }

    /**
     * Returns the document with several values set, none of which lies within another.
     *
     * @param values the values as in {@link #with} by their paths; each is there already, or they are of different holders
     * @return the new document
     * @throws JsonFault if the new text breaks a rule, or a holder is of another kind
     */
    public JsonObject withAll(Map<List<Object>, ?> values) {
        JsonEdit edit = new JsonEdit(tape);
        for (Map.Entry<List<Object>, ?> value : values.entrySet()) {
            edit = edit.set(value.getValue(), value.getKey());
        }
        return edited(edit);
    }

    /**
     * Returns the document with one more element at the end of a list.
     *
     * @param value the element as in {@link #with}
     * @param path the way to the list, which is made if it is absent
     * @return the new document
     * @throws JsonFault if the new text breaks a rule, or there is no list
     */
    public JsonObject append(Object value, Object... path) {
        return edited(new JsonEdit(tape).append(value, List.of(path)));
    }

    /**
     * Returns the document without a member.
     *
     * @param path the way to it
     * @return the new document; this one's text if there is no such member
     */
    public JsonObject without(Object... path) {
        return edited(new JsonEdit(tape).remove(List.of(path)));
    }

    /**
     * Returns the document without some elements of a list.
     *
     * @param unwanted says by its place from 0 whether an element goes; asked once for each, in order
     * @param path the way to the list
     * @return the new document
     */
    public JsonObject withoutElements(IntPredicate unwanted, Object... path) {
        return edited(new JsonEdit(tape).removeElements(unwanted, List.of(path)));
    }

    private static JsonObject edited(JsonEdit edit) {
        return new JsonObject(edit.done(), 0);
    }

    /** Returns the text of this object. */
    @Override
    public String toString() {
        return tape.raw(node);
    }
}
