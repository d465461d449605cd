package dev.lading.oci.internal.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Our reader beside Jackson at its strictest: both take and refuse the same, and understand it alike. */
class JsonJudgeTest {
    private static final int MAX = 4 * 1024 * 1024;
    private static final JsonMapper JUDGE = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(JsonObject.MAX_DEPTH)
                            .maxNumberLength(MAX)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static Optional<JsonNode> judged(byte[] bytes) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return Optional.ofNullable(JUDGE.readTree(text)).filter(JsonNode::isObject);
        } catch (CharacterCodingException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static Optional<JsonObject> ours(byte[] bytes) {
        try {
            return Optional.of(JsonObject.read(bytes, MAX));
        } catch (JsonFault e) {
            return Optional.empty();
        }
    }

    private static JsonNode tree(JsonValue value) throws IOException {
        Optional<JsonObject> object = value.object();
        Optional<List<JsonValue>> elements = value.elements();
        if (object.isPresent()) {
            return tree(object.get());
        } else if (elements.isPresent()) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            for (JsonValue element : elements.get()) {
                list.add(tree(element));
            }
            return list;
        } else if (value.text().isPresent()) {
            return JsonNodeFactory.instance.textNode(value.text().get());
        }
        return JUDGE.readTree(value.toString());
    }

    private static JsonNode tree(JsonObject object) throws IOException {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        for (String key : object.keys()) {
            node.set(key, tree(object.value(key).orElseThrow()));
        }
        return node;
    }

    private static boolean holdsHalfAPair(JsonNode node) {
        String text = node.toString();
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static void compare(byte[] bytes) throws IOException {
        Optional<JsonNode> judged = judged(bytes);
        Optional<JsonObject> ours = ours(bytes);
        if (ours.isEmpty() && judged.isPresent()) {
            assertThat(holdsHalfAPair(judged.get()))
                    .as("refused, and only what is half a surrogate pair may be: %s", new String(bytes, UTF_8))
                    .isTrue();
            return;
        }
        assertThat(ours.isPresent()).as(new String(bytes, UTF_8)).isEqualTo(judged.isPresent());
        if (ours.isPresent()) {
            assertThat(tree(ours.get())).isEqualTo(judged.get());
        }
    }

    @Test
    void valid_texts_of_any_form_mean_what_the_judge_says() throws IOException {
        RandomJson made = new RandomJson(new Random(1));
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = made.object(5, "").getBytes(UTF_8);
            assertThat(judged(bytes)).isPresent();
            compare(bytes);
        }
    }

    @Test
    void altered_texts_are_taken_and_refused_as_by_the_judge() throws IOException {
        Random random = new Random(2);
        RandomJson made = new RandomJson(random);
        byte[] likely = "{}[]\",:\\u0123456789eE+-.truefalsn \n\u00e9\ud83d\ude00\u0000".getBytes(UTF_8);
        int taken = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] bytes = made.object(3, "").getBytes(UTF_8);
            for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
                int at = random.nextInt(bytes.length);
                byte b = random.nextInt(10) == 0 ? (byte) random.nextInt(256) : likely[random.nextInt(likely.length)];
                bytes = altered(bytes, at, b, random.nextInt(3));
            }
            compare(bytes);
            taken += ours(bytes).isPresent() ? 1 : 0;
        }
        // Else the alterations would only ever have tried the refusals.
        assertThat(taken).isBetween(1_000, 59_000);
    }

    private static byte[] altered(byte[] bytes, int at, byte b, int how) {
        if (how == 0) {
            byte[] replaced = bytes.clone();
            replaced[at] = b;
            return replaced;
        }
        boolean inserted = how == 1 || bytes.length == 1;
        byte[] altered = new byte[bytes.length + (inserted ? 1 : -1)];
        System.arraycopy(bytes, 0, altered, 0, at);
        if (inserted) {
            altered[at] = b;
            System.arraycopy(bytes, at, altered, at + 1, bytes.length - at);
        } else {
            System.arraycopy(bytes, at + 1, altered, at, bytes.length - at - 1);
        }
        return altered;
    }

    @Test
    void what_we_write_means_to_the_judge_what_it_should() throws IOException {
        String text = "\u0000\b\t\n\f\r\u001f\"\\/é語😀\u007f\u2028";
        JsonObject object = JsonObject.of(Map.of(text, List.of(text, 1, 2L, true)), MAX);
        JsonNode judged = JUDGE.readTree(object.bytes());
        assertThat(judged.get(text).get(0).textValue()).isEqualTo(text);
        assertThat(judged.get(text).toString()).endsWith(",1,2,true]");
    }
}
