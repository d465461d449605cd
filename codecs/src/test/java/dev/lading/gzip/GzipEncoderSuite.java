package dev.lading.gzip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds for an encoder with any number of threads of any kind; the JDK's decoder and our own are the judges. */
abstract class GzipEncoderSuite {
    /**
     * The digest of what each level makes of {@link Samples#mixed} with size and seed 3,300,000. The same on every
     * machine; another one means that layers made by this version have other digests than before.
     */
    private static final String DIGESTS = """
            1 ea9cc86297beb9bbd80cd4a8426858b80a8aa4b8d928db6a9e46145f9e7f02a8
            2 8b54dcceab16b9b115e62c680e9864890bc66cac68bd2518ecb290c8026845a8
            3 d1eae6a81bb25853ae6bfb11e07d832676dcf0e5a51159d800a264bf88ef92ac
            4 27ec88c794844365c7a8620e8d33402cb5e7a3f6f5a085c3fca3833e85940e47
            5 40822149ad1735fc44448f27d6bed287f72ecb0a1cb6d854049951afa65dffeb
            6 bbaf33136363d9f24e821ecceac7717e6567e66b5a83770170bfde03a115f61d
            7 33c4e82229810518c84ba9a04c2633faa449f991539f70720489f23a1ef6ad72
            8 81c6b28d506b1dffa6108e74fa711c56615df91e7ea24c053c00684da8200613
            9 7242c180385b62ee7625ffb6de45fe23a5027b97c5156e8ea8d338bd2694e842
            """;

    abstract GzipEncoder encoder(OutputStream out, int level);

    /** The levels that are tried with every sample. */
    List<Integer> levels() {
        return List.of(1, 6);
    }

