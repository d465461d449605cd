/** What tests of images need: a registry in the process, tiny images, the contract suite of a store. */
module dev.lading.testkit {
    requires static transitive org.jspecify;
    requires transitive dev.lading.oci;
    requires dev.lading.codecs;
    requires com.fasterxml.jackson.databind;
    requires static org.junit.jupiter.api;
    requires static org.assertj.core;

    exports dev.lading.testkit;
}
