package dev.lading.oci;

import dev.lading.oci.internal.json.JsonFault;
import dev.lading.oci.internal.json.JsonObject;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What reading, making and editing the documents of the model have in common. */
final class Documents {
    private Documents() {}

    /** Reads a document: the strict reader, then {@code make}; every fault names the kind of document. */
    static <T> T read(String kind, byte[] bytes, DocumentLimits limits, Function<JsonObject, T> make) {
        // What is too large is refused before it is copied.
        byte[] own = bytes.length > limits.maxBytes() ? bytes : bytes.clone();
        try {
            return make.apply(JsonObject.read(own, limits.maxBytes(), limits.maxDepth()));
        } catch (JsonFault | InvalidInputException e) {
            throw new InvalidInputException("this is not an " + kind + ": " + e.getMessage(), e);
        }
    }

    /** Makes or edits a document; what it cannot hold is invalid input. */
    static <T> T made(String kind, Supplier<JsonObject> edit, Function<JsonObject, T> make) {
        try {
            return make.apply(edit.get());
        } catch (JsonFault | InvalidInputException e) {
            throw new InvalidInputException("this would be no " + kind + ": " + e.getMessage(), e);
        }
    }

    /** Makes a manifest or an index that is on one line. */
    static JsonObject manifest(MediaType type, Map<String, ?> members) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("schemaVersion", 2);
        all.put("mediaType", type.value());
        all.putAll(members);
        return JsonObject.of(all, Manifest.MAX_BYTES);
    }

    /** The rules that hold for manifests and indexes alike: version, own type, and the shape of one kind alone. */
    static void requireType(JsonObject json, MediaType type) {
        if (json.integer("schemaVersion").orElse(-1) != 2) {
            throw new InvalidInputException("member «schemaVersion» is not 2");
        }
        Optional<String> own = json.text("mediaType").filter(t -> !t.isEmpty());
        if (own.isPresent() && !own.get().equals(type.value())) {
            throw new InvalidInputException("it was announced as " + type + " but says of itself that it is «"
                    + Printable.shown(own.get()) + "»");
        }
        for (String key : json.keys()) {
            // Go's readers do not tell upper from lower case, so a key is another kind's in any case.
            if (type.isIndex() ? isOfManifest(key) : isOfIndex(key) || key.equalsIgnoreCase("fsLayers")) {
                throw new InvalidInputException("it was announced as " + type
                        + ", and a document with the member «" + Printable.shown(key) + "» can be read as "
                        + (type.isIndex() ? "a manifest" : "another kind") + " as well");
            }
        }
    }

    private static boolean isOfManifest(String key) {
        return key.equalsIgnoreCase("layers") || key.equalsIgnoreCase("config") || key.equalsIgnoreCase("fsLayers");
    }

    private static boolean isOfIndex(String key) {
        return key.equalsIgnoreCase("manifests");
    }

    /** The type of a document whose descriptor nobody gave: its own word, else OCI's by its shape if that is of one kind. */
    static Optional<MediaType> typeOf(byte[] bytes) {
        JsonObject json;
        Optional<String> own;
        boolean second;
        try {
            json = JsonObject.read(bytes, Manifest.MAX_BYTES);
            own = json.text("mediaType").filter(t -> !t.isEmpty());
            second = json.integer("schemaVersion").orElse(-1) == 2;
        } catch (JsonFault e) {
            return Optional.empty();
        }
        if (own.isPresent()) {
            return MediaType.ifValid(own.get());
        }
        List<String> keys = json.keys();
        boolean ofIndex = keys.stream().anyMatch(Documents::isOfIndex);
        boolean ofManifest = keys.stream().anyMatch(Documents::isOfManifest);
        if (ofIndex && ofManifest) {
            throw new InvalidInputException(
                    "the document has the members of an index and of a manifest and does not say which of them it is");
        }
        if (json.has("fsLayers")) {
            return Optional.of(MediaType.DOCKER_SCHEMA1);
        }
        if (second && json.has("manifests")) {
            return Optional.of(MediaType.OCI_INDEX);
        }
        return second && json.has("config") && json.has("layers")
                ? Optional.of(MediaType.OCI_MANIFEST)
                : Optional.empty();
    }

    static List<Descriptor> descriptors(JsonObject json, String key) {
        List<JsonObject> entries = json.objects(key);
        List<Descriptor> descriptors = new ArrayList<>(entries.size());
        for (JsonObject entry : entries) {
            descriptors.add(read(entry, key + "[" + descriptors.size() + "]"));
        }
        return List.copyOf(descriptors);
    }

    static Optional<Descriptor> descriptor(JsonObject json, String key) {
        return json.object(key).map(entry -> read(entry, key));
    }

    private static Descriptor read(JsonObject entry, String where) {
        try {
            return Descriptor.fromJson(entry);
        } catch (JsonFault | InvalidInputException e) {
            throw new InvalidInputException(where + ": " + e.getMessage(), e);
        } catch (UnsupportedException e) {
            throw new UnsupportedException(where + ": " + e.getMessage(), e);
        }
    }

    /** The places of those that are meant; each is asked for once. */
    static BitSet places(List<Descriptor> descriptors, Predicate<? super Descriptor> meant) {
        BitSet places = new BitSet();
        for (int i = 0; i < descriptors.size(); i++) {
            places.set(i, meant.test(descriptors.get(i)));
        }
        return places;
    }

    static Optional<MediaType> artifactType(JsonObject json) {
        return json.text("artifactType").filter(t -> !t.isEmpty()).map(MediaType::known);
    }

    static UnsupportedException unsupported(MediaType type, String kind) {
        if (type.equals(MediaType.DOCKER_SCHEMA1) || type.equals(MediaType.DOCKER_SCHEMA1_SIGNED)) {
            return new UnsupportedException(
                    "Docker's image manifest schema 1 is not supported; push the image again with a present-day tool");
        }
        return new UnsupportedException("«" + type + "» is not the type of an " + kind + " that Lading reads");
    }

    /** The type in another format, for the content at {@code where}. */
    static MediaType converted(MediaType type, ImageFormat format, String where) {
        return type.in(format)
                .orElseThrow(
                        () -> new UnsupportedException(where + " is of type " + type + ", which has no counterpart in "
                                + (format == ImageFormat.OCI ? "the OCI specification" : "Docker's schema 2")
                                + (type.equals(MediaType.OCI_LAYER_ZSTD) ? "; compress the layer with gzip" : "")));
    }
}
