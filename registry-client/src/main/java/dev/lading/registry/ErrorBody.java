package dev.lading.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lading.registry.internal.http.WireAnswer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a registry says about a refusal: its first error (distribution-spec, «Error Codes»), or the beginning of whatever text
 * it sent.
 *
 * @param code the error code, such as {@code MANIFEST_UNKNOWN}
 * @param detail what people may read, without control characters, at most 1 KiB
 */
record ErrorBody(Optional<String> code, String detail) {
    /** Enough for any list of errors. */
    private static final int MAX_BYTES = 64 * 1024;

    private static final int MAX_SHOWN = 1024;
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(32).build())
                    .build())
            .build();

    /** Reads the body of an answer, as far as it can be read; the answer is to be closed by the caller. */
    static ErrorBody of(WireAnswer answer) {
        byte[] bytes;
        try {
            bytes = answer.read(MAX_BYTES);
        } catch (IOException e) {
            // The status is the news; a body that breaks adds nothing to it.
            return new ErrorBody(Optional.empty(), "");
        }
        try {
            JsonNode read = JSON.readTree(bytes);
            JsonNode error = read == null ? null : read.path("errors").path(0);
            if (error != null && error.isObject()) {
                String code = shown(error.path("code").asText(""));
                return new ErrorBody(
                        code.isEmpty() ? Optional.empty() : Optional.of(code),
                        shown(error.path("message").asText("")));
            }
        } catch (IOException e) {
            // No JSON: a proxy's page, or plain text.
        }
        String text = new String(bytes, StandardCharsets.UTF_8).strip();
        return new ErrorBody(Optional.empty(), text.startsWith("<") ? "" : shown(text));
    }

    /** Text from outside, made fit for a message. */
    static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && shown.length() < MAX_SHOWN; i++) {
            char c = text.charAt(i);
            boolean odd = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
            shown.append(odd ? ' ' : c);
        }
        return shown.toString().strip();
    }

    /** Returns code and detail as the end of a message: « (CODE: detail)», or nothing. */
    @Override
    public String toString() {
        String text = code.map(c -> detail.isEmpty() ? c : c + ": " + detail).orElse(detail);
        return text.isEmpty() ? "" : " («" + text + "»)";
    }
}
