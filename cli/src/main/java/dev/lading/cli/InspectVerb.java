package dev.lading.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lading.Inspection;
import dev.lading.Lading;
import dev.lading.Place;
import dev.lading.oci.Descriptor;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code lading inspect}: what a name stands for. */
final class InspectVerb implements Verb {
    @Override
    public CommandSpec spec() {
        return Verbs.spec(
                        "inspect",
                        "Show the images a place holds: platform, digest, size, layers, and which layers are shared.",
                        "lading inspect debian:12",
                        "lading inspect --raw registry.example/app:1.0",
                        "lading inspect --json oci:image:1.0")
                .addOption(flag("--raw", "Write the manifest or index exactly as it is stored."))
                .addOption(flag("--json", "Write the facts as JSON."))
                .addPositional(Verbs.place(0, "PLACE", "A name in a registry, or oci:FOLDER[:TAG][@DIGEST]."));
    }

    private static OptionSpec flag(String name, String what) {
        return OptionSpec.builder(name).type(boolean.class).description(what).build();
    }

    @Override
    public int run(ParseResult words, Console console) {
        boolean raw = words.hasMatchedOption("--raw");
        boolean json = words.hasMatchedOption("--json");
        if (raw && json) {
            throw new UsageException("--raw and --json exclude each other; write one of them");
        }
        Place place = Verbs.place(words, 0);
        try (Lading lading = Lading.open()) {
            if (raw) {
                console.resultBytes(lading.resolve(place).document().bytes());
                return ExitCode.DONE;
            }
            Inspection seen = lading.inspect(place);
            if (json) {
                console.result(json(place, seen));
            } else {
                console.note(
                        place.withDigest(seen.document().descriptor().digest()).toString());
                console.resultText(seen.table());
            }
        }
        return ExitCode.DONE;
    }

    private static String json(Place place, Inspection seen) {
        JsonMapper mapper = JsonMapper.builder().build();
        ObjectNode root = mapper.createObjectNode();
        root.put("name", place.toString());
        describe(root, seen.document().descriptor());
        ArrayNode images = root.putArray("images");
        for (Inspection.Row row : seen.images()) {
            ObjectNode image = images.addObject();
            row.platform().ifPresent(platform -> image.put("platform", platform.toString()));
            describe(image, row.descriptor());
            image.put("contentSize", row.bytes());
            ArrayNode layers = image.putArray("layers");
            for (Descriptor layer : row.layers()) {
                ObjectNode node = layers.addObject();
                describe(node, layer);
                node.put("shared", row.shared().contains(layer));
            }
        }
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }

    private static void describe(ObjectNode node, Descriptor descriptor) {
        node.put("mediaType", descriptor.mediaType().value());
        node.put("digest", descriptor.digest().toString());
        node.put("size", descriptor.size());
    }
}
