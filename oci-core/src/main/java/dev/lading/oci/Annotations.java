package dev.lading.oci;

/** The annotation keys of the image specification (annotations.md) that Lading reads or writes. */
public final class Annotations {
    /** When the image was built, RFC 3339. */
    public static final String CREATED = "org.opencontainers.image.created";
    /** The title of the image. */
    public static final String TITLE = "org.opencontainers.image.title";
    /** A description for people. */
    public static final String DESCRIPTION = "org.opencontainers.image.description";
    /** The version of the packaged software. */
    public static final String VERSION = "org.opencontainers.image.version";
    /** The revision of the source. */
    public static final String REVISION = "org.opencontainers.image.revision";
    /** Where the source is. */
    public static final String SOURCE = "org.opencontainers.image.source";
    /** The licences of the packaged software, an SPDX expression. */
    public static final String LICENSES = "org.opencontainers.image.licenses";
    /** The name of an entry of a layout's index. */
    public static final String REF_NAME = "org.opencontainers.image.ref.name";
    /** The digest of the image this one is based on. */
    public static final String BASE_DIGEST = "org.opencontainers.image.base.digest";
    /** The reference of the image this one is based on. */
    public static final String BASE_NAME = "org.opencontainers.image.base.name";

    private Annotations() {}
}
