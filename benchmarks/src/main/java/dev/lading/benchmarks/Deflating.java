package dev.lading.benchmarks;

import dev.lading.gzip.GzipEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
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

/** How long does gzip take, by level and content, beside the JDK's? Some 32 MiB an operation. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class Deflating {
    /** The level of both. */
    @Param({"1", "6", "9"})
    public int level = 6;

    /** What is compressed. */
    @Param({"jars", "classes", "text", "system", "noise"})
    public String input = "classes";

    private byte[] content = {};

    /**
     * Reads the input.
     *
     * @throws IOException if it cannot be read
     */
    @Setup
    public void read() throws IOException {
        content = DeflateInputs.of(input);
    }

    /**
     * By Lading, in one thread.
     *
     * @throws IOException never
     */
    @Benchmark
    public void lading() throws IOException {
        lading(1);
    }

    /**
     * By Lading, in two threads.
     *
     * @throws IOException never
     */
    @Benchmark
    public void ladingTwoThreads() throws IOException {
        lading(2);
    }

    private void lading(int threads) throws IOException {
        try (GzipEncoder encoder = new GzipEncoder(OutputStream.nullOutputStream(), level, threads)) {
            encoder.write(content);
            encoder.finish();
        }
    }

    /**
     * By the JDK.
     *
     * @throws IOException never
     */
    @Benchmark
    public void jdk() throws IOException {
        Deflater deflater = new Deflater(level, true);
        try (DeflaterOutputStream out =
                new DeflaterOutputStream(OutputStream.nullOutputStream(), deflater, 64 * 1024)) {
            out.write(content);
        } finally {
            deflater.end();
        }
    }
}
