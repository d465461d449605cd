package dev.lading.gzip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our inflating beside the JDK's: the same verdict and the same bytes, for what is right and for what is not. */
class InflateTest {
    /** What came out, and how much of the input was used. */
    private record Outcome(byte[] content, long used) {}

    private static Optional<Outcome> ours(byte[] deflated, int pieces) throws IOException {
        InputStream in = new ByteArrayInputStream(deflated) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, pieces));
            }
        };
        Inflate inflate = new Inflate(in);
        inflate.begin();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[10_000];
        try {
            for (int n = inflate.read(buffer, 0, buffer.length); n >= 0; n = inflate.read(buffer, 0, buffer.length)) {
                out.write(buffer, 0, n);
            }
            return Optional.of(new Outcome(out.toByteArray(), inflate.position()));
        } catch (GzipException e) {
            return Optional.empty();
        }
    }

    private static Optional<Outcome> theirs(byte[] deflated) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(deflated);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[10_000];
            while (!inflater.finished()) {
                int n = inflater.inflate(buffer);
                if (n == 0 && !inflater.finished()) {
                    return Optional.empty();
                }
                out.write(buffer, 0, n);
            }
            return Optional.of(new Outcome(out.toByteArray(), inflater.getBytesRead()));
        } catch (DataFormatException e) {
            return Optional.empty();
        } finally {
            inflater.end();
        }
    }

    private static void agree(byte[] deflated, int pieces, String what) throws IOException {
        Optional<Outcome> ours = ours(deflated, pieces);
        Optional<Outcome> theirs = theirs(deflated);
        assertThat(ours.isPresent()).as(what).isEqualTo(theirs.isPresent());
        if (ours.isPresent()) {
            assertThat(ours.get().content())
                    .as(what)
                    .isEqualTo(theirs.orElseThrow().content());
            assertThat(ours.get().used())
                    .as(what)
                    .isEqualTo(theirs.orElseThrow().used());
        }
    }

    private static byte[] deflated(byte[] content, int level, int strategy) {
        Deflater deflater = new Deflater(level, true);
        try {
            deflater.setStrategy(strategy);
            deflater.setInput(content);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /** Runs, words, noise and far repetitions, so that every kind of block and match occurs. */
    private static byte[] content(Random random, int length) {
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length) {
            int n = Math.min(length - at, 1 + random.nextInt(2000));
            switch (random.nextInt(4)) {
                case 0 -> Arrays.fill(bytes, at, at + n, (byte) random.nextInt());
                case 1 -> {
                    for (int i = at; i < at + n; i++) {
                        bytes[i] = (byte) "einzwei \n".charAt(random.nextInt(9));
                    }
                }
                case 2 -> {
                    for (int i = at; i < at + n; i++) {
                        bytes[i] = (byte) random.nextInt();
                    }
                }
                default -> {
                    int back = at == 0 ? 0 : 1 + random.nextInt(Math.min(at, 33_000));
                    for (int i = at; i < at + n; i++) {
                        bytes[i] = back == 0 ? 7 : bytes[i - back];
                    }
                }
            }
            at += n;
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 700, 65_536})
    void all_that_the_jdk_writes_is_read_whichever_way_it_comes(int pieces) throws IOException {
        Random random = new Random(pieces);
        for (int round = 0; round < 40; round++) {
            byte[] content = content(random, random.nextInt(pieces < 16 ? 20_000 : 300_000));
            for (int level : new int[] {0, 1, 6, 9}) {
                int strategy = random.nextInt(3);
                byte[] deflated = deflated(content, level, strategy);
                Outcome outcome = ours(deflated, pieces).orElseThrow();
                assertThat(outcome.content()).isEqualTo(content);
                assertThat(outcome.used()).isEqualTo(deflated.length);
            }
        }
    }

    @Test
    void altered_and_cut_streams_get_the_verdict_that_zlib_gives() throws IOException {
        Random random = new Random(42);
        for (int round = 0; round < 20_000; round++) {
            byte[] deflated =
                    deflated(content(random, 1 + random.nextInt(3000)), random.nextInt(10), random.nextInt(3));
            for (int i = random.nextInt(4); i >= 0; i--) {
                deflated[random.nextInt(Math.min(deflated.length, 1 + random.nextInt(200)))] ^=
                        (byte) (1 << random.nextInt(8));
            }
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(deflated, random.nextInt(deflated.length)) : deflated;
            agree(cut, 1 + random.nextInt(5000), "round " + round);
        }
    }

    @Test
    void noise_gets_the_verdict_that_zlib_gives() throws IOException {
        Random random = new Random(43);
        for (int round = 0; round < 100_000; round++) {
            byte[] noise = new byte[random.nextInt(120)];
            random.nextBytes(noise);
            if (noise.length > 0 && round % 2 == 0) {
                // A last block with codes of its own.
                noise[0] = (byte) (noise[0] & ~7 | 5);
            }
            agree(noise, 1 + random.nextInt(100), "round " + round);
        }
    }
}
