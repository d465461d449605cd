/** Everything of Lading behind one class and one grammar of places. */
module dev.lading {
    requires static transitive org.jspecify;
    requires transitive dev.lading.oci;
    requires transitive dev.lading.builder;
    requires transitive dev.lading.registry;
    requires transitive dev.lading.emulation;

    exports dev.lading;
}
