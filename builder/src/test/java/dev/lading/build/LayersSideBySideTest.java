package dev.lading.build;

import static dev.lading.layer.LayerRecipe.generated;
import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.layer.Compression;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.CancelledException;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.ProducerFailedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers that are made at the same time, by no more threads than asked for. */
class LayersSideBySideTest {
    private static final int LARGE = 5 << 20;
    private static final int FRAME = 8 << 20;
    private static final int PATIENCE_SECONDS = 30;

    private final Set<Thread> readers = ConcurrentHashMap.newKeySet();

    /** Bytes from a seed that compress somewhat; what reads them is remembered. */
    private InputStream noise(int size, int seed) {
        readers.add(Thread.currentThread());
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (bytes[i] & 0x1f);
        }
        return new ByteArrayInputStream(bytes);
    }

    private ImageBuilder image() {
        ImageBuilder image = ImageBuilder.fromNothing().platforms(LINUX_AMD64, LINUX_ARM64);
        for (int i = 0; i < 5; i++) {
            int seed = i;
            int size = i == 1 ? LARGE : 100_000 * (i + 1);
            image = image.layer(layer(size, () -> noise(size, seed), "/shared" + i));
        }
        return image.layerFor(platform ->
                layer(50_000, () -> noise(50_000, platform.architecture().hashCode()), "/own"));
    }

    private static LayerRecipe layer(int size, Supplier<InputStream> content, String path) {
        return generated(size, content).into(path).mode(0644);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void the_image_does_not_depend_on_the_number_of_threads(int threads) {
        BuildResult alone = image().threads(1).build(MemoryStore.create(), "a");
        readers.clear();
        BuildResult built = image().threads(threads).build(MemoryStore.create(), "a");
        assertThat(built.descriptor()).isEqualTo(alone.descriptor());
        assertThat(readers).hasSizeLessThanOrEqualTo(threads);
        assertThat(readers).allMatch(thread -> thread == Thread.currentThread() || !thread.isAlive());
    }

    @Test
    void layers_are_made_at_the_same_time() {
        CountDownLatch both = new CountDownLatch(2);
        Supplier<InputStream> meeting = () -> {
            both.countDown();
            await(both);
            return InputStream.nullInputStream();
        };
        BuildResult built = ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64)
                .layer(layer(0, meeting, "/a"))
                .layer(layer(0, meeting, "/b"))
                .threads(2)
                .build(MemoryStore.create());
        assertThat(built.images()).hasSize(1);
    }

    /** Noise of two frames; having given the first, it looks for somebody else who compresses that. */
    private static InputStream helped(Set<Thread> helpers) {
        Random noise = new Random(1);
        return new InputStream() {
            private int given;

            @Override
            public int read() {
                return -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int wanted) {
                int length = Math.min(wanted, 2 * FRAME - given);
                if (length == 0) {
                    return -1;
                }
                byte[] more = new byte[length];
                noise.nextBytes(more);
                System.arraycopy(more, 0, bytes, offset, length);
                given += length;
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
                while (given > FRAME + (1 << 20) && helpers.isEmpty() && System.nanoTime() < end) {
                    Thread.getAllStackTraces().forEach((thread, stack) -> {
                        if (thread != Thread.currentThread()
                                && Stream.of(stack)
                                        .anyMatch(at -> at.getClassName().equals("dev.lading.zstd.Frame"))) {
                            helpers.add(thread);
                        }
                    });
                }
                return length;
            }
        };
    }

    @Test
    void a_zstd_layer_that_is_alone_is_compressed_by_several_threads() {
        Set<Thread> helpers = new HashSet<>();
        ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64)
                .compression(Compression.zstd(15))
                .layer(layer(2 * FRAME, () -> helped(helpers), "/a"))
                .threads(2)
                .build(MemoryStore.create());
        assertThat(helpers).hasSize(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new UncheckedIOException(new IOException("nobody came"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted"));
        }
    }

    @Test
    void the_first_failure_ends_the_others() {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Supplier<InputStream> waits = () -> {
            started.countDown();
            await(never);
            return InputStream.nullInputStream();
        };
        Supplier<InputStream> fails = () -> {
            await(started);
            throw new UncheckedIOException(new IOException("broken on purpose"));
        };
        MemoryStore store = MemoryStore.create();
        ImageBuilder image = ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64)
                .layer(layer(0, waits, "/a"))
                .layer(layer(0, fails, "/b"))
                .threads(2);
        assertThatThrownBy(() -> image.build(store, "a"))
                .isInstanceOf(ProducerFailedException.class)
                .hasMessageContaining("broken on purpose");
        assertThat(store.find("a")).isEmpty();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void an_interrupt_ends_all_of_them_and_is_kept(int threads) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        List<Boolean> flag = new ArrayList<>();
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        ImageBuilder image = ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64)
                .compression(Compression.gzip(9))
                .layer(layer(Integer.MAX_VALUE, () -> endless(started), "/a"))
                .layer(layer(Integer.MAX_VALUE, () -> endless(started), "/b"))
                .threads(threads);
        Thread builder = new Thread(() -> {
            try {
                image.build(MemoryStore.create(), "a");
            } catch (RuntimeException e) {
                thrown.set(e);
            }
            flag.add(Thread.currentThread().isInterrupted());
        });
        builder.start();
        assertThat(started.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        builder.interrupt();
        builder.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        assertThat(builder.isAlive()).isFalse();
        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        assertThat(flag).containsExactly(true);
    }

    private static InputStream endless(CountDownLatch started) {
        started.countDown();
        return new InputStream() {
            @Override
            public int read() {
                return 7;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                for (int i = 0; i < length; i++) {
                    bytes[offset + i] = (byte) (i * i >>> 3);
                }
                return length;
            }
        };
    }
}
