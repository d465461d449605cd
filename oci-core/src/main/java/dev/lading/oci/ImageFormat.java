package dev.lading.oci;

/** Whose media types a document has. The two hold the same facts and are read alike; a conversion is only ever asked for. */
public enum ImageFormat {
    /** The OCI image specification's. */
    OCI,
    /** Docker's image manifest version 2, schema 2. */
    DOCKER
}
