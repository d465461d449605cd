package dev.lading.oci;

import dev.lading.oci.internal.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * An index of manifests, most often one a platform (image-spec, image-index.md; Docker's manifest list).
 *
 * <p>Immutable. An edit keeps members that this class does not know. Equal if the bytes and the type are.
 */
public final class ImageIndex implements Manifest {
    private static final String KIND = "image index";

    private final byte[] bytes;
    private final MediaType mediaType;
    private final JsonObject json;
    private final List<Descriptor> manifests;
    private final Map<String, String> annotations;
    private final Optional<Descriptor> subject;

    private ImageIndex(byte[] bytes, MediaType mediaType, JsonObject json) {
        this.bytes = bytes;
        this.mediaType = mediaType;
        this.json = json;
        this.manifests = Documents.descriptors(json, "manifests");
        this.annotations = Collections.unmodifiableMap(json.textMap("annotations"));
        this.subject = json.object("subject").map(Descriptor::fromJson);
    }

    /**
     * Reads an index.
     *
     * @param bytes the document, at most {@value Manifest#MAX_BYTES} bytes
     * @param mediaType the type it was announced with
     * @return the index
     * @throws InvalidInputException if the bytes are no strict JSON, or not an index of this type
     * @throws UnsupportedException if the type is neither OCI's index nor Docker's manifest list
     */
    public static ImageIndex read(byte[] bytes, MediaType mediaType) {
        if (!mediaType.isIndex()) {
            throw Documents.unsupported(mediaType, KIND);
        }
        return Documents.read(KIND, bytes, mediaType, (b, json) -> new ImageIndex(b, mediaType, json));
    }

    /**
     * Makes an OCI index.
     *
     * @param manifests the descriptors of the manifests, in their order
     * @return the index
     */
    public static ImageIndex of(List<Descriptor> manifests) {
        JsonObject json = Documents.newDocument(MediaType.OCI_INDEX)
                .with("manifests", manifests.stream().map(Descriptor::toJson).toList());
        return new ImageIndex(json.toBytes(), MediaType.OCI_INDEX, json);
    }

    private ImageIndex edited(JsonObject changed) {
        return new ImageIndex(changed.toBytes(), mediaType, changed);
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
     * Returns the descriptors of the manifests.
     *
     * @return the manifests, in the order written
     */
    public List<Descriptor> manifests() {
        return manifests;
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
     * Returns the one manifest for a platform, judged by the descriptors alone, strictly after normalising; where several
     * match, the first.
     *
     * @param platform the platform wanted
     * @return its descriptor
     * @throws NotFoundException if there is none; the message lists what there is and the nearest that would run
     */
    public Descriptor select(Platform platform) {
        return select(platform, PlatformMatcher.strict());
    }

    /**
     * Returns the best manifest for a platform by a rule, judged by the descriptors alone: {@code select(platform,
     * compatible())} takes what a machine of the platform runs.
     *
     * @param platform the platform wanted
     * @param rule makes the matcher of it, such as {@link PlatformMatcher#compatible()}
     * @return its descriptor
     * @throws NotFoundException if none matches; the message lists what there is and the nearest that would run
     */
    public Descriptor select(Platform platform, Function<? super Platform, PlatformMatcher> rule) {
        return selection().one(platform, rule);
    }

    /**
     * Returns the manifests for several platforms, judged as in {@link #select(Platform)}.
     *
     * @param platforms the platforms wanted
     * @return the descriptor for each, in the order of the platforms
     * @throws NotFoundException if there is a platform without one; the message names every such platform
     */
    public Map<Platform, Descriptor> select(Collection<Platform> platforms) {
        return selection().each(platforms, PlatformMatcher.strict());
    }

    private PlatformSelection<Descriptor> selection() {
        long silent = manifests.stream().filter(d -> d.platform().isEmpty()).count();
        return PlatformSelection.of(
                manifests,
                // An entry that does not say its platform is like one that is for none.
                d -> d.platform().orElse(Platform.NONE),
                "this index" + (silent == 0 ? "" : ", " + silent + " of whose entries say no platform"));
    }

    /**
     * Returns this index with one more manifest at the end.
     *
     * @param manifest the descriptor of the manifest
     * @return the new index
     */
    public ImageIndex append(Descriptor manifest) {
        List<JsonObject> changed = new ArrayList<>(json.objects("manifests"));
        changed.add(manifest.toJson());
        return edited(json.with("manifests", changed));
    }

    /**
     * Returns this index without some of its manifests; the others keep their members and their order.
     *
     * @param unwanted says which descriptors go
     * @return the new index; this one if nothing goes
     */
    public ImageIndex remove(Predicate<? super Descriptor> unwanted) {
        List<JsonObject> entries = json.objects("manifests");
        List<JsonObject> kept = new ArrayList<>();
        for (int i = 0; i < manifests.size(); i++) {
            if (!unwanted.test(manifests.get(i))) {
                kept.add(entries.get(i));
            }
        }
        return kept.size() == entries.size() ? this : edited(json.with("manifests", kept));
    }

    /**
     * Returns this index with one annotation set.
     *
     * @param key the annotation's key
     * @param value its value
     * @return the new index
     */
    public ImageIndex withAnnotation(String key, String value) {
        Map<String, String> changed = new LinkedHashMap<>(annotations);
        changed.put(key, value);
        return edited(json.with("annotations", changed));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageIndex that && mediaType.equals(that.mediaType) && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Returns the type and the number of entries. */
    @Override
    public String toString() {
        return mediaType + " with " + manifests.size() + " entries";
    }
}
