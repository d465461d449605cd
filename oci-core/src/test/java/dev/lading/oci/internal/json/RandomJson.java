package dev.lading.oci.internal.json;

import java.util.Random;

/** Valid JSON texts as no writer of ours would put them: odd white space, escapes, numbers, any order. From a seed. */
public final class RandomJson {
    private static final String[] NUMBERS = {
        "0", "-0", "1", "1.10", "1e2", "1E+2", "-1.5e-7", "9007199254740993", "123456789012345678901234567890", "0.0"
    };
    private static final String[] PIECES = {
        "a",
        "Z",
        "7",
        " ",
        "é",
        "語",
        "😀",
        "\\n",
        "\\/",
        "\\\"",
        "\\\\",
        "\\u00e9",
        "\\u0000",
        "\\ud83d\\ude00",
        "/",
        "\u007f"
    };
    private static final String[] SPACES = {"", "", "", " ", "\n  ", "\t", "\r\n", "  "};

    private final Random random;

    /**
     * Makes a source of texts.
     *
     * @param random where they come from
     */
    public RandomJson(Random random) {
        this.random = random;
    }

    /**
     * Makes a value.
     *
     * @param depth how deep it may nest
     * @return its text
     */
    public String value(int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> "null";
            case 1 -> random.nextBoolean() ? "true" : "false";
            case 2 -> pick(NUMBERS);
            case 3, 4 -> string();
            case 5, 6 -> object(depth - 1, "");
            default -> list(depth - 1);
        };
    }

    /**
     * Makes an object of members x0, x1 and so on, after some that are given.
     *
     * @param depth how deep the values may nest
     * @param members the text of the given members, with commas between them; empty for none
     * @return its text
     */
    public String object(int depth, String members) {
        StringBuilder text = new StringBuilder("{").append(members);
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            text.append(i == 0 && members.isEmpty() ? "" : ",").append(member("x" + i, value(depth)));
        }
        return text.append(space()).append('}').toString();
    }

    /**
     * Makes a member with white space around it.
     *
     * @param key the key, which may be written with escapes
     * @param value the value's text
     * @return the text
     */
    public String member(String key, String value) {
        String written =
                random.nextInt(6) == 0 ? String.format("\\u%04x", (int) key.charAt(0)) + key.substring(1) : key;
        return space() + '"' + written + '"' + space() + ':' + space() + value + space();
    }

    private String list(int depth) {
        StringBuilder text = new StringBuilder("[");
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append(space()).append(value(depth)).append(space());
        }
        return text.append(space()).append(']').toString();
    }

    /**
     * Makes a text in quotes.
     *
     * @return its text
     */
    public String string() {
        StringBuilder text = new StringBuilder("\"");
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            text.append(pick(PIECES));
        }
        return text.append('"').toString();
    }

    private String space() {
        return pick(SPACES);
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }
}
