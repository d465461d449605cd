package dev.lading.zstd;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
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

    private static byte[] compressed(byte[] content, int level, int workers, int cut) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdEncoder encoder = new ZstdEncoder(out, level, workers)) {
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
    void the_bytes_depend_neither_on_the_number_of_workers_nor_on_how_the_writes_are_cut() throws IOException {
        byte[] content = sample(12_000_000);
        byte[] first = compressed(content, 3, 1, 1 << 20);
        assertThat(compressed(content, 3, 2, 777)).isEqualTo(first);
        assertThat(compressed(content, 3, 4, content.length)).isEqualTo(first);
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
    void closed_without_being_finished_it_lacks_its_end() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ZstdEncoder encoder = new ZstdEncoder(out, 3, 2);
        encoder.write(sample(5_000_000));
        encoder.close();
        encoder.close();
        if (out.size() > 0) {
            assertThatThrownBy(() -> decompressed(out.toByteArray())).isInstanceOf(ZstdException.class);
        }
        assertThatThrownBy(() -> encoder.write(1)).isInstanceOf(IOException.class);
        assertThatThrownBy(encoder::finish).isInstanceOf(IOException.class);
    }

    @Test
    void levels_and_workers_out_of_range_are_refused_by_name() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThatThrownBy(() -> new ZstdEncoder(out, 0, 1)).hasMessageContaining("level 0");
        assertThatThrownBy(() -> new ZstdEncoder(out, 20, 1)).hasMessageContaining("level 20");
        assertThatThrownBy(() -> new ZstdEncoder(out, 3, 0)).hasMessageContaining("worker");
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
