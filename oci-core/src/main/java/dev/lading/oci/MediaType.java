package dev.lading.oci;

import java.util.Objects;
import java.util.regex.Pattern;

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
    /** Docker schema 1 manifest: recognised so that it can be refused by name. */
    public static final MediaType DOCKER_SCHEMA1 =
            new MediaType("application/vnd.docker.distribution.manifest.v1+json");
    /** Docker schema 1 manifest, signed: recognised so that it can be refused by name. */
    public static final MediaType DOCKER_SCHEMA1_SIGNED =
            new MediaType("application/vnd.docker.distribution.manifest.v1+prettyjws");

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
}
