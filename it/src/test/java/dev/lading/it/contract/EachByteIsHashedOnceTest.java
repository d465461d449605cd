package dev.lading.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.build.ImageBuilder;
import dev.lading.layer.Compression;
import dev.lading.layer.LayerRecipe;
import dev.lading.layer.LayerWriter;
import dev.lading.oci.Layer;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.CopyResult;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.layout.OciLayout;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EachByteIsHashedOnceTest {
    @TempDir
    Path temp;

    private static LayerRecipe megabyte() {
        byte[] bytes = new byte[1_000_000];
        new Random(1).nextBytes(bytes);
        return LayerRecipe.bytes(bytes).into("/data");
    }

    @Test
    void a_copy_hashes_each_byte_of_the_graph_once() {
        MemoryStore memory = MemoryStore.create();
        ImageBuilder.fromNothing()
                .platforms(Platform.LINUX_AMD64, Platform.LINUX_ARM64)
                .layer(megabyte())
                .build(memory, "1");
        ContentGraph graph = memory.resolve("1");
        try (OciLayout layout = OciLayout.open(temp.resolve("layout"));
                CountedHashing hashed = CountedHashing.open()) {
            CopyResult copied = GraphCopy.from(graph).to(layout, "1");
            assertThat(hashed.bytes()).isEqualTo(copied.bytes());
        }
    }

    @Test
    void a_layer_is_hashed_once_as_a_tar_and_once_as_a_blob_and_only_once_where_these_are_the_same() {
        MemoryStore store = MemoryStore.create();
        try (CountedHashing hashed = CountedHashing.open()) {
            Layer plain = LayerWriter.with(Compression.none()).write(megabyte(), store);
            assertThat(hashed.bytes()).isEqualTo(plain.descriptor().size());
            Layer zipped = LayerWriter.with(Compression.gzip()).write(megabyte(), store);
            assertThat(hashed.bytes())
                    .isEqualTo(
                            2 * plain.descriptor().size() + zipped.descriptor().size());
        }
    }
}
