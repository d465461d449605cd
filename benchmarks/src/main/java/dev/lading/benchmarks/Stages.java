package dev.lading.benchmarks;

import dev.lading.layer.Compression;
import dev.lading.layer.LayerRecipe;
import dev.lading.layer.LayerWriter;
import dev.lading.oci.Layer;
import dev.lading.oci.content.MemoryStore;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarReader;
import dev.lading.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Where does a layer's time go, beside what no program can be faster than? Each stage over the same 32 MiB in 2,048 files, half
 * text and half noise. A layer's encoders take long to be compiled, and are warmed longer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Stages {
    private static final int FILES = 2048;
    private static final int FILE_BYTES = 16 * 1024;

    private final byte[][] files = new byte[FILES][FILE_BYTES];
    private byte[] tar = {};
    private byte[] target = {};

    /**
     * Makes the files from a seed, and their tar.
     *
     * @throws IOException never
     */
    @Setup
    public void files() throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < FILES; i++) {
            random.nextBytes(files[i]);
            for (int j = 0; i % 2 == 0 && j < FILE_BYTES; j++) {
                files[i][j] = (byte) "etaoin shrdlu\n".charAt((files[i][j] & 0xff) * (files[i][j] & 0xff) / 4700);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out);
        tar = out.toByteArray();
        target = new byte[tar.length];
    }

    private void write(OutputStream out) throws IOException {
        TarWriter writer = new TarWriter(out);
        for (int i = 0; i < FILES; i++) {
            writer.write(TarEntry.file("folder/file-" + i, FILE_BYTES), files[i], 0, FILE_BYTES);
        }
        writer.finish();
    }

    /**
     * The limit: a copy in memory.
     *
     * @return the copy
     */
    @Benchmark
    public byte[] limitCopy() {
        System.arraycopy(tar, 0, target, 0, tar.length);
        return target;
    }

    /**
     * The limit: SHA-256, once.
     *
     * @return the digest
     * @throws NoSuchAlgorithmException never
     */
    @Benchmark
    public byte[] limitSha256() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(tar);
    }

    /**
     * The limit: CRC-32, as gzip has it.
     *
     * @return the sum
     */
    @Benchmark
    public long limitCrc32() {
        CRC32 crc = new CRC32();
        crc.update(tar);
        return crc.getValue();
    }

    /**
     * Our tar.
     *
     * @throws IOException never
     */
    @Benchmark
    public void tarWritten() throws IOException {
        write(OutputStream.nullOutputStream());
    }

    /**
     * The tar of commons-compress.
     *
     * @throws IOException never
     */
    @Benchmark
    public void tarWrittenByCommonsCompress() throws IOException {
        try (TarArchiveOutputStream writer =
                new TarArchiveOutputStream(new BufferedOutputStream(OutputStream.nullOutputStream(), 64 * 1024))) {
            for (int i = 0; i < FILES; i++) {
                TarArchiveEntry entry = new TarArchiveEntry("folder/file-" + i);
                entry.setSize(FILE_BYTES);
                writer.putArchiveEntry(entry);
                writer.write(files[i]);
                writer.closeArchiveEntry();
            }
        }
    }

    /**
     * Reads our tar.
     *
     * @return how many bytes there were
     * @throws IOException never
     */
    @Benchmark
    public long tarRead() throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(tar));
        long count = 0;
        byte[] buffer = new byte[FILE_BYTES];
        while (reader.next().isPresent()) {
            for (int n = reader.content().read(buffer);
                    n >= 0;
                    n = reader.content().read(buffer)) {
                count += n;
            }
        }
        return count;
    }

    /**
     * A layer, not compressed.
     *
     * @return the layer
     */
    @Benchmark
    @Warmup(iterations = 5, time = 2)
    public Layer layerPlain() {
        return layer(Compression.none(), 1);
    }

    /**
     * A layer by gzip, one thread.
     *
     * @return the layer
     */
    @Benchmark
    @Warmup(iterations = 5, time = 2)
    public Layer layerGzip() {
        return layer(Compression.gzip(), 1);
    }

    /**
     * A layer by gzip, two threads.
     *
     * @return the layer
     */
    @Benchmark
    @Warmup(iterations = 5, time = 2)
    public Layer layerGzipTwoThreads() {
        return layer(Compression.gzip(), 2);
    }

    /**
     * A layer by zstd, one thread.
     *
     * @return the layer
     */
    @Benchmark
    @Warmup(iterations = 5, time = 2)
    public Layer layerZstd() {
        return layer(Compression.zstd(), 1);
    }

    private Layer layer(Compression compression, int threads) {
        LayerRecipe all = LayerRecipe.bytes(files[0]).into("/folder/file-0");
        for (int i = 1; i < 64; i++) {
            all = all.and(LayerRecipe.bytes(joined(i)).into("/folder/file-" + i));
        }
        return LayerWriter.with(compression).threads(threads).write(all, MemoryStore.create());
    }

    /** 32 of the files as one. */
    private byte[] joined(int number) {
        byte[] joined = new byte[32 * FILE_BYTES];
        for (int i = 0; i < 32; i++) {
            System.arraycopy(files[(number * 32 + i) % FILES], 0, joined, i * FILE_BYTES, FILE_BYTES);
        }
        return joined;
    }
}
