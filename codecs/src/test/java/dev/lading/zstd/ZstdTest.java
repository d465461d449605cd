package dev.lading.zstd;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZstdTest {
    private static byte[] sample(int length) {
        Random random = new Random(length);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i / 1000 % 2 == 0 ? "abcdefg ".charAt(random.nextInt(8)) : random.nextInt());
        }
        return bytes;
    }

    private static byte[] compressed(byte[] content, int level, int threads, int cut) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdEncoder encoder = new ZstdEncoder(out, level, threads)) {
            for (int i = 0; i < content.length; i += cut) {
                encoder.write(content, i, Math.min(cut, content.length - i));
            }
            encoder.finish();
        }
        return out.toByteArray();
    }

    private static byte[] decompressed(byte[] zstd) throws IOException {
        try (ZstdDecoder in = new ZstdDecoder(new ByteArrayInputStream(zstd))) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 200_000, 9_000_000})
    void what_was_compressed_comes_back(int length) throws IOException {
        byte[] content = sample(length);
        byte[] zstd = compressed(content, Zstd.DEFAULT_LEVEL, 1, 8192);
        assertThat(Zstd.isZstd(zstd)).isTrue();
        assertThat(decompressed(zstd)).isEqualTo(content);
    }

    @Test
    void the_bytes_depend_neither_on_threads_and_executors_nor_on_how_the_writes_are_cut() throws IOException {
        byte[] content = sample(5 * Frame.BYTES + 12_345);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        Executor never = task -> {};
        Executor refusing = task -> {
            throw new RejectedExecutionException("on purpose");
        };
        try {
            // From 5 on zstd's tables have a seed that changes where a context is used again.
            for (int level : new int[] {1, 3, 6}) {
                byte[] first = compressed(content, level, 1, 1 << 20);
                assertThat(compressed(content, level, 2, 777)).isEqualTo(first);
                assertThat(compressed(content, level, 4, content.length)).isEqualTo(first);
                for (Executor executor : List.of(pool, never, refusing)) {
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    try (ZstdEncoder encoder = new ZstdEncoder(out, level, 3, executor)) {
                        encoder.write(content);
                        encoder.finish();
                    }
                    assertThat(out.toByteArray()).isEqualTo(first);
                }
                assertThat(decompressed(first)).isEqualTo(content);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere threads of native libraries are not seen")
    void no_more_threads_compress_than_are_asked_for_and_all_of_them_do() throws Exception {
        byte[] content = sample(6 * Frame.BYTES);
        for (int threads = 1; threads <= 3; threads++) {
            int asked = threads;
            FutureTask<Integer> most = new FutureTask<>(() -> {
                // A thread that a native library starts has the name of the one that started it.
                AtomicInteger seen = new AtomicInteger();
                OutputStream counting = new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        write(new byte[] {(byte) b}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        seen.accumulateAndGet(compressing(), Math::max);
                    }
                };
                try (ZstdEncoder encoder = new ZstdEncoder(counting, 3, asked)) {
                    encoder.write(content);
                    encoder.finish();
                }
                return seen.get();
            });
            Thread owner = new Thread(most, "lading-zstd-me");
            owner.start();
            assertThat(most.get(60, TimeUnit.SECONDS)).isEqualTo(threads);
            owner.join();
        }
    }

    private static int compressing() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                try {
                    count += Files.readString(task.resolve("comm")).startsWith("lading-zstd") ? 1 : 0;
                } catch (IOException e) {
                    // It has ended meanwhile.
                }
            }
        }
        return count;
    }

    @Test
    void an_interrupt_ends_the_compressing_and_its_threads() throws IOException {
        byte[] content = sample(2 * Frame.BYTES);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdEncoder encoder = new ZstdEncoder(out, 3, 2)) {
            encoder.write(content);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> encoder.write(content)).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThatThrownBy(encoder::finish).hasMessageContaining("closed");
        }
    }

    @Test
    void a_stream_beneath_that_fails_ends_the_compressing_and_its_threads() throws IOException {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("the wire broke");
            }
        };
        try (ZstdEncoder encoder = new ZstdEncoder(broken, 1, 3)) {
            assertThatThrownBy(() -> {
                        encoder.write(sample(5 * Frame.BYTES));
                        encoder.finish();
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessage("the wire broke");
            assertThatThrownBy(() -> encoder.write(1)).hasMessageContaining("closed");
        }
    }

    @Test
    void several_frames_are_one_stream_and_skippable_ones_are_skipped() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(new byte[] {0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9});
        all.writeBytes(compressed("one ".getBytes(US_ASCII), 1, 1, 10));
        all.writeBytes(compressed("two".getBytes(US_ASCII), 9, 1, 10));
        assertThat(Zstd.isZstd(all.toByteArray())).isTrue();
        assertThat(decompressed(all.toByteArray())).asString().isEqualTo("one two");
    }

    @Test
    void a_stream_that_is_cut_altered_or_followed_by_something_else_is_refused() throws IOException {
        byte[] zstd = compressed(sample(300_000), 3, 1, 8192);
        byte[] cut = Arrays.copyOf(zstd, zstd.length - 1);
        byte[] altered = zstd.clone();
        altered[zstd.length / 2] ^= 1;
        byte[] followed = Arrays.copyOf(zstd, zstd.length + 100);
        Arrays.fill(followed, zstd.length, followed.length, (byte) 'x');
        for (byte[] wrong : new byte[][] {cut, altered, followed}) {
            assertThatThrownBy(() -> decompressed(wrong))
                    .isInstanceOf(ZstdException.class)
                    .hasMessageContaining("no correct zstd stream");
        }
    }

    @Test
    void closed_without_being_finished_it_writes_no_more() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ZstdEncoder encoder = new ZstdEncoder(out, 3, 2);
        encoder.write(sample(5_000_000));
        encoder.close();
        encoder.close();
        assertThat(out.size()).isZero();
        assertThatThrownBy(() -> encoder.write(1)).isInstanceOf(IOException.class);
        assertThatThrownBy(encoder::finish).isInstanceOf(IOException.class);
    }

    @Test
    void levels_and_threads_out_of_range_are_refused_by_name() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThatThrownBy(() -> new ZstdEncoder(out, 0, 1)).hasMessageContaining("level 0");
        assertThatThrownBy(() -> new ZstdEncoder(out, 20, 1)).hasMessageContaining("level 20");
        assertThatThrownBy(() -> new ZstdEncoder(out, 3, 0)).hasMessageContaining("at least one thread");
    }

    @Test
    void other_first_bytes_are_not_zstd() {
        assertThat(Zstd.isZstd(new byte[] {0x28, (byte) 0xb5, 0x2f})).isFalse();
        assertThat(Zstd.isZstd(new byte[] {0x1f, (byte) 0x8b, 8, 0})).isFalse();
    }

    @Test
    void without_the_library_it_is_said_what_to_add() throws Exception {
        URL ours = Zstd.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader alone = new URLClassLoader(new URL[] {ours}, ClassLoader.getPlatformClassLoader())) {
            Object missing =
                    alone.loadClass(Zstd.class.getName()).getMethod("missing").invoke(null);
            assertThat(missing).asString().contains("Add com.github.luben:zstd-jni");
            Constructor<?> decoder =
                    alone.loadClass(ZstdDecoder.class.getName()).getConstructor(InputStream.class);
            assertThatThrownBy(() -> decoder.newInstance(InputStream.nullInputStream()))
                    .hasRootCauseMessage(
                            "zstd needs the library zstd-jni, which is not on the class path or module path."
                                    + " Add com.github.luben:zstd-jni.");
        }
    }
}
