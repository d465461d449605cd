package dev.lading.benchmarks;

import dev.lading.zstd.ZstdEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How fast is zstd through our encoder? 32 MiB an operation. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class Zstandard {
    /** The level. */
    @Param({"1", "3", "6"})
    public int level;

    /** How many threads. */
    @Param({"1", "2"})
    public int threads;

    private final byte[] input = new byte[32 << 20];

    /** Makes words from a seed. */
    @Setup
    public void words() {
        Random random = new Random(7);
        byte[][] words = new byte[2000][];
        for (int i = 0; i < words.length; i++) {
            words[i] = new byte[2 + random.nextInt(9)];
            for (int j = 0; j < words[i].length; j++) {
                words[i][j] = (byte) ('a' + random.nextInt(26));
            }
        }
        int at = 0;
        while (at < input.length) {
            byte[] word = words[random.nextInt(words.length)];
            int length = Math.min(word.length, input.length - at);
            System.arraycopy(word, 0, input, at, length);
            at += length;
        }
    }

    /**
     * Compresses the input.
     *
     * @throws IOException never
     */
    @Benchmark
    public void encode() throws IOException {
        try (ZstdEncoder encoder = new ZstdEncoder(OutputStream.nullOutputStream(), level, threads)) {
            encoder.write(input);
            encoder.finish();
        }
    }
}
