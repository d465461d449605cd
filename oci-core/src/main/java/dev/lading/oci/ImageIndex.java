package dev.lading.oci;

import dev.lading.oci.internal.json.JsonObject;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * An index of manifests, most often one a platform (image-spec, image-index.md; Docker's manifest list).
 *
 * <p>Immutable. An edit changes the text of the member it is about and of no other: numbers, escapes, order, white space and
 * members that this class does not know stay to the letter. Equal if the bytes and the type are.
 */
public final class ImageIndex implements Manifest {
    private static final String KIND = "image index";

    private final MediaType mediaType;
    private final JsonObject json;
    private final List<Descriptor> manifests;
    private final Map<String, String> annotations;
    private final Optional<Descriptor> subject;
    private final Optional<MediaType> artifactType;

    private ImageIndex(MediaType mediaType, JsonObject json) {
        Documents.requireType(json, mediaType);
        this.mediaType = mediaType;
        this.json = json;
        this.manifests = Documents.descriptors(json, "manifests");
        this.annotations = Collections.unmodifiableMap(json.textMap("annotations"));
        this.subject = Documents.descriptor(json, "subject");
        this.artifactType = Documents.artifactType(json);
    }

    /**
     * Reads an index.
     *
     * @param bytes the document, at most {@value Manifest#MAX_BYTES} bytes
     * @param mediaType the type it was announced with
     * @return the index
     * @throws InvalidInputException if the bytes are no strict JSON, or not an index of this type
     * @throws UnsupportedException if the type is neither OCI's index nor Docker's manifest list, or a digest is of an
     *     algorithm other than sha256 and sha512
     * @throws ContentMismatchException if the inline data of a descriptor is not what it describes
     */
    public static ImageIndex read(byte[] bytes, MediaType mediaType) {
        return read(bytes, mediaType, DocumentLimits.DEFAULT);
    }

    /**
     * Reads an index within limits; else as {@link #read(byte[], MediaType)}.
     *
     * @param bytes the document
     * @param mediaType the type it was announced with
     * @param limits how large and how deep it may be
     * @return the index; an edit of it has the same limits
     * @throws InvalidInputException if the bytes are no strict JSON, or not an index of this type
     * @throws UnsupportedException if the type is neither OCI's index nor Docker's manifest list, or a digest is of an
     *     algorithm other than sha256 and sha512
     * @throws ContentMismatchException if the inline data of a descriptor is not what it describes
     */
    public static ImageIndex read(byte[] bytes, MediaType mediaType, DocumentLimits limits) {
        if (!mediaType.isIndex()) {
            throw Documents.unsupported(mediaType, KIND);
        }
        return Documents.read(KIND, bytes, limits, json -> new ImageIndex(mediaType, json));
    }

    /**
     * Makes an OCI index.
     *
     * @param manifests the descriptors of the manifests, in their order
     * @return the index
     * @throws InvalidInputException if it would be larger than a document may be
     */
    public static ImageIndex of(List<Descriptor> manifests) {
        Map<String, Object> members =
                Map.of("manifests", manifests.stream().map(Descriptor::toJson).toList());
        return Documents.made(
                KIND,
                () -> Documents.manifest(MediaType.OCI_INDEX, members),
                json -> new ImageIndex(MediaType.OCI_INDEX, json));
    }

    private ImageIndex edited(Supplier<JsonObject> edit) {
        return Documents.made(KIND, edit, changed -> new ImageIndex(mediaType, changed));
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

    @Override
    public Optional<MediaType> artifactType() {
        return artifactType;
    }

    @Override
    public List<DocumentFinding> validate() {
        return Validation.manifest(json, mediaType);
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
     * @throws InvalidInputException if it would be larger than a document may be
     */
    public ImageIndex append(Descriptor manifest) {
        return edited(() -> json.append(manifest.toJson(), "manifests"));
    }

    /**
     * Returns this index without some of its manifests; the others keep their text and their order.
     *
     * @param unwanted says which descriptors go
     * @return the new index; this one if nothing goes
     */
    public ImageIndex remove(Predicate<? super Descriptor> unwanted) {
        BitSet gone = Documents.places(manifests, unwanted);
        return gone.isEmpty() ? this : edited(() -> json.withoutElements(gone::get, "manifests"));
    }

    /**
     * Returns this index with some of its manifests described otherwise, each in its place; those for which the same
     * descriptor is answered keep their text.
     *
     * @param change answers a descriptor with what stands there instead
     * @return the new index; this one if nothing changes
     */
    public ImageIndex replace(UnaryOperator<Descriptor> change) {
        Map<List<Object>, Object> changed = new LinkedHashMap<>();
        for (int i = 0; i < manifests.size(); i++) {
            Descriptor now = change.apply(manifests.get(i));
            if (!now.equals(manifests.get(i))) {
                changed.put(List.of("manifests", i), now.toJson());
            }
        }
        return changed.isEmpty() ? this : edited(() -> json.withAll(changed));
    }

    /**
     * Returns this index with one annotation set.
     *
     * @param key the annotation's key
     * @param value its value
     * @return the new index
     * @throws InvalidInputException if key or value hold half a surrogate pair, or it would be larger than a document may be
     */
    public ImageIndex withAnnotation(String key, String value) {
        return edited(() -> json.with(value, "annotations", key));
    }

    /**
     * Returns this index without an annotation.
     *
     * @param key the annotation's key
     * @return the new index; this one if it has no such annotation
     */
    public ImageIndex withoutAnnotation(String key) {
        return annotations.containsKey(key) ? edited(() -> json.without("annotations", key)) : this;
    }

    /**
     * Returns this index with a subject: what it is about.
     *
     * @param newSubject the descriptor of a manifest or an index
     * @return the new index
     * @throws UnsupportedException if this is a Docker manifest list, which has no subject
     */
    public ImageIndex withSubject(Descriptor newSubject) {
        requireOci("subject");
        return edited(() -> json.with(newSubject.toJson(), "subject"));
    }

    /**
     * Returns this index of an artifact of a type.
     *
     * @param newType the artifact type
     * @return the new index
     * @throws UnsupportedException if this is a Docker manifest list, which has no artifact type
     */
    public ImageIndex withArtifactType(MediaType newType) {
        requireOci("artifact type");
        return edited(() -> json.with(newType.value(), "artifactType"));
    }

    private void requireOci(String what) {
        if (!mediaType.equals(MediaType.OCI_INDEX)) {
            throw new UnsupportedException("a Docker manifest list has no " + what);
        }
    }

    /**
     * Returns this index in a format: its own media type changes, every other member keeps its text. Its manifests are
     * documents of their own, whose digests change when they are converted; so they come first, and {@link #replace} names
     * them.
     *
     * @param format the format
     * @return the index in that format, of another digest; this one if it is in it
     * @throws UnsupportedException if this has a subject or an artifact type and the format is Docker's
     */
    public ImageIndex in(ImageFormat format) {
        MediaType newType = Documents.converted(mediaType, format, "the index");
        if (newType.equals(mediaType)) {
            return this;
        }
        if (format == ImageFormat.DOCKER && (subject.isPresent() || artifactType.isPresent())) {
            throw new UnsupportedException("an index with " + (subject.isPresent() ? "a subject" : "an artifact type")
                    + " cannot be a Docker manifest list, which has none");
        }
        return Documents.made(
                KIND, () -> json.with(newType.value(), "mediaType"), changed -> new ImageIndex(newType, changed));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageIndex that
                && mediaType.equals(that.mediaType)
                && Arrays.equals(json.bytes(), that.json.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(json.bytes());
    }

    /** Returns the type and the number of entries. */
    @Override
    public String toString() {
        return mediaType + " with " + manifests.size() + " entries";
    }
}
