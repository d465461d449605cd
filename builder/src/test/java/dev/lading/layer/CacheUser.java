package dev.lading.layer;

import dev.lading.oci.Layer;
import dev.lading.oci.content.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** A program of its own that makes layers with a cache which others use and shrink at the same time. */
final class CacheUser {
    static final long MAX_BYTES = 120_000;
    static final int RECIPES = 6;

    private CacheUser() {}

    /** Differs by number; what a cache of {@link #MAX_BYTES} cannot hold all of. */
    static byte[] content(int number) {
        byte[] content = new byte[40_000];
        new Random(number).nextBytes(content);
        return content;
    }

    static LayerRecipe recipe(int number) {
        return LayerRecipe.bytes(content(number)).into("/x");
    }

    static void checkOne(LayerCache cache, int number) {
        LayerRecipe recipe = recipe(number);
        MemoryStore store = MemoryStore.create();
        Layer layer = LayerWriter.with(Compression.gzip(1)).cache(cache).write(recipe, store);
        if (!layer.diffId().equals(recipe.contentFingerprint())
                || store.bytes(layer.descriptor()).length != layer.descriptor().size()) {
            throw new IllegalStateException("the layer " + number + " is not what it should be: " + layer);
        }
    }

    /**
     * Makes layers and prints «done», or stops in the middle of one, prints «half» and waits to be killed.
     *
     * @param arguments the cache's folder, a seed, and how many layers; 0 to stop in the middle
     */
    public static void main(String[] arguments) {
        LayerCache cache = LayerCache.in(Path.of(arguments[0])).maxBytes(MAX_BYTES);
        Random random = new Random(Long.parseLong(arguments[1]));
        int runs = Integer.parseInt(arguments[2]);
        if (runs == 0) {
            stopInTheMiddle(cache);
        }
        for (int run = 0; run < runs; run++) {
            checkOne(cache, random.nextInt(RECIPES));
        }
        System.out.println("done");
    }

    private static void stopInTheMiddle(LayerCache cache) {
        byte[] half = Arrays.copyOf(content(99), 2_000_000);
        InputStream waiting = new FilterInputStream(System.in) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                System.out.println("half");
                return super.read(bytes, offset, length);
            }
        };
        int[] opened = {0};
        LayerRecipe recipe = LayerRecipe.generated(2L * half.length, () -> {
                    // The first time it is asked for its digest, by which the cache knows it.
                    boolean whole = opened[0]++ == 0;
                    InputStream rest = whole ? new ByteArrayInputStream(half) : waiting;
                    return new SequenceInputStream(new ByteArrayInputStream(half), rest);
                })
                .into("/large")
                .mode(0644);
        LayerWriter.with(Compression.none())
                .threads(1)
                .cache(cache.maxBytes(1L << 30))
                .write(recipe, MemoryStore.create());
        throw new UncheckedIOException(new IOException("nobody killed this"));
    }
}
