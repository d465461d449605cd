package dev.lading.gzip;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipTest {
    private static byte[] compressed(byte[] content, int level, int cut) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GzipEncoder encoder = new GzipEncoder(out, level)) {
            for (int i = 0; i < content.length; i += cut) {
                encoder.write(content, i, Math.min(cut, content.length - i));
            }
            encoder.finish();
        }
        return out.toByteArray();
    }

    private static byte[] decompressed(byte[] gzip) throws IOException {
        try (InputStream in = new GzipDecoder(new ByteArrayInputStream(gzip))) {
            return in.readAllBytes();
        }
    }

    /** Half text, half noise: neither trivial nor incompressible. */
    private static byte[] sample(int length) {
        Random random = new Random(length);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i / 1000 % 2 == 0 ? "abcdefg ".charAt(random.nextInt(8)) : random.nextInt());
        }
        return bytes;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 65_535, 65_536, 65_537, 1_000_000})
    void content_comes_back_here_and_in_the_jdk_at_every_level(int length) throws IOException {
        byte[] content = sample(length);
        for (int level = GzipEncoder.MIN_LEVEL; level <= GzipEncoder.MAX_LEVEL; level++) {
            byte[] gzip = compressed(content, level, 8192);
            assertThat(decompressed(gzip)).isEqualTo(content);
            try (InputStream judge = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
                assertThat(judge.readAllBytes()).isEqualTo(content);
            }
        }
    }

    @Test
    void the_bytes_do_not_depend_on_how_writes_are_cut() throws IOException {
        byte[] content = sample(300_000);
        byte[] whole = compressed(content, 6, content.length);
        for (int cut : new int[] {1, 7, 512, 4096, 65_535, 65_536, 65_537, 100_000}) {
            assertThat(compressed(content, 6, cut)).as("cut %d", cut).isEqualTo(whole);
        }
    }

    @Test
    void the_header_is_fixed() throws IOException {
        byte[] start = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0};
        assertThat(compressed(text("x"), 1, 1)).startsWith(start).contains(4, org.assertj.core.data.Index.atIndex(8));
        assertThat(compressed(text("x"), 6, 1)).startsWith(start).contains(0, org.assertj.core.data.Index.atIndex(8));
        assertThat(compressed(text("x"), 9, 1)).startsWith(start).contains(2, org.assertj.core.data.Index.atIndex(8));
        assertThat(compressed(text("x"), 6, 1)[9]).isEqualTo((byte) 255);
    }

    @Test
    void levels_out_of_range_are_refused() {
        OutputStream out = OutputStream.nullOutputStream();
        assertThatThrownBy(() -> new GzipEncoder(out, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GzipEncoder(out, 10)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_encoder_closed_without_finish_leaves_a_stream_that_readers_refuse() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GzipEncoder encoder = new GzipEncoder(out, 6);
        encoder.write(sample(200_000));
        encoder.close();
        assertThatThrownBy(() -> decompressed(out.toByteArray())).isInstanceOf(GzipException.class);
        assertThatThrownBy(() -> encoder.write(1)).isInstanceOf(IOException.class);
        assertThatThrownBy(encoder::finish).isInstanceOf(IOException.class);
    }

    @Test
    void an_encoder_whose_sink_fails_passes_the_failure_on() {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("sink");
            }
        };
        try (GzipEncoder encoder = new GzipEncoder(broken, 6)) {
            assertThatThrownBy(() -> encoder.write(1)).hasMessage("sink");
        }
    }

    @Test
    void all_members_count() throws IOException {
        byte[] gzip = concat(
                compressed(text("one"), 6, 3), compressed(new byte[0], 6, 1), compressed(sample(100_000), 1, 999));
        assertThat(decompressed(gzip)).isEqualTo(concat(text("one"), sample(100_000)));
    }

    @Test
    void bytes_behind_the_last_member_are_refused_with_their_offset() throws IOException {
        byte[] member = compressed(text("content"), 6, 7);
        for (byte[] garbage : new byte[][] {{0}, text("garbage"), {0x1f}, {0x1f, 0x00}, new byte[512]}) {
            GzipException e = catchThrowableOfType(GzipException.class, () -> decompressed(concat(member, garbage)));
            assertThat(e).as(Arrays.toString(garbage)).isNotNull();
            assertThat(e.offset()).isBetween((long) member.length, member.length + 1L);
        }
    }

    @Test
    void a_stream_cut_anywhere_is_refused() throws IOException {
        byte[] gzip = compressed(sample(3000), 6, 3000);
        for (int cut = 0; cut < gzip.length; cut++) {
            byte[] part = Arrays.copyOf(gzip, cut);
            assertThatThrownBy(() -> decompressed(part)).as("cut at %d", cut).isInstanceOf(GzipException.class);
        }
    }

    @Test
    void a_flipped_bit_in_the_trailer_is_refused() throws IOException {
        byte[] gzip = compressed(sample(3000), 6, 3000);
        for (int i = gzip.length - 8; i < gzip.length; i++) {
            byte[] bad = gzip.clone();
            bad[i] ^= 1;
            assertThatThrownBy(() -> decompressed(bad))
                    .isInstanceOf(GzipException.class)
                    .hasMessageContaining("agree");
        }
    }

    @Test
    void damaged_streams_give_typed_errors_or_the_same_content() throws IOException {
        byte[] content = sample(3000);
        byte[] gzip = compressed(content, 6, 3000);
        Random random = new Random(7);
        for (int round = 0; round < 5000; round++) {
            byte[] bad = gzip.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                // time, extra flags and system are not protected by anything
                assertThat(decompressed(bad)).isEqualTo(content);
            } catch (IOException e) {
                assertThat(e).isInstanceOf(GzipException.class);
            }
        }
    }

    @Test
    void every_header_field_is_skipped_and_its_checksum_checked() throws IOException {
        byte[] plain = compressed(text("content"), 6, 7);
        byte[] body = Arrays.copyOfRange(plain, 10, plain.length);
        byte[] header = concat(
                new byte[] {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3},
                new byte[] {3, 0, 'e', 'x', 't'},
                text("name\0"),
                text("comment\0"));
        CRC32 crc = new CRC32();
        crc.update(header);
        byte[] sum = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
        assertThat(decompressed(concat(header, sum, body))).isEqualTo(text("content"));
        sum[0] ^= 1;
        assertThatThrownBy(() -> decompressed(concat(header, sum, body)))
                .isInstanceOf(GzipException.class)
                .hasMessageContaining("header's checksum");
    }

    @Test
    void other_methods_and_reserved_flags_are_refused() throws IOException {
        byte[] method = compressed(text("x"), 6, 1);
        method[2] = 7;
        assertThatThrownBy(() -> decompressed(method)).hasMessageContaining("method 7");
        byte[] flags = compressed(text("x"), 6, 1);
        flags[3] = (byte) 0x80;
        assertThatThrownBy(() -> decompressed(flags)).hasMessageContaining("reserved flags");
        assertThatThrownBy(() -> decompressed(text("plain text"))).hasMessageContaining("not a gzip stream");
        assertThatThrownBy(() -> decompressed(new byte[0])).isInstanceOf(GzipException.class);
    }

    @Test
    void a_stream_that_gives_one_byte_at_a_time_is_read_whole() throws IOException {
        byte[] content = sample(50_000);
        byte[] gzip = concat(compressed(content, 6, 4096), compressed(content, 9, 4096));
        InputStream slow = new ByteArrayInputStream(gzip) {
            @Override
            public int read(byte[] b, int off, int len) {
                return super.read(b, off, Math.min(1, len));
            }
        };
        try (GzipDecoder decoder = new GzipDecoder(slow)) {
            assertThat(decoder.readAllBytes()).isEqualTo(concat(content, content));
            assertThat(decoder.position()).isEqualTo(gzip.length);
        }
    }

    @Test
    void what_the_jdk_writes_is_read() throws IOException {
        byte[] content = sample(123_456);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        assertThat(decompressed(out.toByteArray())).isEqualTo(content);
    }

    @Test
    void gzip_is_told_by_its_first_three_bytes() throws IOException {
        assertThat(GzipDecoder.isGzip(compressed(text("x"), 6, 1))).isTrue();
        assertThat(GzipDecoder.isGzip(new byte[] {0x1f, (byte) 0x8b})).isFalse();
        assertThat(GzipDecoder.isGzip(new byte[0])).isFalse();
        assertThat(GzipDecoder.isGzip(text("BZh9"))).isFalse();
    }

    @Test
    void a_closed_decoder_is_not_read() throws IOException {
        GzipDecoder decoder = new GzipDecoder(new ByteArrayInputStream(compressed(text("x"), 6, 1)));
        decoder.close();
        assertThatThrownBy(decoder::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }
}
