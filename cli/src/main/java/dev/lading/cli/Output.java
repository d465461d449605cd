package dev.lading.cli;

import dev.lading.Place;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.UnsupportedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code --output} says: a place, or buildx's line of comma-separated fields with buildx's meaning.
 *
 * <p>{@code type=oci,dest=F} is a tar; with {@code tar=false} it is a layout's folder; {@code type=registry} and
 * {@code type=image,push=true} push what {@code -t} (or {@code name=}) names.
 *
 * @param place where to; empty where the names given by {@code -t} are pushed
 * @param names further names given by {@code name=}
 */
record Output(Optional<Place> place, List<String> names) {
    private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

    static Output parse(String word) {
        int equals = word.indexOf('=');
        boolean fields = word.startsWith("\"")
                || equals > 0 && word.substring(0, equals).chars().allMatch(c -> c >= 'a' && c <= 'z' || c == '-');
        if (!fields) {
            return new Output(Optional.of(Verbs.place(word)), List.of());
        }
        Map<String, String> found = new LinkedHashMap<>();
        for (String field : split(word)) {
            int at = field.indexOf('=');
            if (at <= 0) {
                throw new UsageException("the field «" + field + "» of --output " + word + " is not key=value");
            }
            if (found.putIfAbsent(field.substring(0, at), field.substring(at + 1)) != null) {
                throw new UsageException("--output " + word + " says «" + field.substring(0, at) + "» twice");
            }
        }
        return ofFields(word, found);
    }

    private static Output ofFields(String word, Map<String, String> fields) {
        String type = fields.remove("type");
        if (type == null) {
            throw new UsageException(
                    "--output " + word + " names no type; write type=oci or type=registry, or a place");
        }
        Output output = switch (type) {
            case "oci" -> layout(word, fields);
            case "registry" -> pushed(word, fields, true);
            case "image" -> pushed(word, fields, false);
            case "docker", "local", "tar", "cacheonly" ->
                throw new UnsupportedException("--output type=" + type
                        + " is not carried out yet; today there are type=oci with tar=false, and type=registry");
            default ->
                throw new UsageException("there is no --output type=" + type
                        + "; today there are type=oci with tar=false, and type=registry");
        };
        if (!fields.isEmpty()) {
            throw new UsageException("--output type=" + type + " takes no «"
                    + fields.keySet().iterator().next() + "» here; leave it out");
        }
        return output;
    }

    private static Output layout(String word, Map<String, String> fields) {
        String dest = fields.remove("dest");
        boolean tar = flag(fields, "tar", true);
        if (dest == null || dest.equals("-")) {
            throw new UsageException("--output " + word + " names no folder; write type=oci,dest=FOLDER,tar=false");
        }
        Optional<String> none = Optional.empty();
        List<String> names = names(fields);
        try {
            return new Output(
                    Optional.of(
                            tar
                                    ? new Place.LayoutTar(dest, none, Optional.empty())
                                    : new Place.Layout(dest, none, Optional.empty())),
                    names);
        } catch (InvalidInputException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    private static Output pushed(String word, Map<String, String> fields, boolean always) {
        if (!flag(fields, "push", always)) {
            throw new UnsupportedException(
                    "--output " + word
                            + " would leave the image in a local store, and there is none yet; add push=true, or write to oci:FOLDER");
        }
        return new Output(Optional.empty(), names(fields));
    }

    private static List<String> names(Map<String, String> fields) {
        String names = fields.remove("name");
        return names == null ? List.of() : List.of(names.split(",", -1));
    }

    private static boolean flag(Map<String, String> fields, String key, boolean otherwise) {
        String value = fields.remove(key);
        if (value == null) {
            return otherwise;
        }
        if (!TRUE.contains(value) && !FALSE.contains(value)) {
            throw new UsageException("«" + key + "=" + value + "» is neither true nor false");
        }
        return TRUE.contains(value);
    }

    /** One line of RFC 4180: a field in quotes may hold commas, and quotes doubled. */
    private static List<String> split(String line) {
        List<String> fields = new ArrayList<>();
        int at = 0;
        while (at <= line.length()) {
            StringBuilder field = new StringBuilder();
            if (at < line.length() && line.charAt(at) == '"') {
                at = quoted(line, at + 1, field);
                if (at < line.length() && line.charAt(at) != ',') {
                    throw new UsageException("--output " + line + " goes on after a closing quote");
                }
            } else {
                int comma = line.indexOf(',', at);
                int end = comma < 0 ? line.length() : comma;
                field.append(line, at, end);
                at = end;
            }
            fields.add(field.toString());
            at++;
        }
        return fields;
    }

    private static int quoted(String line, int from, StringBuilder field) {
        int at = from;
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c != '"') {
                field.append(c);
            } else if (at < line.length() && line.charAt(at) == '"') {
                field.append('"');
                at++;
            } else {
                return at;
            }
        }
        throw new UsageException("--output " + line + " has a quote that is not closed");
    }
}
