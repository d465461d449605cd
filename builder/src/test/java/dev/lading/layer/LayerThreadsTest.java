package dev.lading.layer;

import static dev.lading.layer.Compression.gzip;
import static dev.lading.layer.Compression.none;
import static dev.lading.layer.Compression.zstd;
import static dev.lading.layer.LayerRecipe.folder;
import static dev.lading.layer.LayerRecipe.generated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Layer;
import dev.lading.oci.content.IngestRun;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.ProducerFailedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One layer and several threads: the same bytes, and every way to end leaves no thread behind. */
class LayerThreadsTest {
    private static final int LARGE = 9 << 20;

    @TempDir
    Path temp;

    private final MemoryStore store = MemoryStore.create();

    private LayerRecipe large() throws IOException {
        byte[] content = new byte[LARGE];
        new Random(3).nextBytes(content);
        for (int i = 0; i < LARGE; i++) {
            content[i] = (byte) (content[i] & 0x3f);
        }
        Files.write(temp.resolve("large"), content);
        for (int i = 0; i < 300; i++) {
            Files.write(temp.resolve("small" + i), new byte[i * 7]);
        }
        return folder(temp);
    }

    @Test
    void the_bytes_do_not_depend_on_threads_and_executors() throws IOException {
        LayerRecipe recipe = large();
        Executor never = task -> {};
        Executor refusing = task -> {
            throw new RejectedExecutionException("on purpose");
        };
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            for (Compression compression : List.of(none(), gzip(1), gzip(6), zstd())) {
                LayerWriter writer = LayerWriter.with(compression);
                Layer alone = writer.threads(1).write(recipe, store);
                assertThat(writer.write(recipe, store)).isEqualTo(alone);
                assertThat(writer.threads(5).write(recipe, store)).isEqualTo(alone);
                for (Executor executor : List.of(never, refusing, pool)) {
                    assertThat(writer.threads(3).executor(executor).write(recipe, store))
                            .isEqualTo(alone);
                }
            }
        } finally {
            pool.shutdownNow();
        }
        assertThatThrownBy(() -> LayerWriter.with(none()).threads(0)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void one_thread_is_the_callers_alone() throws IOException {
        LayerRecipe recipe = large();
        for (Compression compression : List.of(none(), gzip(1), zstd())) {
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            LayerWriter.with(compression)
                    .threads(1)
                    .executor(task -> seen.add(new Thread(task)))
                    .observing((path, first) -> seen.add(Thread.currentThread()))
                    .write(recipe, store);
            assertThat(seen).containsExactly(Thread.currentThread());
        }
    }

    @Test
    void what_fails_while_it_is_read_ahead_fails_the_layer_as_ever() {
        LayerRecipe broken = generated(LARGE, () -> new InputStream() {
                    private int left = LARGE / 2;

                    @Override
                    public int read() throws IOException {
                        return read(new byte[1], 0, 1);
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        if (left == 0) {
                            throw new IOException("broken on purpose");
                        }
                        int n = Math.min(length, left);
                        left -= n;
                        return n;
                    }
                })
                .into("/x")
                .mode(0644);
        for (int threads : List.of(1, 2)) {
            assertThatThrownBy(() -> LayerWriter.with(none()).threads(threads).write(broken, store))
                    .isInstanceOf(ProducerFailedException.class)
                    .hasMessageContaining("broken on purpose");
        }
        LayerRecipe unchecked = generated(LARGE, () -> {
                    throw new IllegalStateException("a supplier's own");
                })
                .into("/x")
                .mode(0644);
        assertThatThrownBy(() -> LayerWriter.with(none()).threads(2).write(unchecked, store))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a supplier's own");
    }

    @Test
    void a_target_that_fails_ends_the_reading_ahead() throws IOException {
        LayerRecipe recipe = large();
        Producer<Boolean> failing = out -> {
            try {
                ReadAhead.pass(to -> new LayerTar(scanned(recipe), LayerNotes.NONE).writeTo(to), out);
            } finally {
                assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().equals("lading layer reading"));
            }
            return true;
        };
        assertThatThrownBy(() -> IngestRun.of(failing, new OutputStream() {
                    private int count;

                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("no such writing");
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        count += length;
                        if (count > 1 << 20) {
                            throw new IOException("the wire broke");
                        }
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("the wire broke");
    }

    private static List<LayerEntry> scanned(LayerRecipe recipe) {
        try (RecipeScan scan = RecipeScan.of(recipe.root(), false)) {
            return scan.entries();
        }
    }

    @Test
    void an_interrupt_ends_the_caller_and_what_reads_ahead_for_it() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        LayerRecipe recipe = generated(LARGE, () -> {
                    reading.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new UncheckedIOException(new IOException("woken"));
                    }
                    return new ByteArrayInputStream(new byte[LARGE]);
                })
                .into("/x")
                .mode(0644);
        AtomicBoolean cancelled = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            try {
                LayerWriter.with(none()).threads(2).write(recipe, store);
            } catch (CancelledException e) {
                cancelled.set(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        caller.join(30_000);
        assertThat(caller.isAlive()).isFalse();
        assertThat(cancelled).isTrue();
    }
}
