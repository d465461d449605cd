/**
 * Byte formats that Lading reads and writes: tar archives, gzip and zstd streams. Nothing here knows of images; start at
 * {@link dev.lading.tar.TarReader}, {@link dev.lading.tar.TarWriter}, {@link dev.lading.gzip.GzipDecoder},
 * {@link dev.lading.gzip.GzipEncoder} or {@link dev.lading.zstd.Zstd}.
 */
module dev.lading.codecs {
    requires static com.github.luben.zstd_jni;
    requires static transitive org.jspecify;

    exports dev.lading.gzip;
    exports dev.lading.tar;
    exports dev.lading.zstd;
}
