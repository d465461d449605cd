/** The lading command. */
module dev.lading.cli {
    requires static transitive org.jspecify;
    requires dev.lading;
    requires dev.lading.testkit;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;

    exports dev.lading.cli;
}
