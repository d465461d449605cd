package dev.lading.oci;

import dev.lading.oci.internal.json.JsonObject;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The manifest of one image: its configuration and its layers (image-spec, manifest.md; Docker's schema 2).
 *
 * <p>Immutable. An edit changes the text of the member it is about and of no other: numbers, escapes, order, white space and
 * members that this class does not know stay to the letter. Equal if the bytes and the type are.
 */
public final class ImageManifest implements Manifest {
    private static final String KIND = "image manifest";

    private final MediaType mediaType;
    private final JsonObject json;
    private final Descriptor config;
    private final List<Descriptor> layers;
    private final Map<String, String> annotations;
    private final Optional<Descriptor> subject;
    private final Optional<MediaType> artifactType;

    private ImageManifest(MediaType mediaType, JsonObject json) {
        Documents.requireType(json, mediaType);
        this.mediaType = mediaType;
        this.json = json;
        this.config = Documents.descriptor(json, "config")
                .orElseThrow(() -> new InvalidInputException("member «config» is missing"));
        this.layers = Documents.descriptors(json, "layers");
        this.annotations = Collections.unmodifiableMap(json.textMap("annotations"));
        this.subject = Documents.descriptor(json, "subject");
        this.artifactType = Documents.artifactType(json);
    }

    /**
     * Reads a manifest.
     *
     * @param bytes the document, at most {@value Manifest#MAX_BYTES} bytes
     * @param mediaType the type it was announced with
     * @return the manifest
     * @throws InvalidInputException if the bytes are no strict JSON, or not a manifest of this type
     * @throws UnsupportedException if the type is neither OCI's nor Docker's schema 2 manifest, or a digest is of an
     *     algorithm other than sha256 and sha512
     * @throws ContentMismatchException if the inline data of a descriptor is not what it describes
     */
    public static ImageManifest read(byte[] bytes, MediaType mediaType) {
        return read(bytes, mediaType, DocumentLimits.DEFAULT);
    }

    /**
     * Reads a manifest within limits; else as {@link #read(byte[], MediaType)}.
     *
     * @param bytes the document
     * @param mediaType the type it was announced with
     * @param limits how large and how deep it may be
     * @return the manifest; an edit of it has the same limits
     * @throws InvalidInputException if the bytes are no strict JSON, or not a manifest of this type
     * @throws UnsupportedException if the type is neither OCI's nor Docker's schema 2 manifest, or a digest is of an
     *     algorithm other than sha256 and sha512
     * @throws ContentMismatchException if the inline data of a descriptor is not what it describes
     */
    public static ImageManifest read(byte[] bytes, MediaType mediaType, DocumentLimits limits) {
        if (!mediaType.isImageManifest()) {
            throw Documents.unsupported(mediaType, KIND);
        }
        return Documents.read(KIND, bytes, limits, json -> new ImageManifest(mediaType, json));
    }

    /**
     * Makes an OCI manifest.
     *
     * @param config the descriptor of the configuration; {@link Descriptor#EMPTY} for an artifact that has none
     * @param layers the descriptors of the layers, from the bottom up
     * @return the manifest
     * @throws InvalidInputException if it would be larger than a document may be
     */
    public static ImageManifest of(Descriptor config, List<Descriptor> layers) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("config", config.toJson());
        members.put("layers", layers.stream().map(Descriptor::toJson).toList());
        return Documents.made(
                KIND,
                () -> Documents.manifest(MediaType.OCI_MANIFEST, members),
                json -> new ImageManifest(MediaType.OCI_MANIFEST, json));
    }

    private ImageManifest edited(Supplier<JsonObject> edit) {
        return Documents.made(KIND, edit, changed -> new ImageManifest(mediaType, changed));
    }

    @Override
    public byte[] bytes() {
        return json.bytes().clone();
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

    @Override
    public Optional<MediaType> artifactType() {
        return artifactType;
    }

    @Override
    public List<DocumentFinding> validate() {
        return Validation.manifest(json, mediaType);
    }

    /**
     * Returns this manifest with another configuration.
     *
     * @param newConfig the descriptor of the configuration
     * @return the new manifest
     */
    public ImageManifest withConfig(Descriptor newConfig) {
        return edited(() -> json.with(newConfig.toJson(), "config"));
    }

    /**
     * Returns this manifest with one more layer on top.
     *
     * @param layer the descriptor of the layer
     * @return the new manifest
     * @throws InvalidInputException if it would be larger than a document may be
     */
    public ImageManifest append(Descriptor layer) {
        return edited(() -> json.append(layer.toJson(), "layers"));
    }

    /**
     * Returns this manifest without some of its layers; the others keep their text and their order. The configuration names
     * the layers too: an image whose layers go needs another one.
     *
     * @param unwanted says which layers go
     * @return the new manifest; this one if nothing goes
     */
    public ImageManifest remove(Predicate<? super Descriptor> unwanted) {
        BitSet gone = Documents.places(layers, unwanted);
        return gone.isEmpty() ? this : edited(() -> json.withoutElements(gone::get, "layers"));
    }

    /**
     * Returns this manifest with one annotation set.
     *
     * @param key the annotation's key
     * @param value its value
     * @return the new manifest
     * @throws InvalidInputException if key or value hold half a surrogate pair, or it would be larger than a document may be
     */
    public ImageManifest withAnnotation(String key, String value) {
        return edited(() -> json.with(value, "annotations", key));
    }

    /**
     * Returns this manifest without an annotation.
     *
     * @param key the annotation's key
     * @return the new manifest; this one if it has no such annotation
     */
    public ImageManifest withoutAnnotation(String key) {
        return annotations.containsKey(key) ? edited(() -> json.without("annotations", key)) : this;
    }

    /**
     * Returns this manifest with a subject: what it is about, such as the image that a signature signs.
     *
     * @param newSubject the descriptor of a manifest or an index
     * @return the new manifest
     * @throws UnsupportedException if this is a Docker manifest, which has no subject
     */
    public ImageManifest withSubject(Descriptor newSubject) {
        requireOci("subject");
        return edited(() -> json.with(newSubject.toJson(), "subject"));
    }

    /**
     * Returns this manifest of an artifact of a type.
     *
     * @param newType the artifact type
     * @return the new manifest
     * @throws UnsupportedException if this is a Docker manifest, which has no artifact type
     */
    public ImageManifest withArtifactType(MediaType newType) {
        requireOci("artifact type");
        return edited(() -> json.with(newType.value(), "artifactType"));
    }

    private void requireOci(String what) {
        if (!mediaType.equals(MediaType.OCI_MANIFEST)) {
            throw new UnsupportedException(
                    "a Docker manifest has no " + what + "; convert it first, by in(ImageFormat.OCI)");
        }
    }

    /**
     * Returns this manifest in a format: the media types of manifest, configuration and layers change, every other member
     * keeps its text. The blobs stay as they are, for both formats have the same configurations and layers.
     *
     * @param format the format
     * @return the manifest in that format, of another digest; this one if it is in it
     * @throws UnsupportedException if the format has no type for a layer (Docker has none for zstd and for what is no
     *     image), or this has a subject or an artifact type and the format is Docker's
     */
    public ImageManifest in(ImageFormat format) {
        MediaType newType = Documents.converted(mediaType, format, "the manifest");
        if (newType.equals(mediaType)) {
            return this;
        }
        if (format == ImageFormat.DOCKER && (subject.isPresent() || artifactType.isPresent())) {
            throw new UnsupportedException("a manifest with "
                    + (subject.isPresent() ? "a subject" : "an artifact type")
                    + " cannot be a Docker manifest, which has none");
        }
        Map<List<Object>, String> types = new LinkedHashMap<>();
        types.put(List.of("mediaType"), newType.value());
        types.put(
                List.of("config", "mediaType"),
                Documents.converted(config.mediaType(), format, "the configuration")
                        .value());
        for (int i = 0; i < layers.size(); i++) {
            String where = "layer " + (i + 1) + " (" + layers.get(i).digest() + ")";
            types.put(
                    List.of("layers", i, "mediaType"),
                    Documents.converted(layers.get(i).mediaType(), format, where)
                            .value());
        }
        return Documents.made(KIND, () -> json.withAll(types), changed -> new ImageManifest(newType, changed));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageManifest that
                && mediaType.equals(that.mediaType)
                && Arrays.equals(json.bytes(), that.json.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(json.bytes());
    }

    /** Returns the type and the number of layers. */
    @Override
    public String toString() {
        return mediaType + " with " + layers.size() + " layers";
    }
}
