package dev.lading.it.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.build.ImageBuilder;
import dev.lading.it.peers.Command;
import dev.lading.layer.Compression;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Digest;
import dev.lading.oci.Platform;
import dev.lading.oci.layout.OciLayout;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarReader;
import dev.lading.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading takes memory for names, not for contents: all here has a heap of 64 MiB. */
class SmallHeapReadingTest {
    private static final int PIECE = 1 << 20;
    private static final int PIECES = 80;
    private static final int ENTRIES = 10_000;
    private static final String MAIN = "dev.lading.cli.Main";

    @TempDir
    private Path temporary;

    /** Standard output goes into a file: it is too long to be held. */
    private static void run(Path out, String... words) {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "out=$1; shift; exec \"$@\" > \"$out\"",
                "sh",
                out.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(words));
        Command.run(command.toArray(String[]::new)).succeeded();
    }

    /** Pieces that do not compress, the same each time. */
    private static InputStream large() {
        byte[] piece = new byte[PIECE];
        new Random(1).nextBytes(piece);
        return new SequenceInputStream(Collections.enumeration(IntStream.range(0, PIECES)
                .mapToObj(i -> new ByteArrayInputStream(piece))
                .toList()));
    }

    private static byte[] everyHundredth(int i) {
        return i % 100 == 0 ? new byte[] {1} : new byte[0];
    }

    /** A tar as somebody else might have made it: one large file among many small ones. */
    private Path foreignTar() throws IOException {
        Path file = temporary.resolve("foreign.tar");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            TarWriter tar = new TarWriter(out);
            for (int i = 0; i < ENTRIES; i++) {
                tar.write(TarEntry.file("small/" + i, everyHundredth(i).length), everyHundredth(i));
            }
            try (OutputStream large = tar.openFile(TarEntry.file("large", (long) PIECE * PIECES));
                    InputStream pieces = large()) {
                pieces.transferTo(large);
            }
            tar.finish();
        }
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void a_file_larger_than_the_heap_is_unpacked_and_exported(String compression) throws IOException {
        Path folder = temporary.resolve("image");
        try (OciLayout layout = OciLayout.open(folder)) {
            ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_AMD64)
                    .compression(compression.equals("zstd") ? Compression.zstd(1) : Compression.gzip())
                    .layer(LayerRecipe.generated((long) PIECE * PIECES, SmallHeapReadingTest::large)
                            .into("/large"))
                    .build(layout, "1");
        }
        Path root = temporary.resolve("root");
        run(temporary.resolve("said"), MAIN, "unpack", "oci:" + folder + ":1", root.toString());
        assertThat(root.resolve("large")).hasSize((long) PIECE * PIECES);
        Path tar = temporary.resolve("flat.tar");
        run(tar, MAIN, "export", "oci:" + folder + ":1");
        try (InputStream in = Files.newInputStream(tar)) {
            TarReader reader = new TarReader(in);
            assertThat(reader.next().map(TarEntry::size)).contains((long) PIECE * PIECES);
            assertThat(reader.next()).isEmpty();
        }
    }

    @Test
    void a_foreign_tar_larger_than_the_heap_becomes_a_layer() throws IOException {
        Path tar = foreignTar();
        Path said = temporary.resolve("said");
        run(
                said,
                WriteLayer.class.getName(),
                "layout",
                temporary.resolve("image").toString(),
                "zstd",
                tar.toString());
        Digest diffId = Digest.parse(Files.readString(said).split(" ")[1]);
        assertThat(diffId).isEqualTo(LayerRecipe.tar(tar).contentFingerprint());
    }
}
