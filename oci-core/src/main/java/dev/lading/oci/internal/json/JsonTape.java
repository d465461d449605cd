package dev.lading.oci.internal.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A text that was read once as strict JSON (RFC 8259, and the unpaired surrogates of RFC 7493 refused too), and where its
 * values stand in it.
 *
 * <p>The tape has three numbers a value, in the order of the text: where the value starts, where it ends, and where on
 * the tape the value after its whole subtree stands. The children of an object are key, value, key, value. What kind a
 * value is its first byte says. So a text of n bytes costs at most six times n, however it is nested, nothing is decoded
 * before it is asked for, and an edit knows which bytes it replaces.
 */
final class JsonTape {
    private static final int START = 0;
    private static final int END = 1;
    private static final int AFTER = 2;
    /** Set in the end of a string that has escapes; no text is so long that its places need this bit. */
    private static final int ESCAPED = 1 << 31;
    /** Numbers a value. */
    static final int WIDTH = 3;
    /** Up to so many keys are compared each with each; more go through a set. */
    private static final int FEW_KEYS = 8;

    final byte[] text;
    final int maxBytes;
    final int maxDepth;
    private int[] tape;
    private int length;
    private int at;

    private JsonTape(byte[] text, int maxBytes, int maxDepth) {
        this.text = text;
        this.maxBytes = maxBytes;
        this.maxDepth = maxDepth;
        // A document's value has some fourteen bytes; what needs more grows.
        this.tape = new int[WIDTH * (8 + text.length / 12)];
    }

    /**
     * Reads a text.
     *
     * @param text the text in UTF-8, kept and never written to
     * @param maxBytes how many bytes are allowed
     * @param maxDepth how deep it may nest
     * @return the tape
     * @throws JsonFault if the text breaks a rule
     */
    static JsonTape read(byte[] text, int maxBytes, int maxDepth) {
        if (text.length > maxBytes) {
            throw new JsonFault("it has " + text.length + " bytes, more than the " + maxBytes + " allowed");
        }
        if (text.length >= 3 && text[0] == (byte) 0xEF && text[1] == (byte) 0xBB && text[2] == (byte) 0xBF) {
            throw new JsonFault("it begins with a byte order mark");
        }
        JsonTape tape = new JsonTape(text, maxBytes, maxDepth);
        tape.scan();
        if (tape.length < tape.tape.length - tape.tape.length / 4) {
            tape.tape = Arrays.copyOf(tape.tape, tape.length);
        }
        return tape;
    }

    int start(int node) {
        return tape[node + START];
    }

    int end(int node) {
        return tape[node + END] & ~ESCAPED;
    }

    int after(int node) {
        return tape[node + AFTER];
    }

    /** The first byte of a value says its kind. */
    byte kind(int node) {
        return text[tape[node + START]];
    }

    boolean isEmpty(int container) {
        return after(container) == container + WIDTH;
    }

    private void scan() {
        int[] open = new int[maxDepth];
        int depth = 0;
        space();
        while (true) {
            int node = begin();
            int first = peek();
            if (first == '{' || first == '[') {
                if (depth == maxDepth) {
                    throw fault("it nests deeper than " + maxDepth);
                }
                open[depth++] = node;
                at++;
                space();
                if (peek() != first + 2) {
                    if (first == '{') {
                        key();
                    }
                    continue;
                }
                at++;
                depth--;
                finish(node);
            } else {
                boolean escaped = scalar(first);
                finish(node);
                tape[node + END] |= escaped ? ESCAPED : 0;
            }
            depth = afterValue(open, depth);
            if (depth == 0) {
                return;
            }
        }
    }

    /** Closes what ends behind a value, up to where the next value begins; returns the depth there, 0 at the end. */
    private int afterValue(int[] open, int depthOfValue) {
        int depth = depthOfValue;
        while (true) {
            space();
            if (depth == 0) {
                if (at != text.length) {
                    throw fault("something follows the end of the document");
                }
                return 0;
            }
            int container = open[depth - 1];
            boolean object = kind(container) == '{';
            int next = peek();
            if (next == ',') {
                at++;
                space();
                if (object) {
                    key();
                }
                return depth;
            } else if (next == (object ? '}' : ']')) {
                at++;
                depth--;
                finish(container);
                if (object) {
                    refuseRepeatedKeys(container);
                }
            } else {
                throw unexpected(object ? "a comma or «}»" : "a comma or «]»");
            }
        }
    }

