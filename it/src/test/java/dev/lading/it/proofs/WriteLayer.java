package dev.lading.it.proofs;

import dev.lading.layer.Compression;
import dev.lading.layer.LayerRecipe;
import dev.lading.layer.LayerWriter;
import dev.lading.oci.Layer;
import dev.lading.oci.content.ContentTarget;
import dev.lading.oci.layout.OciLayout;
import dev.lading.registry.RegistryClient;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program of its own, run with a small heap: generates an entry, or reads a tar, writes it as a layer into a place and prints «blob
 * digest, diff ID, how often the recipe ran».
 */
public final class WriteLayer {
    private WriteLayer() {}

    /**
     * Writes.
     *
     * @param arguments «layout FOLDER» or «registry NAME», «none», «gzip» or «zstd», and the size in bytes or a tar
     */
    public static void main(String[] arguments) {
        Compression compression = switch (arguments[2]) {
            case "gzip" -> Compression.gzip(1);
            case "zstd" -> Compression.zstd(1);
            default -> Compression.none();
        };
        AtomicInteger runs = new AtomicInteger();
        LayerRecipe recipe = arguments[3].endsWith(".tar")
                ? LayerRecipe.tar(Path.of(arguments[3]))
                : noise(Long.parseLong(arguments[3]), runs);
        if (arguments[0].equals("layout")) {
            try (OciLayout layout = OciLayout.open(Path.of(arguments[1]))) {
                print(compression, recipe, layout, runs);
            }
        } else {
            try (RegistryClient client = RegistryClient.anonymous()) {
                print(compression, recipe, client.repository(arguments[1]), runs);
            }
        }
    }

    private static LayerRecipe noise(long size, AtomicInteger runs) {
        return LayerRecipe.generated(size, () -> {
                    runs.incrementAndGet();
                    return new Noise(size);
                })
                .into("/large")
                .mode(0644);
    }

    private static void print(Compression compression, LayerRecipe recipe, ContentTarget target, AtomicInteger runs) {
        Layer layer = LayerWriter.with(compression).threads(4).write(recipe, target);
        System.out.println(layer.descriptor().digest() + " " + layer.diffId() + " " + runs);
    }

    /** Bytes from a seed that compress to about half. */
    private static final class Noise extends InputStream {
        private long left;
        private long state = 0x9E3779B97F4A7C15L;

        Noise(long size) {
            this.left = size;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int n = (int) Math.min(length, left);
            for (int i = 0; i < n; i++) {
                if ((i & 7) == 0) {
                    state ^= state << 13;
                    state ^= state >>> 7;
                    state ^= state << 17;
                }
                buffer[offset + i] = (byte) (state >>> ((i & 3) * 8));
            }
            left -= n;
            return n;
        }
    }
}
