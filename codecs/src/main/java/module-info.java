/**
 * Byte formats that Lading reads and writes: tar archives and gzip streams. Nothing here knows of images; start at
 * {@link dev.lading.tar.TarReader}, {@link dev.lading.tar.TarWriter}, {@link dev.lading.gzip.GzipDecoder} or
 * {@link dev.lading.gzip.GzipEncoder}.
 */
module dev.lading.codecs {
    requires static transitive org.jspecify;

    exports dev.lading.gzip;
    exports dev.lading.tar;
}
