package dev.lading.oci.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A JSON object that never changes: typed questions about its members, edits that make a new object.
 *
 * <p>Reading is strict, for two readers must never see two documents in one text: bytes over the limit, a byte order
 * mark, invalid UTF-8, a repeated key, anything after the object and nesting over {@value #MAX_DEPTH} are refused. A
 * member that is {@code null} counts as absent, as Go's readers have it.
 */
public final class JsonObject {
    /** The deepest nesting that is read; image documents need six. */
    static final int MAX_DEPTH = 64;

    // Made once, for making one costs more than reading a manifest; it keeps no names of what it has read. A text is
    // never
    // longer than the bytes it was allowed to have, so strings need no bound of their own.
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNumberLength(100)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final ObjectNode node;

    private JsonObject(ObjectNode node) {
        this.node = node;
    }

    /**
     * Reads an object.
     *
     * @param bytes the text in UTF-8
     * @param maxBytes how many bytes are allowed
     * @return the object
     * @throws JsonFault if the text breaks a rule
     */
    public static JsonObject read(byte[] bytes, int maxBytes) {
        if (bytes.length > maxBytes) {
            throw new JsonFault("it has " + bytes.length + " bytes, more than the " + maxBytes + " allowed");
        }
        if (bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF) {
            throw new JsonFault("it begins with a byte order mark");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new JsonFault("it is not valid UTF-8", e);
        }
        try {
            JsonNode read = MAPPER.readTree(text);
            if (read instanceof ObjectNode object) {
                return new JsonObject(object);
            }
            throw new JsonFault("it is not a JSON object");
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new JsonFault("it is not strict JSON" + where + ": " + firstSentence(e.getOriginalMessage()), e);
        }
    }

    /**
     * Returns an object without members.
     *
     * @return the object
     */
    public static JsonObject empty() {
        return new JsonObject(JsonNodeFactory.instance.objectNode());
    }

    private static String firstSentence(String message) {
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }

    private Optional<JsonNode> member(String key) {
        JsonNode value = node.get(key);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    private static JsonFault wrong(String key, String wanted) {
        return new JsonFault("member «" + key + "» is not " + wanted);
    }

    /**
     * Says whether a member is there and not null.
     *
     * @param key the member
     * @return true if it is
     */
    public boolean has(String key) {
        return member(key).isPresent();
    }

    /**
     * Returns the keys of all members, in the order of the text.
     *
     * @return the keys
     */
    public List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            keys.add(names.next());
        }
        return keys;
    }

    /**
     * Returns a text.
     *
     * @param key the member
     * @return its value, or empty if absent
     * @throws JsonFault if it is no text
     */
    public Optional<String> text(String key) {
        return member(key).map(value -> {
            if (!value.isTextual()) {
                throw wrong(key, "a text");
            }
            return value.textValue();
        });
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
     * Returns a whole number.
     *
     * @param key the member
     * @return its value, or empty if absent
     * @throws JsonFault if it is no whole number of 64 bits
     */
    public OptionalLong integer(String key) {
        Optional<JsonNode> value = member(key);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!value.get().isIntegralNumber() || !value.get().canConvertToLong()) {
            throw wrong(key, "a whole number of 64 bits");
        }
        return OptionalLong.of(value.get().longValue());
    }

    /**
     * Returns a truth value.
     *
     * @param key the member
     * @return its value; false if absent
     * @throws JsonFault if it is neither true nor false
     */
    public boolean flag(String key) {
        return member(key)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw wrong(key, "true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(false);
    }

    /**
     * Returns an object.
     *
     * @param key the member
     * @return its value, or empty if absent
     * @throws JsonFault if it is no object
     */
    public Optional<JsonObject> object(String key) {
        return member(key).map(value -> {
            if (value instanceof ObjectNode object) {
                return new JsonObject(object);
            }
            throw wrong(key, "an object");
        });
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
        for (JsonNode element : elements(key)) {
            if (!(element instanceof ObjectNode object)) {
                throw wrong(key, "a list of objects");
            }
            objects.add(new JsonObject(object));
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
        for (JsonNode element : elements(key)) {
            if (!element.isTextual()) {
                throw wrong(key, "a list of texts");
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    private Iterable<JsonNode> elements(String key) {
        Optional<JsonNode> value = member(key);
        if (value.isEmpty()) {
            return List.of();
        }
        if (!value.get().isArray()) {
            throw wrong(key, "a list");
        }
        return value.get();
    }

    /**
     * Returns an object whose values are texts, in the order of the text.
     *
     * @param key the member
     * @return its members; none if absent
     * @throws JsonFault if it is no object, or a value is no text
     */
    public Map<String, String> textMap(String key) {
        Map<String, String> map = new LinkedHashMap<>();
        object(key).ifPresent(object -> {
            for (String name : object.keys()) {
                map.put(name, object.text(name).orElseThrow(() -> wrong(key, "an object of texts")));
            }
        });
        return map;
    }

    /**
     * Returns this object with one member set; it keeps its place, or comes last if it is new.
     *
     * @param key the member
     * @param value a String, Long, Integer, Boolean, JsonObject, or a Map or Collection of these
     * @return the new object
     */
    public JsonObject with(String key, Object value) {
        ObjectNode copy = node.deepCopy();
        copy.set(key, toNode(value));
        return new JsonObject(copy);
    }

    /**
     * Returns this object with a member set, or without it if the value is empty.
     *
     * @param key the member
     * @param value the value as in {@link #with}; an empty Map, Collection or Optional removes the member
     * @return the new object
     */
    public JsonObject withOrWithout(String key, Object value) {
        boolean absent = value instanceof Map<?, ?> map && map.isEmpty()
                || value instanceof Collection<?> list && list.isEmpty()
                || value instanceof Optional<?> optional && optional.isEmpty();
        if (absent) {
            ObjectNode copy = node.deepCopy();
            copy.remove(key);
            return new JsonObject(copy);
        }
        return with(key, value instanceof Optional<?> optional ? optional.orElseThrow() : value);
    }

    /**
     * Returns the members that are not among the given ones.
     *
     * @param keys the members to leave out
     * @return the rest
     */
    public JsonObject without(Set<String> keys) {
        ObjectNode copy = node.deepCopy();
        copy.remove(keys);
        return new JsonObject(copy);
    }

    /**
     * Returns another object with a member of this one set in it.
     *
     * @param key a member of this object
     * @param target the object to copy it into
     * @return the new object
     */
    public JsonObject copyMember(String key, JsonObject target) {
        ObjectNode copy = target.node.deepCopy();
        copy.set(key, node.get(key).deepCopy());
        return new JsonObject(copy);
    }

    private JsonNode toNode(Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof String text) {
            return nodes.textNode(text);
        } else if (value instanceof Long number) {
            return nodes.numberNode(number);
        } else if (value instanceof Integer number) {
            return nodes.numberNode(number);
        } else if (value instanceof Boolean flag) {
            return nodes.booleanNode(flag);
        } else if (value instanceof JsonObject object) {
            return object.node.deepCopy();
        } else if (value instanceof Map<?, ?> map) {
            ObjectNode object = nodes.objectNode();
            map.forEach((k, v) -> object.set(String.valueOf(k), toNode(v)));
            return object;
        } else if (value instanceof Collection<?> list) {
            ArrayNode array = nodes.arrayNode();
            list.forEach(element -> array.add(toNode(element)));
            return array;
        }
        throw new IllegalArgumentException("no JSON form for " + value.getClass());
    }

    /**
     * Writes this object compactly, members in their order.
     *
     * @return the text in UTF-8
     */
    public byte[] toBytes() {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values cannot fail to be written", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonObject object && node.equals(object.node);
    }

    @Override
    public int hashCode() {
        return node.hashCode();
    }

    @Override
    public String toString() {
        return node.toString();
    }
}
