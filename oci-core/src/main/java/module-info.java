/**
 * The model of OCI images, the contract of a place for content, graph copy, platforms and the reading half of layers.
 * No network and no processes.
 */
module dev.lading.oci {
    requires static transitive org.jspecify;
    requires transitive dev.lading.codecs;

    exports dev.lading.oci;
    exports dev.lading.oci.content;
    exports dev.lading.oci.layout;
    exports dev.lading.oci.platform;
    exports dev.lading.oci.rootfs;
}