    private byte[] compressed(byte[] content, int level, int cut) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GzipEncoder encoder = encoder(out, level)) {
            for (int i = 0; i < content.length; i += cut) {
                encoder.write(content, i, Math.min(cut, content.length - i));
            }
            encoder.finish();
        }
        return out.toByteArray();
    }

    private static void assertHolds(byte[] gzip, byte[] content, String what) throws IOException {
        try (InputStream judge = new GZIPInputStream(new ByteArrayInputStream(gzip), 65_536)) {
            assertThat(judge.readAllBytes()).as("%s, read by the JDK", what).isEqualTo(content);
        }
        try (InputStream own = new GzipDecoder(new ByteArrayInputStream(gzip))) {
            assertThat(own.readAllBytes()).as("%s, read by us", what).isEqualTo(content);
        }
    }

    @Test
    void content_of_every_kind_and_size_comes_back_at_every_level() throws IOException {
        for (Map.Entry<String, byte[]> sample : Samples.ofEveryKind().entrySet()) {
            for (int level : levels()) {
                byte[] gzip = compressed(sample.getValue(), level, 10_000);
                assertHolds(gzip, sample.getValue(), sample.getKey() + ", level " + level);
            }
        }
    }

    @Test
    void the_bytes_are_known_beforehand() throws IOException, NoSuchAlgorithmException {
        byte[] content = Samples.mixed(3_300_000, 3_300_000);
        StringBuilder digests = new StringBuilder();
        for (int level = GzipEncoder.MIN_LEVEL; level <= GzipEncoder.MAX_LEVEL; level++) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(compressed(content, level, 77_777));
            digests.append(level)
                    .append(' ')
                    .append(HexFormat.of().formatHex(digest))
                    .append('\n');
        }
        assertThat(digests).hasToString(DIGESTS);
    }

    @Test
    void the_bytes_do_not_depend_on_how_writes_are_cut() throws IOException {
        byte[] content = Samples.mixed(2_400_000, 8);
        byte[] whole = compressed(content, 6, content.length);
        for (int cut : new int[] {4096, 65_535, 65_536, Samples.SEGMENT - 1, Samples.SEGMENT, Samples.SEGMENT + 1}) {
            assertThat(compressed(content, 6, cut)).as("cut %d", cut).isEqualTo(whole);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GzipEncoder encoder = encoder(out, 6)) {
            for (byte b : content) {
                encoder.write(b);
                encoder.flush();
                encoder.write(content, 0, 0);
            }
            encoder.finish();
        }
        assertThat(out.toByteArray()).isEqualTo(whole);
    }

    @Test
    void noise_grows_by_less_than_a_thousandth() throws IOException {
        byte[] noise = Samples.noise(3_000_000, 9);
        for (int level = GzipEncoder.MIN_LEVEL; level <= GzipEncoder.MAX_LEVEL; level++) {
            assertThat(compressed(noise, level, 65_536)).hasSizeLessThan(3_003_000);
        }
    }

    @Test
    void zeros_nearly_vanish() throws IOException {
        assertThat(compressed(new byte[3_000_000], 6, 65_536)).hasSizeLessThan(4_000);
    }

    @Test
    void short_matches_are_left_where_few_letters_make_literals_cheap() throws IOException {
        for (int letters : new int[] {4, 16, 26, 50}) {
            byte[] content = new byte[500_000];
            Random random = new Random(letters);
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) (40 + random.nextInt(letters));
            }
            Deflater zlib = new Deflater(6, true);
            zlib.setInput(content);
            zlib.finish();
            int theirs = zlib.deflate(new byte[content.length]);
            zlib.end();
            assertThat(compressed(content, 6, 65_536)).as("%d letters", letters).hasSizeLessThan(theirs);
        }
    }

    @Test
    void seeded_content_comes_back() throws IOException {
        fuzz(11, 60);
    }

    @Test
    @Tag("long")
    void much_seeded_content_comes_back() throws IOException {
        fuzz(12, 1500);
    }

    private void fuzz(long seed, int rounds) throws IOException {
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            int size = random.nextInt(round % 10 == 0 ? 2_500_000 : 60_000);
            byte[] content = Samples.mixed(size, random.nextLong());
            int level = 1 + random.nextInt(9);
            int cut = 1 + random.nextInt(100_000);
            assertHolds(compressed(content, level, cut), content, "seed " + seed + ", round " + round);
        }
    }

    @Test
    void an_interrupt_ends_writing_and_keeps_the_flag() throws InterruptedException {
        byte[] content = Samples.mixed(1 << 20, 13);
        CountDownLatch underway = new CountDownLatch(3);
        AtomicReference<Throwable> end = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>(false);
        Thread writer = new Thread(() -> {
            OutputStream out = new OutputStream() {
                @Override
                public void write(int b) {}

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    underway.countDown();
                }
            };
            try (GzipEncoder encoder = encoder(out, 9)) {
                while (true) {
                    encoder.write(content);
                }
            } catch (IOException e) {
                end.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        writer.start();
        underway.await();
        writer.interrupt();
        writer.join();
        assertThat(end.get()).isInstanceOf(InterruptedIOException.class);
        assertThat(flag.get()).isTrue();
    }

    @Test
    void an_interrupt_before_the_end_leaves_the_member_without_it() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GzipEncoder encoder = encoder(out, 6);
        encoder.write(Samples.mixed(100_000, 14));
        Thread.currentThread().interrupt();
        assertThatThrownBy(encoder::finish).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(encoder::finish).isInstanceOf(IOException.class).hasMessageContaining("closed");
        assertThat(out.size()).isEqualTo(10);
    }

    @Test
    void a_failure_of_the_stream_beneath_ends_everything() throws IOException {
        OutputStream broken = new OutputStream() {
            private int written;

            @Override
            public void write(int b) {}

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                written += length;
                if (written > 2_000_000) {
                    throw new IOException("disk full");
                }
            }
        };
        byte[] noise = Samples.noise(1 << 20, 15);
        GzipEncoder encoder = encoder(broken, 6);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        encoder.write(noise);
                    }
                })
                .hasMessage("disk full");
        assertThatThrownBy(() -> encoder.write(1)).hasMessageContaining("closed");
        assertThatThrownBy(encoder::finish).hasMessageContaining("closed");
    }

    @Test
    void closing_in_the_middle_abandons_what_was_written() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GzipEncoder encoder = encoder(out, 9);
        byte[] content = Samples.mixed(1 << 20, 16);
        for (int i = 0; i < 6; i++) {
            encoder.write(content);
        }
        encoder.close();
        int length = out.size();
        encoder.close();
        assertThat(out.size()).isEqualTo(length);
        assertThatThrownBy(() -> assertHolds(out.toByteArray(), content, "part"))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> encoder.write(1)).hasMessageContaining("closed");
    }

    @Test
    void finishing_twice_writes_once_and_nothing_may_follow() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GzipEncoder encoder = encoder(out, 6);
        encoder.write(1);
        encoder.finish();
        int length = out.size();
        encoder.finish();
        encoder.close();
        assertThat(out.size()).isEqualTo(length);
        assertThatThrownBy(() -> encoder.write(1)).hasMessageContaining("finished");
    }
}
