package dev.lading.it.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.build.ImageBuilder;
import dev.lading.it.peers.Command;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Platform;
import dev.lading.oci.layout.OciLayout;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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

/** Reading layers takes memory for their names, not for their contents: all here has a heap of 64 MiB. */
class SmallHeapReadingTest {
    private static final int PIECE = 1 << 20;
    private static final int PIECES = 80;

    @TempDir
    private Path temporary;

    /** Standard output goes into a file: it is too long to be held. */
    private static void lading(Path out, String... words) {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "out=$1; shift; exec \"$@\" > \"$out\"",
                "sh",
                out.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.lading.cli.Main"));
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

    @Test
    void a_file_larger_than_the_heap_is_unpacked_and_exported() throws IOException {
        Path folder = temporary.resolve("image");
        try (OciLayout layout = OciLayout.open(folder)) {
            ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_AMD64)
                    .layer(LayerRecipe.generated((long) PIECE * PIECES, SmallHeapReadingTest::large)
                            .into("/large"))
                    .build(layout, "1");
        }
        Path root = temporary.resolve("root");
        lading(temporary.resolve("said"), "unpack", "oci:" + folder + ":1", root.toString());
        assertThat(root.resolve("large")).hasSize((long) PIECE * PIECES);
        Path tar = temporary.resolve("flat.tar");
        lading(tar, "export", "oci:" + folder + ":1");
        try (InputStream in = Files.newInputStream(tar)) {
            TarReader reader = new TarReader(in);
            assertThat(reader.next().map(TarEntry::size)).contains((long) PIECE * PIECES);
            assertThat(reader.next()).isEmpty();
        }
    }
}
