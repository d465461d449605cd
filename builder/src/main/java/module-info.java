/** Everything that makes something new: layers from files, images and indexes. */
module dev.lading.builder {
    requires static transitive org.jspecify;
    requires transitive dev.lading.oci;
    requires dev.lading.codecs;

    exports dev.lading.build;
    exports dev.lading.layer;
}
