package dev.lading.oci.rootfs;

import dev.lading.gzip.GzipDecoder;
import dev.lading.oci.MediaType;
import dev.lading.oci.UnsupportedException;

/** How a layer is compressed: as its media type says, and as its first bytes say. */
enum LayerForm {
    PLAIN("plain tar"),
    GZIP("gzip tar");

    private final String words;

    LayerForm(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    static LayerForm of(MediaType type) {
        // layers that must not be distributed differ from others by their name alone (image-spec, layer.md)
        return switch (type.value().replace(".nondistributable.", ".").replace(".foreign.", ".")) {
            case "application/vnd.oci.image.layer.v1.tar", "application/vnd.docker.image.rootfs.diff.tar" -> PLAIN;
            case "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.docker.image.rootfs.diff.tar.gzip" ->
                GZIP;
            case "application/vnd.oci.image.layer.v1.tar+zstd", "application/vnd.docker.image.rootfs.diff.tar.zstd" ->
                throw zstd();
            default ->
                throw new UnsupportedException(
                        "«" + type + "» is not the type of a layer; a tar, plain or by gzip, is read");
        };
    }

    static LayerForm ofBytes(byte[] first) {
        if (first.length >= 4
                && first[0] == 0x28
                && first[1] == (byte) 0xb5
                && first[2] == 0x2f
                && first[3] == (byte) 0xfd) {
            throw zstd();
        }
        return GzipDecoder.isGzip(first) ? GZIP : PLAIN;
    }

    private static UnsupportedException zstd() {
        return new UnsupportedException("layers compressed by zstd are not read yet; use the image's gzip form");
    }
}
