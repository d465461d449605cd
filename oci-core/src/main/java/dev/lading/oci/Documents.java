package dev.lading.oci;

import dev.lading.oci.internal.json.JsonFault;
import dev.lading.oci.internal.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** What reading and writing manifests and indexes have in common. */
final class Documents {
    private Documents() {}

    /** Reads a manifest or index of {@code type}: the strict reader, the rules of both kinds, then {@code make}. */
    static <T> T read(String kind, byte[] bytes, MediaType type, BiFunction<byte[], JsonObject, T> make) {
        try {
            JsonObject json = JsonObject.read(bytes, Manifest.MAX_BYTES);
            if (json.integer("schemaVersion").orElse(-1) != 2) {
                throw new InvalidInputException("member «schemaVersion» is not 2");
            }
            Optional<String> own = json.text("mediaType").filter(t -> !t.isEmpty());
            if (own.isPresent() && !own.get().equals(type.value())) {
                throw new InvalidInputException("it was announced as " + type + " but says of itself that it is «"
                        + Printable.shown(own.get()) + "»");
            }
            if (json.has("manifests") && (json.has("layers") || json.has("config") || json.has("fsLayers"))) {
                throw new InvalidInputException("it has the members of an index and of a manifest");
            }
            return make.apply(bytes.clone(), json);
        } catch (JsonFault | InvalidInputException e) {
            throw new InvalidInputException("this is not an " + kind + ": " + e.getMessage(), e);
        }
    }

    static JsonObject newDocument(MediaType type) {
        return JsonObject.empty().with("schemaVersion", 2).with("mediaType", type.value());
    }

    static List<Descriptor> descriptors(JsonObject json, String key) {
        return json.objects(key).stream().map(Descriptor::fromJson).toList();
    }

    static UnsupportedException unsupported(MediaType type, String kind) {
        if (type.equals(MediaType.DOCKER_SCHEMA1) || type.equals(MediaType.DOCKER_SCHEMA1_SIGNED)) {
            return new UnsupportedException(
                    "Docker's image manifest schema 1 is not supported; push the image again with a present-day tool");
        }
        return new UnsupportedException("«" + type + "» is not the type of an " + kind + " that Lading reads");
    }
}
