package dev.lading;

import dev.lading.oci.Annotations;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Image;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a name stands for: its document, and each image below with its platform and layers.
 *
 * @param document the manifest or index, with its exact bytes
 * @param images the images, in the index's order
 */
public record Inspection(Document document, List<Row> images) {
    private static final int SHORT_HEX = 12;
    private static final int LISTED = 3;

    /**
     * One image.
     *
     * @param platform the platform, if the index or the configuration says one
     * @param descriptor the descriptor of the image's manifest
     * @param config the descriptor of its configuration
     * @param layers its layers, from the bottom up
     * @param shared those of its layers that another image here has too
     */
    public record Row(
            Optional<Platform> platform,
            Descriptor descriptor,
            Descriptor config,
            List<Descriptor> layers,
            List<Descriptor> shared) {
        /** Makes the value; the lists are copied. */
        public Row {
            Objects.requireNonNull(platform);
            Objects.requireNonNull(descriptor);
            Objects.requireNonNull(config);
            layers = List.copyOf(layers);
            shared = List.copyOf(shared);
        }

        /**
         * Returns what a machine that has nothing of this image must fetch beside the manifest.
         *
         * @return the bytes of configuration and layers as they are stored
         */
        public long bytes() {
            return config.size()
                    + layers.stream().distinct().mapToLong(Descriptor::size).sum();
        }
    }

    /** Makes the value; the list is copied. */
    public Inspection {
        Objects.requireNonNull(document);
        images = List.copyOf(images);
    }

    /**
     * Reads the documents of a graph.
     *
     * @param graph the graph
     * @return what it holds
     * @throws LadingException as {@link ContentGraph#images}
     */
    public static Inspection of(ContentGraph graph) {
        List<Image> images = graph.images();
        Map<Digest, Set<Digest>> imagesOfLayer = new HashMap<>();
        for (Image image : images) {
            for (Descriptor layer : image.manifest().layers()) {
                imagesOfLayer
                        .computeIfAbsent(layer.digest(), digest -> new HashSet<>())
                        .add(image.descriptor().digest());
            }
        }
        List<Row> rows = new ArrayList<>();
        for (Image image : images) {
            ImageManifest manifest = image.manifest();
            List<Descriptor> shared = manifest.layers().stream()
                    .filter(layer -> Objects.requireNonNull(imagesOfLayer.get(layer.digest()))
                                    .size()
                            > 1)
                    .toList();
            rows.add(new Row(platform(image), image.descriptor(), manifest.config(), manifest.layers(), shared));
        }
        return new Inspection(graph.document(), rows);
    }

    private static Optional<Platform> platform(Image image) {
        MediaType type = image.manifest().config().mediaType();
        boolean said = image.descriptor().platform().isPresent()
                || type.equals(MediaType.OCI_CONFIG)
                || type.equals(MediaType.DOCKER_CONFIG);
        // An artifact's configuration is of its own making and says no platform.
        return said ? Optional.of(image.platform()) : Optional.empty();
    }

    /** The refusal of a place that names no image where there are several, or none. */
    static LadingException notOne(Place place, List<Descriptor> entries) {
        if (entries.isEmpty()) {
            return new NotFoundException("there is no image in " + place + ". Build or copy one into it first.");
        }
        List<String> names = entries.stream()
                .map(entry -> Optional.ofNullable(entry.annotations().get(Annotations.REF_NAME))
                        .map(name -> ":" + name)
                        .orElse("@" + entry.digest()))
                .toList();
        return new InvalidInputException(place + " holds " + entries.size() + " images; name one of them: " + place
                + String.join(", " + place, names));
    }

    /**
     * Prints the images as a table for people: platform, digest, size, number of layers, and which layers are shared.
     *
     * @return lines, each ended by a line feed
     */
    public String table() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("PLATFORM", "DIGEST", "SIZE", "LAYERS", "SHARED"));
        for (Row row : images) {
            lines.add(List.of(
                    row.platform()
                            .map(Platform::toString)
                            .map(Inspection::shown)
                            .orElse("-"),
                    row.descriptor().digest().toString(),
                    size(row.bytes()),
                    Integer.toString(row.layers().size()),
                    shared(row)));
        }
        int[] widths = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                text.append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            table.append(text.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    /** An index may say anything; a terminal takes control characters for orders. */
    private static String shown(String text) {
        return text.replaceAll("\\p{C}", "?");
    }

    private static String shared(Row row) {
        if (row.shared().isEmpty()) {
            return "none";
        }
        String count = row.shared().size() + " of " + row.layers().size();
        return row.shared().size() > LISTED
                ? count
                : count + ": "
                        + String.join(
                                ", ",
                                row.shared().stream()
                                        .map(layer -> layer.digest().hex().substring(0, SHORT_HEX))
                                        .toList());
    }

    /** Bytes in powers of a thousand, as Docker prints them. */
    private static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 999.95) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %cB", value, "kMGTPE".charAt(unit));
    }
}
