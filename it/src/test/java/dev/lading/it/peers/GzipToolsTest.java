package dev.lading.it.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.gzip.GzipEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GzipToolsTest {
    @TempDir
    Path temp;

    /** Lines of words, with noise of some thousand bytes here and there. */
    private static byte[] content() {
        Random random = new Random(1);
        byte[] bytes = new byte[5_000_000];
        for (int pos = 0; pos < bytes.length; ) {
            int n = Math.min(bytes.length - pos, 1 + random.nextInt(20_000));
            boolean noise = random.nextInt(5) == 0;
            for (int end = pos + n; pos < end; pos++) {
                bytes[pos] = (byte) (noise ? random.nextInt() : "layers of an image\n".charAt(random.nextInt(19)));
            }
        }
        return bytes;
    }

    private void judgedBy(String tool) throws IOException {
        String program = Peers.require(tool).toString();
        byte[] content = content();
        Path gzip = temp.resolve("content.gz");
        Path plain = Files.write(temp.resolve("plain"), content);
        for (int level = GzipEncoder.MIN_LEVEL; level <= GzipEncoder.MAX_LEVEL; level++) {
            try (OutputStream out = Files.newOutputStream(gzip);
                    GzipEncoder encoder = new GzipEncoder(out, level, 1 + level % 3)) {
                encoder.write(content);
                encoder.finish();
            }
            Command tested = Command.run(program, "-t", gzip.toString());
            assertThat(tested.exitCode())
                    .as("level %d: %s", level, tested.err())
                    .isZero();
            Command compared = Command.run(
                    "sh", "-c", "\"$1\" -dc \"$2\" | cmp - \"$3\"", "sh", program, gzip.toString(), plain.toString());
            assertThat(compared.exitCode())
                    .as("level %d: %s", level, compared.out())
                    .isZero();
        }
    }

    @Test
    void gzip_reads_what_every_level_writes() throws IOException {
        judgedBy("gzip");
    }

    @Test
    void pigz_reads_what_every_level_writes() throws IOException {
        judgedBy("pigz");
    }
}
