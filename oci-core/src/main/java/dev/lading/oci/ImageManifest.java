package dev.lading.oci;

import dev.lading.oci.internal.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The manifest of one image: its configuration and its layers (image-spec, manifest.md; Docker's schema 2).
 *
 * <p>Immutable. An edit keeps members that this class does not know. Equal if the bytes and the type are.
 */
public final class ImageManifest implements Manifest {
    private static final String KIND = "image manifest";

    private final byte[] bytes;
    private final MediaType mediaType;
    private final JsonObject json;
    private final Descriptor config;
    private final List<Descriptor> layers;
    private final Map<String, String> annotations;
    private final Optional<Descriptor> subject;
    private final Optional<MediaType> artifactType;

    private ImageManifest(byte[] bytes, MediaType mediaType, JsonObject json) {
        this.bytes = bytes;
        this.mediaType = mediaType;
        this.json = json;
        this.config = json.object("config")
                .map(Descriptor::fromJson)
                .orElseThrow(() -> new InvalidInputException("member «config» is missing"));
        this.layers = Documents.descriptors(json, "layers");
        this.annotations = Collections.unmodifiableMap(json.textMap("annotations"));
        this.subject = json.object("subject").map(Descriptor::fromJson);
        this.artifactType = json.text("artifactType").filter(t -> !t.isEmpty()).map(MediaType::new);
    }

    /**
     * Reads a manifest.
     *
     * @param bytes the document, at most {@value Manifest#MAX_BYTES} bytes
     * @param mediaType the type it was announced with
     * @return the manifest
     * @throws InvalidInputException if the bytes are no strict JSON, or not a manifest of this type
     * @throws UnsupportedException if the type is neither OCI's nor Docker's schema 2 manifest
     */
    public static ImageManifest read(byte[] bytes, MediaType mediaType) {
        if (!mediaType.isImageManifest()) {
            throw Documents.unsupported(mediaType, KIND);
        }
        return Documents.read(KIND, bytes, mediaType, (b, json) -> new ImageManifest(b, mediaType, json));
    }

    /**
     * Makes an OCI manifest.
     *
     * @param config the descriptor of the configuration
     * @param layers the descriptors of the layers, from the bottom up
     * @return the manifest
     */
    public static ImageManifest of(Descriptor config, List<Descriptor> layers) {
        return made(Documents.newDocument(MediaType.OCI_MANIFEST)
                .with("config", config.toJson())
                .with("layers", layers.stream().map(Descriptor::toJson).toList()));
    }

    private static ImageManifest made(JsonObject json) {
        return new ImageManifest(json.toBytes(), MediaType.OCI_MANIFEST, json);
    }

    private ImageManifest edited(JsonObject changed) {
        return new ImageManifest(changed.toBytes(), mediaType, changed);
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public MediaType mediaType() {
        return mediaType;
    }

    /**
     * Returns the descriptor of the configuration.
     *
     * @return the descriptor
     */
    public Descriptor config() {
        return config;
    }

    /**
     * Returns the descriptors of the layers.
     *
     * @return the layers, from the bottom up
     */
    public List<Descriptor> layers() {
        return layers;
    }

    @Override
    public Map<String, String> annotations() {
        return annotations;
    }

    @Override
    public Optional<Descriptor> subject() {
        return subject;
    }

    /**
     * Returns the type of the artifact, if this manifest is of one.
     *
     * @return the artifact type
     */
    public Optional<MediaType> artifactType() {
        return artifactType;
    }

    /**
     * Returns this manifest with another configuration.
     *
     * @param newConfig the descriptor of the configuration
     * @return the new manifest
     */
    public ImageManifest withConfig(Descriptor newConfig) {
        return edited(json.with("config", newConfig.toJson()));
    }

    /**
     * Returns this manifest with one more layer on top.
     *
     * @param layer the descriptor of the layer
     * @return the new manifest
     */
    public ImageManifest append(Descriptor layer) {
        List<JsonObject> changed = new ArrayList<>(json.objects("layers"));
        changed.add(layer.toJson());
        return edited(json.with("layers", changed));
    }

    /**
     * Returns this manifest with one annotation set.
     *
     * @param key the annotation's key
     * @param value its value
     * @return the new manifest
     */
    public ImageManifest withAnnotation(String key, String value) {
        Map<String, String> changed = new LinkedHashMap<>(annotations);
        changed.put(key, value);
        return edited(json.with("annotations", changed));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageManifest that
                && mediaType.equals(that.mediaType)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Returns the type and the number of layers. */
    @Override
    public String toString() {
        return mediaType + " with " + layers.size() + " layers";
    }
}
