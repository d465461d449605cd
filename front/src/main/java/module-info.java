/** Everything of Lading behind one class and one grammar of places. */
module dev.lading {
    requires static transitive org.jspecify;
    requires transitive dev.lading.oci;

    exports dev.lading;
}
