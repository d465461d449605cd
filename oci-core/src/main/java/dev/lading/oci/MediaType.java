package dev.lading.oci;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The media type of content (RFC 6838), and the one list of those that Lading knows.
 *
 * @param value the type without parameters, such as {@code application/vnd.oci.image.manifest.v1+json}
 */
public record MediaType(String value) {
    private static final Pattern GRAMMAR =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}");

    /** OCI image manifest (image-spec, manifest.md). */
    public static final MediaType OCI_MANIFEST = new MediaType("application/vnd.oci.image.manifest.v1+json");
    /** OCI image index (image-spec, image-index.md). */
    public static final MediaType OCI_INDEX = new MediaType("application/vnd.oci.image.index.v1+json");
    /** OCI image configuration (image-spec, config.md). */
    public static final MediaType OCI_CONFIG = new MediaType("application/vnd.oci.image.config.v1+json");
    /** OCI layer, an uncompressed tar (image-spec, layer.md). */
    public static final MediaType OCI_LAYER = new MediaType("application/vnd.oci.image.layer.v1.tar");
    /** OCI layer, gzip. */
    public static final MediaType OCI_LAYER_GZIP = new MediaType("application/vnd.oci.image.layer.v1.tar+gzip");
    /** OCI layer, zstd. */
    public static final MediaType OCI_LAYER_ZSTD = new MediaType("application/vnd.oci.image.layer.v1.tar+zstd");
    /** OCI layer that was not to be distributed, an uncompressed tar; deprecated by the specification, read and copied. */
    public static final MediaType OCI_LAYER_NONDISTRIBUTABLE =
            new MediaType("application/vnd.oci.image.layer.nondistributable.v1.tar");
    /** OCI layer that was not to be distributed, gzip; deprecated by the specification, read and copied. */
    public static final MediaType OCI_LAYER_NONDISTRIBUTABLE_GZIP =
            new MediaType("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip");
    /** OCI layer that was not to be distributed, zstd; deprecated by the specification, read and copied. */
    public static final MediaType OCI_LAYER_NONDISTRIBUTABLE_ZSTD =
            new MediaType("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd");
    /** The empty descriptor's type (image-spec, manifest.md, «Guidance for an Empty Descriptor»). */
    public static final MediaType OCI_EMPTY = new MediaType("application/vnd.oci.empty.v1+json");
    /** Docker image manifest, schema 2. */
    public static final MediaType DOCKER_MANIFEST =
            new MediaType("application/vnd.docker.distribution.manifest.v2+json");
    /** Docker manifest list, schema 2. */
    public static final MediaType DOCKER_MANIFEST_LIST =
            new MediaType("application/vnd.docker.distribution.manifest.list.v2+json");
    /** Docker image configuration. */
    public static final MediaType DOCKER_CONFIG = new MediaType("application/vnd.docker.container.image.v1+json");
    /** Docker layer, an uncompressed tar. */
    public static final MediaType DOCKER_LAYER = new MediaType("application/vnd.docker.image.rootfs.diff.tar");
    /** Docker layer, gzip. */
    public static final MediaType DOCKER_LAYER_GZIP =
            new MediaType("application/vnd.docker.image.rootfs.diff.tar.gzip");
    /** Docker layer, zstd: not in Docker's specification, but containerd and BuildKit write it. */
    public static final MediaType DOCKER_LAYER_ZSTD =
            new MediaType("application/vnd.docker.image.rootfs.diff.tar.zstd");
    /** Docker layer that lies elsewhere (Windows' base layers of old), an uncompressed tar. */
    public static final MediaType DOCKER_FOREIGN_LAYER =
            new MediaType("application/vnd.docker.image.rootfs.foreign.diff.tar");
    /** Docker layer that lies elsewhere (Windows' base layers of old), gzip. */
    public static final MediaType DOCKER_FOREIGN_LAYER_GZIP =
            new MediaType("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    /** Docker schema 1 manifest: recognised so that it can be refused by name. */
    public static final MediaType DOCKER_SCHEMA1 =
            new MediaType("application/vnd.docker.distribution.manifest.v1+json");
    /** Docker schema 1 manifest, signed: recognised so that it can be refused by name. */
    public static final MediaType DOCKER_SCHEMA1_SIGNED =
            new MediaType("application/vnd.docker.distribution.manifest.v1+prettyjws");

    /** The same kind of content in OCI's words and in Docker's; a row is a pair. */
    private static final List<Map.Entry<MediaType, MediaType>> COUNTERPARTS = List.of(
            Map.entry(OCI_MANIFEST, DOCKER_MANIFEST),
            Map.entry(OCI_INDEX, DOCKER_MANIFEST_LIST),
            Map.entry(OCI_CONFIG, DOCKER_CONFIG),
            Map.entry(OCI_LAYER, DOCKER_LAYER),
            Map.entry(OCI_LAYER_GZIP, DOCKER_LAYER_GZIP),
            Map.entry(OCI_LAYER_NONDISTRIBUTABLE, DOCKER_FOREIGN_LAYER),
            Map.entry(OCI_LAYER_NONDISTRIBUTABLE_GZIP, DOCKER_FOREIGN_LAYER_GZIP));

    // An index of thousands of entries names few types: those we know are neither checked nor made again.
    private static final Map<String, MediaType> KNOWN = Stream.concat(
                    COUNTERPARTS.stream().flatMap(pair -> Stream.of(pair.getKey(), pair.getValue())),
                    Stream.of(OCI_LAYER_ZSTD, DOCKER_LAYER_ZSTD, OCI_EMPTY))
            .collect(Collectors.toUnmodifiableMap(MediaType::value, Function.identity()));

    /**
     * Makes a media type.
     *
     * @throws InvalidInputException if the value breaks RFC 6838's grammar of names, section 4.2
     */
    public MediaType {
        Objects.requireNonNull(value);
        if (!GRAMMAR.matcher(value).matches()) {
            throw new InvalidInputException("«" + Printable.shown(value)
                    + "» is not a media type; it is written type/subtype without parameters");
        }
    }

    /** The type of a text, made anew only if it is none of the well-known ones. */
    static MediaType known(String text) {
        MediaType known = KNOWN.get(text);
        return known != null ? known : new MediaType(text);
    }

    static Optional<MediaType> ifValid(String text) {
        return GRAMMAR.matcher(text).matches() ? Optional.of(known(text)) : Optional.empty();
    }

    /**
     * Returns the type of the same kind of content in a format.
     *
     * @param format the format
     * @return the type, this one if it is of that format already; empty if that format has none
     */
    public Optional<MediaType> in(ImageFormat format) {
        boolean oci = format == ImageFormat.OCI;
        if (oci && equals(DOCKER_LAYER_ZSTD)) {
            return Optional.of(OCI_LAYER_ZSTD);
        }
        // What Docker never had a name for stays as it is in OCI, where any type may stand.
        boolean staysInOci = oci && !value.startsWith("application/vnd.docker.");
        return COUNTERPARTS.stream()
                .filter(pair -> equals(pair.getKey()) || equals(pair.getValue()))
                .map(pair -> oci ? pair.getKey() : pair.getValue())
                .findFirst()
                .or(() -> staysInOci ? Optional.of(this) : Optional.empty());
    }

    /**
     * Says whether content of this type is a layer that its owner did not want to be pushed to registries: OCI's
     * non-distributable layers and Docker's foreign ones.
     *
     * @return true for these types
     */
    public boolean isNonDistributableLayer() {
        return value.startsWith("application/vnd.oci.image.layer.nondistributable.")
                || equals(DOCKER_FOREIGN_LAYER)
                || equals(DOCKER_FOREIGN_LAYER_GZIP);
    }

    /**
     * Says whether content of this type is an image index (OCI) or a manifest list (Docker).
     *
     * @return true for the two index types
     */
    public boolean isIndex() {
        return equals(OCI_INDEX) || equals(DOCKER_MANIFEST_LIST);
    }

    /**
     * Says whether content of this type is an image manifest, OCI's or Docker's schema 2.
     *
     * @return true for the two manifest types
     */
    public boolean isImageManifest() {
        return equals(OCI_MANIFEST) || equals(DOCKER_MANIFEST);
    }

    /** Returns the value. */
    @Override
    public String toString() {
        return value;
    }

    // Written out: what the compiler puts into records is linked at run time, which costs a short process 25 ms.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MediaType type && type.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
