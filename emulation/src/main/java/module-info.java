/** What this host can execute, and how. */
module dev.lading.emulation {
    requires static transitive org.jspecify;
    requires transitive dev.lading.oci;

    exports dev.lading.emulation;
}
