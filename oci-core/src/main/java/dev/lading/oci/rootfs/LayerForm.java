package dev.lading.oci.rootfs;

import dev.lading.gzip.GzipDecoder;
import dev.lading.oci.MediaType;
import dev.lading.oci.UnsupportedException;
import dev.lading.zstd.Zstd;
import dev.lading.zstd.ZstdDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** How a layer is compressed: as its media type says, and as its first bytes say. */
enum LayerForm {
    PLAIN("plain tar"),
    GZIP("gzip tar"),
    ZSTD("zstd tar");

    private final String words;

    LayerForm(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /**
     * The tar in a stream of this form.
     *
     * @throws UnsupportedException if it is zstd and the library for it is not there
     */
    InputStream uncompressed(InputStream stored) throws IOException {
        return switch (this) {
            case PLAIN -> stored;
            case GZIP -> new GzipDecoder(stored);
            case ZSTD -> {
                Optional<String> missing = Zstd.missing();
                if (missing.isPresent()) {
                    throw new UnsupportedException("this layer cannot be read: " + missing.get());
                }
                yield new ZstdDecoder(stored);
            }
        };
    }

    static LayerForm of(MediaType type) {
        // layers that must not be distributed differ from others by their name alone (image-spec, layer.md)
        return switch (type.value().replace(".nondistributable.", ".").replace(".foreign.", ".")) {
            case "application/vnd.oci.image.layer.v1.tar", "application/vnd.docker.image.rootfs.diff.tar" -> PLAIN;
            case "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.docker.image.rootfs.diff.tar.gzip" ->
                GZIP;
            case "application/vnd.oci.image.layer.v1.tar+zstd", "application/vnd.docker.image.rootfs.diff.tar.zstd" ->
                ZSTD;
            default ->
                throw new UnsupportedException(
                        "«" + type + "» is not the type of a layer; a tar, plain, by gzip or by zstd, is read");
        };
    }

    static LayerForm ofBytes(byte[] first) {
        return Zstd.isZstd(first) ? ZSTD : GzipDecoder.isGzip(first) ? GZIP : PLAIN;
    }
}
