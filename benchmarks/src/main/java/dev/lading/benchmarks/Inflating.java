package dev.lading.benchmarks;

import dev.lading.gzip.GzipDecoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
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

/** Does our own inflating pay, beside the JDK's? Some 20 MB an operation, checksum and length checked by both. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class Inflating {
    /** What is inflated: the JDK's class files, or the jars of the race. */
    @Param({"classes", "stored"})
    public String input = "classes";

    private byte[] gzip = {};
    private final byte[] buffer = new byte[64 * 1024];

    /**
     * Reads class files of the JDK.
     *
     * @throws IOException if they cannot be read
     */
    @Setup
    public void compress() throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", "java.base");
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>)
                    files.filter(f -> f.toString().endsWith(".class")).sorted()::iterator) {
                content.writeBytes(Files.readAllBytes(file));
            }
        }
        byte[] bytes = content.toByteArray();
        if (input.equals("stored")) {
            new Random(5).nextBytes(bytes);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream stream = new GZIPOutputStream(out)) {
            stream.write(bytes);
        }
        gzip = out.toByteArray();
    }

    /**
     * By Lading.
     *
     * @return how many bytes there were
     * @throws IOException never
     */
    @Benchmark
    public long lading() throws IOException {
        return drain(new GzipDecoder(new ByteArrayInputStream(gzip)));
    }

    /**
     * By the JDK, with a buffer as large as ours.
     *
     * @return how many bytes there were
     * @throws IOException never
     */
    @Benchmark
    public long jdk() throws IOException {
        return drain(new GZIPInputStream(new ByteArrayInputStream(gzip), 64 * 1024));
    }

    private long drain(InputStream in) throws IOException {
        long count = 0;
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                count += n;
            }
        }
        return count;
    }
}
