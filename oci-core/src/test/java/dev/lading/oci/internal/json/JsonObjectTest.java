package dev.lading.oci.internal.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTest {
    private static final int MAX = 1 << 20;

    private static JsonObject read(String text) {
        return JsonObject.read(text.getBytes(UTF_8), MAX);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                        | line 1, byte 2: expected a key in quotes and found the end",
                "{\"a\":1,}               | line 1, byte 8: expected a key in quotes and found «}»",
                "{\"a\":[1,]}             | line 1, byte 9: expected a value and found «]»",
                "{\"a\":01}               | line 1, byte 7: expected a comma or «}» and found «1»",
                "{\"a\":+1}               | line 1, byte 6: expected a value and found «+»",
                "{\"a\":1.}               | line 1, byte 8: expected a digit and found «}»",
                "{\"a\":.5}               | line 1, byte 6: expected a value and found «.»",
                "{\"a\":1e}               | line 1, byte 8: expected a digit and found «}»",
                "{\"a\":NaN}              | line 1, byte 6: expected a value and found «N»",
                "{\"a\":nul}              | line 1, byte 9: expected «null» and found «}»",
                "{\"a\" 1}                | line 1, byte 6: expected a colon and found «1»",
                "{\"a\":\"\\x\"}          | line 1, byte 8: expected an escape of JSON and found «x»",
                "{\"a\":\"\\u12g4\"}      | line 1, byte 11: expected a hexadecimal digit and found «g»",
                "{\"a\":\"\\ud800\"}      | the first half of a character without the second",
                "{\"a\":\"\\ud800\\u0041\"} | the first half of a character without the second",
                "{\"a\":\"\\udc00\"}      | the second half of a character without the first",
                "{\"a\":\"                | a text has no end",
                "{\"a\":\"b\tc\"}         | a control character",
                "{} {}                    | something follows the end",
                "[]                       | it is not a JSON object",
                "1                        | it is not a JSON object",
                "{\"a\":1,\"b\":2,\"\\u0061\":3} | the key «a» stands there twice",
                "{'a':1}                  | expected a key in quotes and found «'»",
                "{\"a\":1 /* no */}       | expected a comma or «}» and found «/»",
            })
    void a_fault_says_where_and_what(String text, String why) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(JsonFault.class).hasMessageContaining(why);
    }

    @Test
    void a_fault_counts_lines_and_bytes() {
        assertThatThrownBy(() -> read("{\n  \"é\": 1,\n  \"é\": !\n}"))
                .hasMessageContaining("line 3, byte 9: expected a value and found «!»");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u00c0\u0080",
                "\u00c1\u00bf",
                "\u00e0\u009f\u00bf",
                "\u00ed\u00a0\u0080",
                "\u00f0\u008f\u00bf\u00bf",
                "\u00f4\u0090\u0080\u0080",
                "\u00f5\u0080\u0080\u0080",
                "\u0080",
                "\u00ff",
                "\u00c3",
                "\u00e2\u0082",
                "\u00c3A",
            })
    void bytes_that_are_no_utf_8_are_refused(String bytes) {
        byte[] text = ("{\"a\":\"" + bytes + "\"}").getBytes(ISO_8859_1);
        assertThatThrownBy(() -> JsonObject.read(text, MAX)).hasMessageContaining("it is not valid UTF-8");
    }

    @Test
    void more_keys_than_are_compared_by_hand_are_looked_through_too() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < 1_000; i++) {
            text.append("\"k").append(i).append("\":").append(i).append(',');
        }
        assertThat(read(text + "\"k\":1}").keys()).hasSize(1_001);
        assertThatThrownBy(() -> read(text + "\"\\u006b17\":1}"))
                .hasMessageContaining("the key «k17» stands there twice");
    }

    @Test
    void escapes_are_decoded_when_they_are_asked_for() {
        JsonObject object = read("{\"\\u0061\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é\"}");
        assertThat(object.text("a")).contains("\"\\/\b\f\n\r\té😀é");
        assertThat(object.keys()).containsExactly("a");
    }

    @Test
    void a_member_that_is_null_is_absent() {
        JsonObject object = read("{\"a\":null}");
        assertThat(object.has("a")).isFalse();
        assertThat(object.text("a")).isEmpty();
        assertThat(object.integer("a")).isEmpty();
        assertThat(object.object("a")).isEmpty();
        assertThat(object.texts("a")).isEmpty();
        assertThat(object.flag("a")).isFalse();
        assertThat(new String(object.with("b", "a", "c").bytes(), UTF_8)).isEqualTo("{\"a\":{\"c\":\"b\"}}");
        assertThat(new String(object.append("b", "a").bytes(), UTF_8)).isEqualTo("{\"a\":[\"b\"]}");
    }

    @ParameterizedTest
    @CsvSource({"0,0", "-0,0", "9223372036854775807,9223372036854775807", "-9223372036854775808,-9223372036854775808"})
    void whole_numbers_of_64_bits_are_read(String text, long value) {
        assertThat(read("{\"a\":" + text + "}").integer("a")).hasValue(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "1.0", "1e0", "\"1\"", "true", "[]", "{}"})
    void other_numbers_are_no_whole_numbers(String text) {
        assertThatThrownBy(() -> read("{\"a\":" + text + "}").integer("a"))
                .isInstanceOf(JsonFault.class)
                .hasMessage("member «a» is not a whole number of 64 bits");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // What stands before, what stands after.
                "{}                           | {\"a\":{\"k\":\"v\"}}",
                "{ }                          | {\"a\":{\"k\":\"v\"}}",
                "{\"x\":1}                    | {\"x\":1,\"a\":{\"k\":\"v\"}}",
                "{\"x\":1, \"y\": 2}          | {\"x\":1, \"y\": 2, \"a\": {\"k\":\"v\"}}",
                "{\"a\":{}}                   | {\"a\":{\"k\":\"v\"}}",
                "{\"a\" : {\"k\" : \"w\" } }  | {\"a\" : {\"k\" : \"v\" } }",
                "{\"a\":{\"\\u006b\":null}}   | {\"a\":{\"\\u006b\":\"v\"}}",
                "{\"a\":{\"j\":1.10}}         | {\"a\":{\"j\":1.10,\"k\":\"v\"}}",
            })
    void a_set_member_stands_as_its_neighbours_do(String before, String after) {
        assertThat(new String(read(before).with("v", "a", "k").bytes(), UTF_8)).isEqualTo(after);
    }

    @Test
    void what_is_added_to_an_indented_document_is_indented() {
        JsonObject document = read("{\n  \"list\": [\n    1\n  ],\n  \"none\": {}\n}\n");
        assertThat(new String(
                        document.append(Map.of("k", List.of(2)), "list")
                                .with("v", "none", "k")
                                .with(Map.of(), "last")
                                .bytes(),
                        UTF_8))
                .isEqualTo("""
                        {
                          "list": [
                            1,
                            {
                              "k": [
                                2
                              ]
                            }
                          ],
                          "none": {
                            "k": "v"
                          },
                          "last": {}
                        }
                        """);
    }

    @Test
    void line_breaks_and_tabs_of_an_indented_document_are_followed() {
        assertThat(new String(read("{\r\n\t\"a\": {}\r\n}").with("v", "a", "k").bytes(), UTF_8))
                .isEqualTo("{\r\n\t\"a\": {\r\n\t\t\"k\": \"v\"\r\n\t}\r\n}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1}                     | {}",
                "{ \"a\":1 }                   | {}",
                "{\"a\":1, \"b\": 2}           | {\"b\": 2}",
                "{\"b\": 2 , \"a\":1 }         | {\"b\": 2 }",
                "{\"b\":1,\"a\":[{}],\"c\":3}  | {\"b\":1,\"c\":3}",
                "{\"b\":1}                     | {\"b\":1}",
            })
    void a_removed_member_takes_one_comma_along(String before, String after) {
        assertThat(new String(read(before).without("a").bytes(), UTF_8)).isEqualTo(after);
    }

    @ParameterizedTest
    @CsvSource({
        "'',         '[ 1, 2 ,3,  4 ]'",
        "1,          '[ 2 ,3,  4 ]'",
        "4,          '[ 1, 2 ,3 ]'",
        "23,         '[ 1,  4 ]'",
        "12,         '[ 3,  4 ]'",
        "13,         '[ 2 ,  4 ]'",
        "24,         '[ 1 ,3 ]'",
        "1234,       '[]'",
    })
    void removed_elements_leave_a_list_of_the_others(String gone, String left) {
        JsonObject list = read("{\"a\":[ 1, 2 ,3,  4 ]}");
        String after = new String(
                list.withoutElements(place -> gone.contains(String.valueOf(place + 1)), "a")
                        .bytes(),
                UTF_8);
        assertThat(after.replaceAll("\\s*,\\s*", ",").replace("[ ", "[").replace(" ]", "]"))
                .isEqualTo("{\"a\":"
                        + left.replaceAll("\\s*,\\s*", ",").replace("[ ", "[").replace(" ]", "]") + "}");
    }

    @Test
    void an_edit_holds_the_limits_that_the_text_was_read_with() {
        JsonObject small = JsonObject.read("{\"a\":1}".getBytes(UTF_8), 10, 2);
        assertThatThrownBy(() -> small.with("longer", "b")).hasMessageContaining("more than the 10 allowed");
        assertThatThrownBy(() -> JsonObject.read("{}".getBytes(UTF_8), 100, 2).with(1, "a", "b", "c"))
                .hasMessageContaining("it nests deeper than 2");
    }

    @Test
    void half_a_surrogate_pair_is_not_written() {
        assertThatThrownBy(() -> read("{}").with("a\ud83d", "k")).hasMessageContaining("half a surrogate pair");
        assertThatThrownBy(() -> read("{}").with("v", "\ude00")).hasMessageContaining("half a surrogate pair");
    }

    @Test
    void nothing_is_added_to_what_is_no_holder() {
        assertThatThrownBy(() -> read("{\"a\":1}").with("v", "a", "k")).hasMessageContaining("is not an object");
        assertThatThrownBy(() -> read("{\"a\":{}}").append("v", "a")).hasMessageContaining("is not a list");
    }
}
