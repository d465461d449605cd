package dev.lading.oci;

import dev.lading.oci.DocumentFinding.Level;
import dev.lading.oci.internal.json.JsonFault;
import dev.lading.oci.internal.json.JsonObject;
import dev.lading.oci.internal.json.JsonValue;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * What image-spec 1.1 (descriptor.md, manifest.md, image-index.md, config.md, annotations.md) and Docker's schema 2 demand
 * of a document, rule by rule. It looks at the text and not at the model, so that one broken member hides no other.
 */
final class Validation {
    private static final Pattern LETTER_OF_DIGEST = Pattern.compile("[a-f0-9]*");
    private static final Pattern DIGEST =
            Pattern.compile("[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[A-Za-z0-9=_-]+"); // descriptor.md, «Digests»
    private static final int MOST_DIGEST_LENGTH = 1_000;
    /** A hostile document has millions; nobody reads more than this. */
    private static final int MOST_FINDINGS = 1_000;

    private static final Pattern PORT = Pattern.compile("(\\d{1,5})(?:/(?:tcp|udp))?");
    private static final Pattern SIGNAL = Pattern.compile("SIG[A-Z0-9]+(?:[+-]\\d+)?|\\d+");
    private static final Map<String, Integer> HEX_LENGTHS = Map.of("sha256", 64, "sha512", 128);
    private static final Set<String> DESCRIPTOR =
            Set.of("mediaType", "digest", "size", "urls", "annotations", "data", "artifactType", "platform");
    private static final Set<String> MANIFEST =
            Set.of("schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "annotations");
    private static final Set<String> INDEX =
            Set.of("schemaVersion", "mediaType", "artifactType", "manifests", "subject", "annotations");
    private static final Set<String> CONFIG = Set.of(
            "created",
            "author",
            "architecture",
            "os",
            "os.version",
            "os.features",
            "variant",
            "config",
            "rootfs",
            "history");

    private static final String MISMATCH = "it is the content that the descriptor describes";

    private final List<DocumentFinding> findings = new ArrayList<>();

    private Validation() {}

    static List<DocumentFinding> manifest(byte[] bytes, MediaType type, DocumentLimits limits) {
        if (!type.isIndex() && !type.isImageManifest()) {
            throw Documents.unsupported(type, "image manifest or index");
        }
        try {
            return manifest(JsonObject.read(bytes, limits.maxBytes(), limits.maxDepth()), type);
        } catch (JsonFault e) {
            return noJson(e);
        }
    }

    static List<DocumentFinding> config(byte[] bytes, DocumentLimits limits) {
        try {
            return config(JsonObject.read(bytes, limits.maxBytes(), limits.maxDepth()));
        } catch (JsonFault e) {
            return noJson(e);
        }
    }

    private static List<DocumentFinding> noJson(JsonFault fault) {
        return List.of(new DocumentFinding(
                Level.MUST,
                "",
                "a document is one JSON object that all readers read alike: " + fault.getMessage(),
                ""));
    }

    static List<DocumentFinding> manifest(JsonObject json, MediaType type) {
        Validation found = new Validation();
        found.head(json, type);
        if (type.isIndex()) {
            found.keys(json, "", INDEX);
            found.list(json, "", "manifests", true, found::entry);
        } else {
            found.keys(json, "", MANIFEST);
            found.imageManifest(json, type);
        }
        found.object(json, "", "subject", false).ifPresent(subject -> found.descriptor(subject, "subject"));
        found.annotations(json, "", "annotations");
        if (type.equals(MediaType.DOCKER_MANIFEST) || type.equals(MediaType.DOCKER_MANIFEST_LIST)) {
            for (String key : List.of("subject", "artifactType", "annotations")) {
                found.unless(!json.has(key), Level.MUST, key, "Docker's schema 2 has no such member", "");
            }
        }
        return List.copyOf(found.findings);
    }

    private void head(JsonObject json, MediaType type) {
        Optional<JsonValue> version = present(json, "", "schemaVersion", true);
        version.ifPresent(v -> unless(v.toString().equals("2"), Level.MUST, "schemaVersion", "it is 2", v.toString()));
        Optional<String> own = text(json, "", "mediaType", false);
        unless(
                own.filter(t -> !t.isEmpty()).isPresent() || json.has("mediaType"),
                type.equals(MediaType.OCI_MANIFEST) || type.equals(MediaType.OCI_INDEX) ? Level.SHOULD : Level.MUST,
                "mediaType",
                "a document says its own type",
                "");
        own.ifPresent(t ->
                unless(t.equals(type.value()), Level.MUST, "mediaType", "it is the type that the descriptor says", t));
        mediaType(json, "", "artifactType", false);
        for (String key : json.keys()) {
            boolean other = type.isIndex()
                    ? Set.of("layers", "config", "fsLayers").contains(key)
                    : Set.of("manifests", "fsLayers").contains(key);
            unless(!other, Level.MUST, key, "a document has the members of one kind", "");
        }
    }

    private void imageManifest(JsonObject json, MediaType type) {
        Optional<JsonObject> config = object(json, "", "config", true);
        config.ifPresent(c -> {
            descriptor(c, "config");
            Optional<String> configType = c.value("mediaType").flatMap(JsonValue::text);
            unless(
                    !configType.equals(Optional.of(MediaType.OCI_EMPTY.value())) || json.has("artifactType"),
                    Level.MUST,
                    "artifactType",
                    "it is set when the configuration is the empty one",
                    "");
        });
        list(json, "", "layers", true, this::layer);
        unless(
                size(json, "layers").orElse(1) > 0 || type.equals(MediaType.DOCKER_MANIFEST),
                Level.SHOULD,
                "layers",
                "for portability there is at least one entry",
                "[]");
    }

    private void layer(JsonValue value, String path) {
        value.object()
                .ifPresentOrElse(
                        layer -> {
                            descriptor(layer, path);
                            layer.value("mediaType")
                                    .flatMap(JsonValue::text)
                                    .filter(t -> t.startsWith("application/vnd.oci.image.layer.nondistributable."))
                                    .ifPresent(t -> add(
                                            Level.SHOULD,
                                            path + ".mediaType",
                                            "non-distributable layers are deprecated",
                                            t));
                        },
                        () -> add(Level.MUST, path, "it is a descriptor", value.toString()));
    }

    private void entry(JsonValue value, String path) {
        value.object()
                .ifPresentOrElse(
                        entry -> {
                            descriptor(entry, path);
                            object(entry, path, "platform", false)
                                    .ifPresent(platform -> platform(platform, path + ".platform"));
                        },
                        () -> add(Level.MUST, path, "it is a descriptor", value.toString()));
    }

    private void platform(JsonObject json, String path) {
        filledText(json, path, "architecture");
        filledText(json, path, "os");
        isText(json, path, "os.version", false);
        isText(json, path, "variant", false);
        list(json, path, "os.features", false, this::textElement);
        boolean windows = json.value("os")
                .flatMap(JsonValue::text)
                .filter("windows"::equals)
                .isPresent();
        if (windows) {
            json.value("os.features")
                    .flatMap(JsonValue::elements)
                    .ifPresent(features -> features.forEach(feature -> unless(
                            feature.text().filter("win32k"::equals).isPresent(),
                            Level.SHOULD,
                            member(path, "os.features"),
                            "for Windows the only feature is win32k",
                            feature.toString())));
        }
    }

    private void descriptor(JsonObject json, String path) {
        keys(json, path, DESCRIPTOR);
        mediaType(json, path, "mediaType", true);
        text(json, path, "digest", true).ifPresent(digest -> digest(digest, member(path, "digest")));
        present(json, path, "size", true).ifPresent(size -> {
            boolean valid = size.toString().matches("0|[1-9]\\d{0,18}");
            unless(
                    valid && Long.compare(longOf(json), 0) >= 0,
                    Level.MUST,
                    member(path, "size"),
                    "it is a whole number of 0 to 2^63-1",
                    size.toString());
        });
        mediaType(json, path, "artifactType", false);
        list(json, path, "urls", false, this::url);
        annotations(json, path, "annotations");
        text(json, path, "data", false).ifPresent(data -> inline(json, data, member(path, "data")));
    }

    private void inline(JsonObject json, String data, String path) {
        boolean base64 = data.matches("[A-Za-z0-9+/]*={0,2}") && data.length() % 4 == 0;
        unless(base64, Level.MUST, path, "it is base64 of RFC 4648, section 4", data);
        try {
            // What else is wrong with the descriptor is found where it stands.
            Optional<byte[]> content = Descriptor.fromJson(json).data();
            unless(data.isEmpty() || content.isPresent(), Level.MUST, path, MISMATCH, data);
        } catch (ContentMismatchException e) {
            unless(!base64, Level.MUST, path, MISMATCH, data);
        } catch (JsonFault | InvalidInputException | UnsupportedException e) {
            // Without a digest and a size there is nothing to compare with.
            return;
        }
    }

    private static long longOf(JsonObject json) {
        try {
            return json.integer("size").orElse(-1);
        } catch (JsonFault e) {
            return -1;
        }
    }

    private void digest(String digest, String path) {
        // The bound keeps a hostile text away from the pattern's repeated group, which costs stack.
        if (digest.length() > MOST_DIGEST_LENGTH || !DIGEST.matcher(digest).matches()) {
            add(Level.MUST, path, "a digest is algorithm:encoded", digest);
            return;
        }
        String algorithm = digest.substring(0, digest.indexOf(':'));
        String encoded = digest.substring(digest.indexOf(':') + 1);
        Integer length = HEX_LENGTHS.get(algorithm);
        if (length == null) {
            add(Level.SHOULD, path, "the algorithm is a registered one, sha256 or sha512", digest);
        } else {
            unless(
                    encoded.length() == length
                            && LETTER_OF_DIGEST.matcher(encoded).matches(),
                    Level.MUST,
                    path,
                    "a " + algorithm + " digest has " + length + " lower-case hexadecimal digits",
                    digest);
        }
    }

    private void url(JsonValue value, String path) {
        textElement(value, path);
        value.text().ifPresent(url -> {
            try {
                String scheme = new URI(url).getScheme();
                unless(
                        "http".equals(scheme) || "https".equals(scheme),
                        Level.SHOULD,
                        path,
                        "the scheme is http or https",
                        url);
            } catch (URISyntaxException e) {
                add(Level.MUST, path, "it is a URI of RFC 3986", url);
            }
        });
    }

    private void annotations(JsonObject json, String path, String key) {
        object(json, path, key, false).ifPresent(annotations -> {
            annotations.members().forEach((name, member) -> {
                String at = member(path, key) + "[" + Printable.shown(name) + "]";
                unless(member.text().isPresent(), Level.MUST, at, "the value is a text", "");
                unless(!name.isEmpty(), Level.MUST, at, "the key is not empty", "");
                if (name.equals(Annotations.CREATED)) {
                    member.text().ifPresent(time -> time(time, at));
                }
            });
        });
    }

    private void time(String time, String path) {
        unless(ImageConfig.parsed(time).isPresent(), Level.MUST, path, "it is a time of RFC 3339, section 5.6", time);
    }

    static List<DocumentFinding> config(JsonObject json) {
        Validation found = new Validation();
        found.keys(json, "", CONFIG);
        found.text(json, "", "created", false).filter(t -> !t.isEmpty()).ifPresent(time -> found.time(time, "created"));
        found.isText(json, "", "author", false);
        found.platform(json, "");
        found.object(json, "", "config", false).ifPresent(found::run);
        List<JsonValue> diffIds = found.rootFs(json);
        found.history(json, diffIds.size());
        return List.copyOf(found.findings);
    }

    private void run(JsonObject run) {
        for (String key : List.of("User", "WorkingDir", "StopSignal")) {
            isText(run, "config", key, false);
        }
        text(run, "config", "StopSignal", false)
                .filter(signal -> !signal.isEmpty())
                .ifPresent(signal -> unless(
                        SIGNAL.matcher(signal).matches(),
                        Level.MUST,
                        "config.StopSignal",
                        "it is a signal such as SIGKILL or SIGRTMIN+3",
                        signal));
        list(run, "config", "Entrypoint", false, this::textElement);
        list(run, "config", "Cmd", false, this::textElement);
        list(run, "config", "Env", false, (line, path) -> {
            textElement(line, path);
            line.text()
                    .ifPresent(text ->
                            unless(text.indexOf('=') > 0, Level.MUST, path, "a variable is written NAME=value", text));
        });
        set(
                run,
                "ExposedPorts",
                (port, path) -> unless(
                        isPort(port), Level.MUST, path, "a port is written as 8080, 8080/tcp or 8080/udp", port));
        set(
                run,
                "Volumes",
                (folder, path) -> unless(!folder.isEmpty(), Level.MUST, path, "a volume is a folder", folder));
        annotations(run, "config", "Labels");
        unless(!run.has("ArgsEscaped"), Level.SHOULD, "config.ArgsEscaped", "it is deprecated", "");
    }

    static boolean isPort(String text) {
        var parts = PORT.matcher(text);
        if (!parts.matches()) {
            return false;
        }
        int port = Integer.parseInt(parts.group(1));
        return port >= 1 && port <= 65_535;
    }

    private void set(JsonObject run, String key, BiConsumer<String, String> rule) {
        object(run, "config", key, false).ifPresent(set -> {
            set.members().forEach((name, member) -> {
                String path = "config." + key + "[" + Printable.shown(name) + "]";
                rule.accept(name, path);
                unless(member.object().isPresent(), Level.MUST, path, "the value is an empty object", "");
            });
        });
    }

    private List<JsonValue> rootFs(JsonObject json) {
        Optional<JsonObject> rootFs = object(json, "", "rootfs", true);
        rootFs.ifPresent(fs -> {
            text(fs, "rootfs", "type", true)
                    .ifPresent(
                            type -> unless(type.equals("layers"), Level.MUST, "rootfs.type", "it is «layers»", type));
            list(fs, "rootfs", "diff_ids", true, (id, path) -> {
                textElement(id, path);
                id.text().ifPresent(digest -> digest(digest, path));
            });
        });
        return rootFs.flatMap(fs -> fs.value("diff_ids"))
                .flatMap(JsonValue::elements)
                .orElse(List.of());
    }

    private void history(JsonObject json, int layers) {
        int[] filled = {0};
        list(
                json,
                "",
                "history",
                false,
                (value, path) -> value.object()
                        .ifPresentOrElse(
                                line -> {
                                    text(line, path, "created", false)
                                            .filter(t -> !t.isEmpty())
                                            .ifPresent(time -> time(time, member(path, "created")));
                                    for (String key : List.of("author", "created_by", "comment")) {
                                        isText(line, path, key, false);
                                    }
                                    Optional<JsonValue> empty = present(line, path, "empty_layer", false);
                                    empty.ifPresent(flag -> unless(
                                            Set.of("true", "false").contains(flag.toString()),
                                            Level.MUST,
                                            member(path, "empty_layer"),
                                            "it is true or false",
                                            flag.toString()));
                                    filled[0] +=
                                            empty.filter(flag -> flag.toString().equals("true"))
                                                            .isPresent()
                                                    ? 0
                                                    : 1;
                                },
                                () -> add(Level.MUST, path, "it is an object", value.toString())));
        unless(
                size(json, "history").orElse(0) == 0 || filled[0] == layers,
                Level.SHOULD,
                "history",
                "there is one line for each of the " + layers + " layers besides those of empty layers",
                filled[0] + " lines");
    }

    /** Keys that are known ones but for the case of their letters: Go's readers take them for those, others do not. */
    private void keys(JsonObject json, String path, Set<String> known) {
        for (String key : json.keys()) {
            unless(
                    known.contains(key) || known.stream().noneMatch(key::equalsIgnoreCase),
                    Level.SHOULD,
                    member(path, key),
                    "no key differs from a known one in the case of its letters alone",
                    key);
        }
    }

    private Optional<JsonValue> present(JsonObject json, String path, String key, boolean required) {
        Optional<JsonValue> value = json.value(key).filter(v -> !v.isNull());
        unless(value.isPresent() || !required, Level.MUST, member(path, key), "it is there", "");
        return value;
    }

    private void isText(JsonObject json, String path, String key, boolean required) {
        present(json, path, key, required).ifPresent(v -> textElement(v, member(path, key)));
    }

    private Optional<String> text(JsonObject json, String path, String key, boolean required) {
        Optional<JsonValue> value = present(json, path, key, required);
        value.ifPresent(v -> textElement(v, member(path, key)));
        return value.flatMap(JsonValue::text);
    }

    private void filledText(JsonObject json, String path, String key) {
        text(json, path, key, true)
                .ifPresent(t -> unless(!t.isEmpty(), Level.MUST, member(path, key), "it is not empty", ""));
    }

    private void textElement(JsonValue value, String path) {
        unless(value.text().isPresent(), Level.MUST, path, "it is a text", value.toString());
    }

    private void mediaType(JsonObject json, String path, String key, boolean required) {
        text(json, path, key, required)
                .filter(type -> required || !type.isEmpty())
                .ifPresent(type -> unless(
                        MediaType.ifValid(type).isPresent(),
                        Level.MUST,
                        member(path, key),
                        "it is a media type of RFC 6838, section 4.2",
                        type));
    }

    private Optional<JsonObject> object(JsonObject json, String path, String key, boolean required) {
        Optional<JsonValue> value = present(json, path, key, required);
        value.ifPresent(
                v -> unless(v.object().isPresent(), Level.MUST, member(path, key), "it is an object", v.toString()));
        return value.flatMap(JsonValue::object);
    }

    /** Looks at the elements of a list. */
    private void list(JsonObject json, String path, String key, boolean required, BiConsumer<JsonValue, String> rule) {
        Optional<JsonValue> value = present(json, path, key, required);
        Optional<List<JsonValue>> elements = value.flatMap(JsonValue::elements);
        value.ifPresent(v -> unless(elements.isPresent(), Level.MUST, member(path, key), "it is a list", v.toString()));
        List<JsonValue> all = elements.orElse(List.of());
        for (int i = 0; i < all.size() && findings.size() < MOST_FINDINGS; i++) {
            rule.accept(all.get(i), member(path, key) + "[" + i + "]");
        }
    }

    private static Optional<Integer> size(JsonObject json, String key) {
        return json.value(key).flatMap(JsonValue::elements).map(List::size);
    }

    private static String member(String path, String key) {
        String shown = Printable.shown(key);
        return path.isEmpty() ? shown : path + "." + shown;
    }

    private void unless(boolean holds, Level level, String path, String rule, String value) {
        if (!holds) {
            add(level, path, rule, value);
        }
    }

    private void add(Level level, String path, String rule, String value) {
        if (findings.size() < MOST_FINDINGS) {
            findings.add(new DocumentFinding(level, path, rule, Printable.shown(value)));
        }
    }
}
