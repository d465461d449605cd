package dev.lading.oci;

import dev.lading.oci.internal.json.JsonFault;
import dev.lading.oci.internal.json.JsonObject;
import dev.lading.oci.internal.json.JsonText;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Names content by type, digest and size (image-spec, descriptor.md): the word by which everything here is passed around.
 *
 * <p>Immutable. Members that this class does not know are kept when a descriptor is put into another document. Two
 * descriptors are equal if all their members are,
 * and unknown ones if they are written alike.
 */
public final class Descriptor {
    private static final List<String> KNOWN =
            List.of("mediaType", "digest", "size", "platform", "annotations", "artifactType", "urls", "data");

    /**
     * The empty descriptor: two bytes, {@code {}}, for a member that must be there and has nothing to say (image-spec,
     * manifest.md, «Guidance for an Empty Descriptor»). A registry still wants the two bytes as a blob.
     */
    public static final Descriptor EMPTY =
            of(MediaType.OCI_EMPTY, Digest.of(new byte[] {'{', '}'}), 2).withData(new byte[] {'{', '}'});

    private final MediaType mediaType;
    private final Digest digest;
    private final long size;
    private final Optional<Platform> platform;
    private final Map<String, String> annotations;
    private final Optional<MediaType> artifactType;
    private final List<String> urls;
    private final Optional<String> data;
    private final Map<String, JsonText> others;

    private Descriptor(
            MediaType mediaType,
            Digest digest,
            long size,
            Optional<Platform> platform,
            Map<String, String> annotations,
            Optional<MediaType> artifactType,
            List<String> urls,
            Optional<String> data,
            Map<String, JsonText> others) {
        this.mediaType = Objects.requireNonNull(mediaType);
        this.digest = Objects.requireNonNull(digest);
        if (size < 0) {
            throw new InvalidInputException("a descriptor's size is not negative; " + digest + " has " + size);
        }
        this.size = size;
        this.platform = platform;
        this.annotations = Collections.unmodifiableMap(annotations);
        this.artifactType = artifactType;
        this.urls = List.copyOf(urls);
        this.data = data;
        this.others = others;
        data.ifPresent(this::verify);
    }

    /**
     * Makes a descriptor.
     *
     * @param mediaType the type of the content
     * @param digest the digest of the content
     * @param size the size of the content in bytes, not negative
     * @return the descriptor
     * @throws InvalidInputException if the size is negative
     */
    public static Descriptor of(MediaType mediaType, Digest digest, long size) {
        return new Descriptor(
                mediaType,
                digest,
                size,
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Map.of());
    }

    static Descriptor fromJson(JsonObject json) {
        long size = json.integer("size")
                .orElseThrow(() -> new InvalidInputException("a descriptor has no «size»; every descriptor needs one"));
        return new Descriptor(
                MediaType.known(json.requiredText("mediaType")),
                Digest.parse(json.requiredText("digest")),
                size,
                json.object("platform").map(Descriptor::platformFromJson),
                json.textMap("annotations"),
                Documents.artifactType(json),
                json.texts("urls"),
                json.text("data").filter(t -> !t.isEmpty()),
                json.others(KNOWN));
    }