    private int begin() {
        if (length + WIDTH > tape.length) {
            tape = Arrays.copyOf(tape, grown());
        }
        int node = length;
        tape[node + START] = at;
        length += WIDTH;
        return node;
    }

    /** As if the rest of the text were as dense as what was read; not more than its bytes can hold. */
    private int grown() {
        long dense = (long) length * text.length / Math.max(1, at) * 17 / 16;
        long most = length + WIDTH * ((text.length - at) / 2L + 2);
        return (int) Math.min(most, Math.max(dense, length + (length >> 2) + WIDTH));
    }

    private void finish(int node) {
        tape[node + END] = at;
        tape[node + AFTER] = length;
    }

    /** The byte here, or -1 at the end; a byte of a longer character is below -1. */
    private int peek() {
        return at < text.length ? text[at] == -1 ? -2 : text[at] : -1;
    }

    private void space() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
            at++;
        }
    }

    private void key() {
        if (peek() != '"') {
            throw unexpected("a key in quotes");
        }
        int node = begin();
        boolean escaped = string();
        finish(node);
        tape[node + END] |= escaped ? ESCAPED : 0;
        space();
        if (peek() != ':') {
            throw unexpected("a colon");
        }
        at++;
        space();
    }

    /** Reads a text, a word or a number; says whether it is a text with escapes. */
    private boolean scalar(int first) {
        switch (first) {
            case '"' -> {
                return string();
            }
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw unexpected("a value");
        }
        return false;
    }

    private void word(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (peek() != word.charAt(i)) {
                throw unexpected("«" + word + "»");
            }
            at++;
        }
    }

    private void number() {
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
    }

    private void digits() {
        int from = at;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        if (at == from) {
            throw unexpected("a digit");
        }
    }

    /** Reads a text; says whether it has escapes. */
    private boolean string() {
        boolean escaped = false;
        at++;
        while (true) {
            if (at == text.length) {
                throw fault("a text has no end");
            }
            byte b = text[at];
            if (b == '"') {
                at++;
                return escaped;
            } else if (b == '\\') {
                escaped = true;
                escape();
            } else if (b < 0) {
                character();
            } else if (b < ' ') {
                throw fault("a control character stands in a text without being escaped");
            } else {
                at++;
            }
        }
    }

    private void escape() {
        at++;
        int letter = peek();
        at++;
        if (letter == 'u') {
            int unit = fourDigits();
            if (Character.isLowSurrogate((char) unit)) {
                throw fault("an escape is the second half of a character without the first");
            }
            if (Character.isHighSurrogate((char) unit)) {
                if (peek() != '\\' || at + 1 >= text.length || text[at + 1] != 'u') {
                    throw fault("an escape is the first half of a character without the second");
                }
                at += 2;
                if (!Character.isLowSurrogate((char) fourDigits())) {
                    throw fault("an escape is the first half of a character without the second");
                }
            }
        } else if (letter < 0 || "\"\\/bfnrt".indexOf(letter) < 0) {
            at--;
            throw unexpected("an escape of JSON");
        }
    }

    private int fourDigits() {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = peek() < 0 ? -1 : Character.digit((char) peek(), 16);
            if (digit < 0) {
                throw unexpected("a hexadecimal digit");
            }
            unit = unit << 4 | digit;
            at++;
        }
        return unit;
    }

    /** One character of several bytes, as RFC 3629 section 4 has them: none in more bytes than it needs, no surrogates. */
    private void character() {
        int lead = text[at] & 0xff;
        int follow = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || at + follow >= text.length) {
            throw fault("it is not valid UTF-8");
        }
        int second = text[at + 1] & 0xff;
        int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        boolean valid = second >= least && second <= most;
        for (int i = 2; i <= follow; i++) {
            valid &= (text[at + i] & 0xc0) == 0x80;
        }
        if (!valid) {
            throw fault("it is not valid UTF-8");
        }
        at += follow + 1;
    }

    private void refuseRepeatedKeys(int object) {
        int count = 0;
        for (int key = object + WIDTH; key < length; key = after(key + WIDTH)) {
            count++;
        }
        if (count > FEW_KEYS) {
            Set<String> seen = new HashSet<>(count * 2);
            for (int key = object + WIDTH; key < length; key = after(key + WIDTH)) {
                if (!seen.add(decoded(key))) {
                    throw repeated(key);
                }
            }
            return;
        }
        for (int key = object + WIDTH; key < length; key = after(key + WIDTH)) {
            for (int other = after(key + WIDTH); other < length; other = after(other + WIDTH)) {
                if (sameText(key, other)) {
                    throw repeated(other);
                }
            }
        }
    }

    private boolean sameText(int one, int other) {
        if (hasEscapes(one) || hasEscapes(other)) {
            return decoded(one).equals(decoded(other));
        }
        return Arrays.equals(text, start(one), end(one), text, start(other), end(other));
    }

    private JsonFault repeated(int key) {
        at = start(key);
        return fault("the key «" + JsonFault.shown(decoded(key)) + "» stands there twice");
    }

    private boolean hasEscapes(int string) {
        return tape[string + END] < 0;
    }

    /** The text that a string means. */
    String decoded(int string) {
        int from = start(string) + 1;
        int to = end(string) - 1;
        if (!hasEscapes(string)) {
            return new String(text, from, to - from, StandardCharsets.UTF_8);
        }
        StringBuilder decoded = new StringBuilder(to - from);
        int plain = from;
        for (int i = from; i < to; i++) {
            if (text[i] == '\\') {
                decoded.append(new String(text, plain, i - plain, StandardCharsets.UTF_8));
                i++;
                switch (text[i]) {
                    case 'b' -> decoded.append('\b');
                    case 'f' -> decoded.append('\f');
                    case 'n' -> decoded.append('\n');
                    case 'r' -> decoded.append('\r');
                    case 't' -> decoded.append('\t');
                    case 'u' -> {
                        decoded.append(
                                (char) Integer.parseInt(new String(text, i + 1, 4, StandardCharsets.US_ASCII), 16));
                        i += 4;
                    }
                    default -> decoded.append((char) text[i]);
                }
                plain = i + 1;
            }
        }
        return decoded.append(new String(text, plain, to - plain, StandardCharsets.UTF_8))
                .toString();
    }

    /** The text of a value as it stands there. */
    String raw(int node) {
        return new String(text, start(node), end(node) - start(node), StandardCharsets.UTF_8);
    }

    /** The value of a member of an object, or -1 if there is no such member. */
    int member(int object, String key) {
        int after = after(object);
        for (int node = object + WIDTH; node < after; node = after(node + WIDTH)) {
            if (isKey(node, key)) {
                return node + WIDTH;
            }
        }
        return -1;
    }

    /** Says whether a key is one of some, without decoding it where that can be helped. */
    boolean isKeyAmong(int node, List<String> keys) {
        for (int i = 0; i < keys.size(); i++) {
            if (isKey(node, keys.get(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean isKey(int node, String key) {
        if (hasEscapes(node)) {
            return decoded(node).equals(key);
        }
        int from = start(node) + 1;
        int size = end(node) - 1 - from;
        // A character has at least one byte.
        if (size < key.length()) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            byte b = text[from + i];
            if (b < 0) {
                return decoded(node).equals(key);
            }
            if (i >= key.length() || b != key.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private JsonFault unexpected(String wanted) {
        int found = peek();
        String what = found == -1
                ? "the end"
                : found < 0
                        ? "a byte above 127"
                        : found < ' '
                                ? "a control character"
                                : "«" + JsonFault.shown(String.valueOf((char) found)) + "»";
        return fault("expected " + wanted + " and found " + what);
    }

    private JsonFault fault(String why) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < Math.min(at, text.length); i++) {
            if (text[i] == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return new JsonFault("it is not strict JSON at line " + line + ", byte " + (at - lineStart + 1) + ": " + why);
    }
}
