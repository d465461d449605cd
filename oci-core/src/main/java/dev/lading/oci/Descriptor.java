package dev.lading.oci;

import dev.lading.oci.internal.json.JsonFault;
import dev.lading.oci.internal.json.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Names content by type, digest and size (image-spec, descriptor.md): the word by which everything here is passed around.
 *
 * <p>Immutable. Members that this class does not know are kept when a descriptor is put into another document. Two
 * descriptors are equal if all their members are.
 */
public final class Descriptor {
    private static final Set<String> KNOWN =
            Set.of("mediaType", "digest", "size", "platform", "annotations", "artifactType", "urls");

    private final MediaType mediaType;
    private final Digest digest;
    private final long size;
    private final Optional<Platform> platform;
    private final Map<String, String> annotations;
    private final Optional<MediaType> artifactType;
    private final List<String> urls;
    private final JsonObject others;

    private Descriptor(
            MediaType mediaType,
            Digest digest,
            long size,
            Optional<Platform> platform,
            Map<String, String> annotations,
            Optional<MediaType> artifactType,
            List<String> urls,
            JsonObject others) {
        this.mediaType = Objects.requireNonNull(mediaType);
        this.digest = Objects.requireNonNull(digest);
        if (size < 0) {
            throw new InvalidInputException("a descriptor's size is not negative; " + digest + " has " + size);
        }
        this.size = size;
        this.platform = platform;
        this.annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
        this.artifactType = artifactType;
        this.urls = List.copyOf(urls);
        this.others = others;
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
                mediaType, digest, size, Optional.empty(), Map.of(), Optional.empty(), List.of(), JsonObject.empty());
    }

    static Descriptor fromJson(JsonObject json) {
        long size = json.integer("size")
                .orElseThrow(() -> new InvalidInputException("a descriptor has no «size»; every descriptor needs one"));
        return new Descriptor(
                new MediaType(json.requiredText("mediaType")),
                Digest.parse(json.requiredText("digest")),
                size,
                json.object("platform").map(Descriptor::platformFromJson),
                json.textMap("annotations"),
                json.text("artifactType").filter(t -> !t.isEmpty()).map(MediaType::new),
                json.texts("urls"),
                json.without(KNOWN));
    }

    static Platform platformFromJson(JsonObject json) {
        return new Platform(
                json.text("os").orElse(""),
                json.text("architecture").orElse(""),
                json.text("variant").filter(v -> !v.isEmpty()),
                json.text("os.version").filter(v -> !v.isEmpty()),
                json.texts("os.features"));
    }

    JsonObject toJson() {
        JsonObject json = JsonObject.empty()
                .with("mediaType", mediaType.value())
                .withOrWithout("artifactType", artifactType.map(MediaType::value))
                .with("digest", digest.toString())
                .with("size", size)
                .withOrWithout("urls", urls)
                .withOrWithout("annotations", annotations)
                .withOrWithout("platform", platform.map(Descriptor::platformToJson));
        for (String key : others.keys()) {
            json = others.copyMember(key, json);
        }
        return json;
    }

    static JsonObject platformToJson(Platform platform) {
        return JsonObject.empty()
                .with("architecture", platform.architecture())
                .with("os", platform.os())
                .withOrWithout("os.version", platform.osVersion())
                .withOrWithout("os.features", platform.osFeatures())
                .withOrWithout("variant", platform.variant());
    }

    /**
     * Reads a descriptor from its JSON text.
     *
     * @param bytes the text, UTF-8, at most {@value Manifest#MAX_BYTES} bytes
     * @return the descriptor
     * @throws InvalidInputException if the text is no strict JSON or no descriptor
     * @throws UnsupportedException if its digest is of another algorithm than sha256 and sha512
     */
    public static Descriptor read(byte[] bytes) {
        try {
            return fromJson(JsonObject.read(bytes, Manifest.MAX_BYTES));
        } catch (JsonFault e) {
            throw new InvalidInputException("this is not a descriptor: " + e.getMessage(), e);
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
     * Returns this descriptor for a platform.
     *
     * @param newPlatform the platform
     * @return the new descriptor
     */
    public Descriptor withPlatform(Platform newPlatform) {
        return new Descriptor(
                mediaType, digest, size, Optional.of(newPlatform), annotations, artifactType, urls, others);
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
        return new Descriptor(mediaType, digest, size, platform, changed, artifactType, urls, others);
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
