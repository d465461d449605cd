package dev.lading.benchmarks;

import dev.lading.build.ImageBuilder;
import dev.lading.layer.Compression;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Layer;
import dev.lading.oci.Platform;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.rootfs.FileEntry;
import dev.lading.oci.rootfs.FileTree;
import dev.lading.oci.rootfs.FlattenResult;
import dev.lading.oci.rootfs.LayerReader;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.oci.rootfs.UnpackResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast is an image read, looked into, flattened and unpacked, beside GNU tar on the same layers? Four layers in memory, 32
 * MiB in 2,048 files, half text and half noise; each layer replaces an eighth of the one below.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Reading {
    private static final int LAYERS = 4;
    private static final int FILES = 512;
    private static final int FILE_BYTES = 16 * 1024;

    /** How the layers are compressed. */
    @Param({"none", "gzip", "zstd"})
    public String compression = "none";

    private final byte[] buffer = new byte[64 * 1024];
    private final MemoryStore store = MemoryStore.create();
    private final List<Path> archives = new ArrayList<>();
    private Path folder = Path.of("");
    private Path unpacked = Path.of("");
    private Optional<Made> made = Optional.empty();

    private record Made(Image image, FileTree tree, FileEntry file) {}

    /**
     * Makes the image, and each of its layers as a file.
     *
     * @throws IOException if that is not possible
     */
    @Setup
    public void make() throws IOException {
        folder = Files.createTempDirectory("lading-reading");
        unpacked = folder.resolve("unpacked");
        ImageBuilder builder = ImageBuilder.fromNothing()
                .platforms(Platform.LINUX_AMD64)
                .compression(
                        switch (compression) {
                            case "gzip" -> Compression.gzip();
                            case "zstd" -> Compression.zstd();
                            default -> Compression.none();
                        });
        Random random = new Random(3);
        for (int layer = 0; layer < LAYERS; layer++) {
            Path files = Files.createDirectory(folder.resolve("layer" + layer));
            for (int i = 0; i < FILES; i++) {
                byte[] content = new byte[FILE_BYTES];
                random.nextBytes(content);
                for (int j = 0; i % 2 == 0 && j < FILE_BYTES; j++) {
                    content[j] = (byte) "etaoin shrdlu\n".charAt((content[j] & 0xff) * (content[j] & 0xff) / 4700);
                }
                Files.write(files.resolve("file-" + (layer * FILES * 7 / 8 + i)), content);
            }
            builder = builder.layer(LayerRecipe.folder(files).into("/app"));
        }
        Descriptor built =
                Objects.requireNonNull(builder.build(store, "image").images().get(Platform.LINUX_AMD64));
        Image image = Image.of(built, store);
        for (Layer layer : image.layers()) {
            Path archive = folder.resolve("archive" + archives.size());
            try (InputStream in = store.blob(layer.descriptor()).open()) {
                Files.copy(in, archive);
            }
            archives.add(archive);
        }
        FileTree tree = RootFileSystem.of(image).tree();
        made = Optional.of(
                new Made(image, tree, tree.find("app/file-" + FILES / 2).orElseThrow()));
    }

    /**
     * Takes all files away.
     *
     * @throws IOException if that is not possible
     */
    @TearDown
    public void remove() throws IOException {
        remove(folder);
    }

    /**
     * Takes away what was unpacked.
     *
     * @throws IOException if that is not possible
     */
    @TearDown(Level.Invocation)
    public void removeUnpacked() throws IOException {
        remove(unpacked);
    }

    private static void remove(Path root) throws IOException {
        if (Files.exists(root)) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path each : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(each);
                }
            }
        }
    }

    /**
     * Reads and verifies all layers with all contents.
     *
     * @return how many bytes the files have
     * @throws IOException never
     */
    @Benchmark
    public long read() throws IOException {
        long count = 0;
        for (Layer layer : made.orElseThrow().image().layers()) {
            try (LayerReader reader = LayerReader.open(store.blob(layer.descriptor()), layer.diffId())) {
                while (reader.next().isPresent()) {
                    InputStream content = reader.content();
                    for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                        count += n;
                    }
                }
            }
        }
        return count;
    }

    /**
     * The view: all layers are read and verified, no content is kept.
     *
     * @return the view
     */
    @Benchmark
    public FileTree view() {
        return RootFileSystem.of(made.orElseThrow().image()).tree();
    }

    /**
     * One file out of a view.
     *
     * @return its content
     */
    @Benchmark
    public byte[] oneFile() {
        return made.orElseThrow().tree().read(made.orElseThrow().file(), FILE_BYTES);
    }

    /**
     * View and flattened tar, so that each layer is read twice.
     *
     * @return what was written
     */
    @Benchmark
    public FlattenResult flatten() {
        return RootFileSystem.of(made.orElseThrow().image()).flatten(OutputStream.nullOutputStream());
    }

    /**
     * The second of the two readings alone.
     *
     * @return what was written
     */
    @Benchmark
    public FlattenResult flattenView() {
        return made.orElseThrow().tree().flatten(OutputStream.nullOutputStream());
    }

    /**
     * Files, verified and by the rules of images.
     *
     * @return what was done
     */
    @Benchmark
    public UnpackResult unpack() {
        return RootFileSystem.of(made.orElseThrow().image()).unpack(unpacked);
    }

    /**
     * GNU tar on the layers one after the other, which verifies nothing and knows no whiteouts; whole processes.
     *
     * @throws Exception if tar, or what it needs to decompress, is not there
     */
    @Benchmark
    public void unpackByTar() throws Exception {
        Files.createDirectory(unpacked);
        for (Path archive : archives) {
            Process tar = new ProcessBuilder("tar", "-xf", archive.toString(), "-C", unpacked.toString())
                    .inheritIO()
                    .start();
            if (tar.waitFor() != 0) {
                throw new IOException("tar failed with " + tar.exitValue());
            }
        }
    }
}