    /** Inline content is believed no sooner than content from anywhere else. */
    private void verify(String base64) {
        // A length that cannot be right is not decoded.
        if (base64.length() != (size + 2) / 3 * 4) {
            throw new ContentMismatchException(this, "its inline data has another length");
        }
        byte[] bytes = decoded(base64);
        if (bytes.length != size) {
            throw new ContentMismatchException(this, "its inline data has " + bytes.length + " bytes");
        }
        Digest found = Digest.of(digest.algorithm(), bytes);
        if (!found.equals(digest)) {
            throw new ContentMismatchException(this, "its inline data has the digest " + found);
        }
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException("member «data» is not base64 of RFC 4648, section 4", e);
        }
    }

    static Platform platformFromJson(JsonObject json) {
        return new Platform(
                json.text("os").orElse(""),
                json.text("architecture").orElse(""),
                json.text("variant").filter(v -> !v.isEmpty()),
                json.text("os.version").filter(v -> !v.isEmpty()),
                json.texts("os.features"));
    }

    /** The members in the specification's order, then those that this class does not know. */
    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mediaType", mediaType.value());
        artifactType.ifPresent(type -> json.put("artifactType", type.value()));
        json.put("digest", digest.toString());
        json.put("size", size);
        if (!urls.isEmpty()) {
            json.put("urls", urls);
        }
        if (!annotations.isEmpty()) {
            json.put("annotations", annotations);
        }
        data.ifPresent(base64 -> json.put("data", base64));
        platform.ifPresent(p -> json.put("platform", platformToJson(p)));
        json.putAll(others);
        return json;
    }

    static Map<String, Object> platformToJson(Platform platform) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architecture", platform.architecture());
        json.put("os", platform.os());
        platform.osVersion().ifPresent(version -> json.put("os.version", version));
        if (!platform.osFeatures().isEmpty()) {
            json.put("os.features", platform.osFeatures());
        }
        platform.variant().ifPresent(variant -> json.put("variant", variant));
        return json;
    }

    /**
     * Reads a descriptor from its JSON text.
     *
     * @param bytes the text, UTF-8, at most {@value Manifest#MAX_BYTES} bytes
     * @return the descriptor
     * @throws InvalidInputException if the text is no strict JSON or no descriptor
     * @throws UnsupportedException if its digest is of another algorithm than sha256 and sha512
     * @throws ContentMismatchException if its inline data is not what it describes
     */
    public static Descriptor read(byte[] bytes) {
        return read(bytes, DocumentLimits.DEFAULT);
    }

    /**
     * Reads a descriptor from its JSON text, within limits.
     *
     * @param bytes the text, UTF-8
     * @param limits how large and how deep it may be
     * @return the descriptor
     * @throws InvalidInputException if the text is no strict JSON or no descriptor
     * @throws UnsupportedException if its digest is of another algorithm than sha256 and sha512
     * @throws ContentMismatchException if its inline data is not what it describes
     */
    public static Descriptor read(byte[] bytes, DocumentLimits limits) {
        return Documents.read("OCI descriptor", bytes, limits, Descriptor::fromJson);
    }

    /**
     * Returns the descriptor's JSON text, as it stands in a document that is on one line.
     *
     * @return the text, UTF-8
     */
    public byte[] bytes() {
        try {
            return JsonObject.of(toJson(), DocumentLimits.MOST_BYTES).bytes();
        } catch (JsonFault e) {
            throw new InvalidInputException("the descriptor " + digest + " has no JSON form: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the type of the content.
     *
     * @return the media type
     */
    public MediaType mediaType() {
        return mediaType;
    }

    /**
     * Returns the digest of the content.
     *
     * @return the digest
     */
    public Digest digest() {
        return digest;
    }

    /**
     * Returns the size of the content.
     *
     * @return bytes, not negative
     */
    public long size() {
        return size;
    }

    /**
     * Returns the platform that the content is for, if an index says so.
     *
     * @return the platform as written
     */
    public Optional<Platform> platform() {
        return platform;
    }

    /**
     * Returns the annotations.
     *
     * @return an unmodifiable map, in the order written
     */
    public Map<String, String> annotations() {
        return annotations;
    }

    /**
     * Returns the type of the artifact that the content is.
     *
     * @return the artifact type
     */
    public Optional<MediaType> artifactType() {
        return artifactType;
    }

    /**
     * Returns other addresses of the content; nothing here ever asks them.
     *
     * @return the addresses as written
     */
    public List<String> urls() {
        return urls;
    }

    /**
     * Returns the content itself where the descriptor carries it (descriptor.md, «data»). It was verified against digest
     * and size when the descriptor was made.
     *
     * @return a copy of the content
     */
    public Optional<byte[]> data() {
        return data.map(Descriptor::decoded);
    }

    /**
     * Returns this descriptor for a platform.
     *
     * @param newPlatform the platform
     * @return the new descriptor
     */
    public Descriptor withPlatform(Platform newPlatform) {
        return with(annotations, Optional.of(newPlatform), artifactType, urls, data);
    }

    /**
     * Returns this descriptor with one annotation set.
     *
     * @param key the annotation's key
     * @param value its value
     * @return the new descriptor
     */
    public Descriptor withAnnotation(String key, String value) {
        Map<String, String> changed = new LinkedHashMap<>(annotations);
        changed.put(key, value);
        return with(changed, platform, artifactType, urls, data);
    }

    /**
     * Returns this descriptor without an annotation.
     *
     * @param key the annotation's key
     * @return the new descriptor
     */
    public Descriptor withoutAnnotation(String key) {
        Map<String, String> changed = new LinkedHashMap<>(annotations);
        changed.remove(key);
        return with(changed, platform, artifactType, urls, data);
    }

    /**
     * Returns this descriptor of an artifact of a type.
     *
     * @param newType the artifact type
     * @return the new descriptor
     */
    public Descriptor withArtifactType(MediaType newType) {
        return with(annotations, platform, Optional.of(newType), urls, data);
    }

    /**
     * Returns this descriptor with other addresses of the content.
     *
     * @param newUrls the addresses; none removes them
     * @return the new descriptor
     */
    public Descriptor withUrls(List<String> newUrls) {
        return with(annotations, platform, artifactType, newUrls, data);
    }

    /**
     * Returns this descriptor with the content itself in it, as base64; for content of a few hundred bytes.
     *
     * @param content the content
     * @return the new descriptor
     * @throws ContentMismatchException if the content is not what this describes
     */
    public Descriptor withData(byte[] content) {
        return with(
                annotations,
                platform,
                artifactType,
                urls,
                Optional.of(Base64.getEncoder().encodeToString(content)));
    }

    /**
     * Returns this descriptor for content of another type, digest and size, without addresses and inline data, which were
     * the old content's.
     *
     * @param newType the type of the content
     * @param newDigest the digest of the content
     * @param newSize the size of the content in bytes, not negative
     * @return the new descriptor
     * @throws InvalidInputException if the size is negative
     */
    public Descriptor withContent(MediaType newType, Digest newDigest, long newSize) {
        return new Descriptor(
                newType, newDigest, newSize, platform, annotations, artifactType, List.of(), Optional.empty(), others);
    }

    private Descriptor with(
            Map<String, String> newAnnotations,
            Optional<Platform> newPlatform,
            Optional<MediaType> newArtifactType,
            List<String> newUrls,
            Optional<String> newData) {
        return new Descriptor(
                mediaType, digest, size, newPlatform, newAnnotations, newArtifactType, newUrls, newData, others);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Descriptor that
                && size == that.size
                && digest.equals(that.digest)
                && mediaType.equals(that.mediaType)
                && platform.equals(that.platform)
                && annotations.equals(that.annotations)
                && artifactType.equals(that.artifactType)
                && urls.equals(that.urls)
                && data.equals(that.data)
                && others.equals(that.others);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    /** Returns digest, type and size for a message. */
    @Override
    public String toString() {
        return digest + " (" + mediaType + ", " + size + " bytes)";
    }
}
