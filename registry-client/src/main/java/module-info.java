/**
 * A repository in a registry as a place for content: push, pull and mount over HTTP, every byte verified.
 */
module dev.lading.registry {
    requires static transitive org.jspecify;
    requires transitive dev.lading.oci;
    requires com.fasterxml.jackson.databind;
    // Its own dependency okio comes with it; naming an automatic module here would be a warning.
    requires okhttp3;

    exports dev.lading.registry;
}
