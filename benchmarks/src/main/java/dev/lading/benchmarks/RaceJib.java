package dev.lading.benchmarks;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.blob.BlobDescriptor;
import com.google.cloud.tools.jib.hash.CountingDigestOutputStream;
import com.google.cloud.tools.jib.image.ReproducibleLayerBuilder;
import com.google.common.collect.ImmutableList;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;

/**
 * The layers of a race by jib-core's own layer writing and nothing else of it (no cache, no archive around them), one thread a
 * layer as jib has it, as one whole process: {@code COMPRESSION THREADS FOLDER-FOR-LAYERS FOLDER…}.
 */
public final class RaceJib {
    private RaceJib() {}

    /**
     * Writes one layer a folder.
     *
     * @param args the compression ({@code gzip} or {@code none}), a number that is not used, the folder to write to, the folders
     * @throws Exception if a layer cannot be written
     */
    public static void main(String[] args) throws Exception {
        Path target = Files.createDirectories(Path.of(args[2]));
        List<Path> folders = Arrays.stream(args).skip(3).map(Path::of).toList();
        ExecutorService threads = Executors.newFixedThreadPool(folders.size());
        try {
            List<Future<String>> layers = folders.stream()
                    .map(folder -> threads.submit(() -> write(folder, target, args[0])))
                    .toList();
            for (Future<String> layer : layers) {
                System.out.println(layer.get());
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UncheckedIOException io ? io.getCause() : e;
        } finally {
            threads.shutdown();
        }
    }

    private static String write(Path folder, Path target, String compression) throws IOException {
        FileEntriesLayer layer = FileEntriesLayer.builder()
                .addEntryRecursive(folder, AbsoluteUnixPath.get("/app"))
                .build();
        Path file = target.resolve(folder.getFileName() + ".layer");
        ReproducibleLayerBuilder builder = new ReproducibleLayerBuilder(ImmutableList.copyOf(layer.getEntries()));
        BlobDescriptor stored;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            if (compression.equals("none")) {
                // This hashes: the tar's digest is the layer's, and is not made twice.
                stored = builder.build().writeTo(out);
            } else {
                CountingDigestOutputStream counted = new CountingDigestOutputStream(out);
                try (OutputStream gzip = new GZIPOutputStream(counted)) {
                    builder.build().writeTo(gzip);
                }
                stored = counted.computeDigest();
            }
        }
        return stored.getDigest() + " " + stored.getSize();
    }
}
