package dev.lading.it.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.it.peers.Command;
import dev.lading.it.peers.Peers;
import dev.lading.layer.Compression;
import dev.lading.layer.EntryRule;
import dev.lading.layer.FileCapabilities;
import dev.lading.layer.Getfattr;
import dev.lading.layer.LayerRecipe;
import dev.lading.layer.LayerWriter;
import dev.lading.oci.Layer;
import dev.lading.oci.content.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What GNU tar and bsdtar make of our layers: unpacked by them and read back with everything kept, the layer is the same to
 * the last byte.
 */
class WrittenLayersTest {
    @TempDir
    Path temp;

    private final MemoryStore store = MemoryStore.create();

    /** Everything a layer can say but whiteouts: long and odd names, large ids, special modes, times, links, attributes. */
    private static LayerRecipe everything() {
        LayerRecipe all = LayerRecipe.emptyFolder()
                .into("/tmp")
                .folderMode(01777)
                .and(LayerRecipe.symlink("../far/away").into("/link"))
                .and(LayerRecipe.symlink("t".repeat(200)).into("/long-link"))
                .and(file("/bin/program", 3).mode(04755))
                .and(file("/bin/capable", 5)
                        .where("capable", EntryRule.create().capabilities(FileCapabilities.of("net_bind_service"))))
                .and(file("/bin/noted", 6).where("noted", EntryRule.create().attribute("user.note", new byte[] {
                    0, 10, (byte) 0xff
                })))
                .and(LayerRecipe.hardLink("/bin/program")
                        .into("/bin/second-name")
                        .mode(04755))
                .and(file("/large", 300_000).owner(3_000_000, 4_000_000))
                .and(file("/empty", 0).time(Instant.ofEpochSecond(1_700_000_000)))
                .and(file("/before-1970", 1).time(Instant.ofEpochSecond(-86_400)))
                .and(file("/gr\u00fcn \u65e5\u672c", 2).owner(1000, 1000));
        for (int length : List.of(99, 100, 101, 154, 155, 156, 200, 255)) {
            all = all.and(file("/deep/" + "d".repeat(length) + "/" + "n".repeat(length), 1));
        }
        return all;
    }

    private static LayerRecipe file(String path, int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return LayerRecipe.bytes(content).into(path).mode(0644);
    }

    private void comesBack(Function<Map.Entry<Path, Path>, List<String>> unpacking, Compression compression)
            throws IOException {
        Path getfattr = Peers.require("getfattr");
        Layer layer = LayerWriter.with(compression).write(everything(), store);
        Path archive = temp.resolve("layer");
        try (InputStream in = store.blob(layer.descriptor()).open()) {
            Files.copy(in, archive);
        }
        Path folder = Files.createDirectory(temp.resolve("unpacked"));
        Command.run(unpacking.apply(Map.entry(archive, folder)).toArray(String[]::new))
                .succeeded();
        LayerRecipe kept = LayerRecipe.folder(folder)
                .keepSpecialModes()
                .keepOwners()
                .keepTimes()
                .keepHardLinks()
                .keepAttributes(Getfattr.at(getfattr));
        assertThat(kept.contentFingerprint()).isEqualTo(layer.diffId());
        assertThat(everything().contentFingerprint()).isEqualTo(layer.diffId());
    }

    @Test
    void gnu_tar_unpacks_all_that_a_layer_says() throws IOException {
        Peers.requireRoot();
        String tar = Peers.require("tar").toString();
        comesBack(
                layer -> List.of(
                        tar,
                        "--extract",
                        "--gzip",
                        "--same-owner",
                        "--same-permissions",
                        "--numeric-owner",
                        "--xattrs",
                        "--xattrs-include=*",
                        "--file",
                        layer.getKey().toString(),
                        "--directory",
                        layer.getValue().toString()),
                Compression.gzip());
    }

    @Test
    void bsdtar_unpacks_all_that_a_layer_says() throws IOException {
        Peers.requireRoot();
        String bsdtar = Peers.require("bsdtar").toString();
        comesBack(
                layer -> List.of(
                        bsdtar,
                        "-x",
                        "-p",
                        "--same-owner",
                        "--numeric-owner",
                        "--xattrs",
                        "-f",
                        layer.getKey().toString(),
                        "-C",
                        layer.getValue().toString()),
                Compression.none());
    }

    @Test
    void every_compression_and_number_of_threads_holds_the_same_tar() {
        LayerRecipe recipe = everything().and(file("/larger", 3 << 20));
        for (Compression compression : List.of(
                Compression.none(),
                Compression.gzip(1),
                Compression.gzip(9),
                Compression.zstd(),
                Compression.zstd(19))) {
            LayerWriter writer = LayerWriter.with(compression);
            Layer layer = writer.threads(1).write(recipe, store);
            assertThat(layer.descriptor().mediaType()).isEqualTo(compression.mediaType());
            assertThat(writer.threads(4).write(recipe, store))
                    .as("%s", compression)
                    .isEqualTo(layer);
            assertThat(LayerRecipe.layer(store, layer).contentFingerprint())
                    .isEqualTo(layer.diffId())
                    .isEqualTo(recipe.contentFingerprint());
        }
    }

    @Test
    void the_kernel_takes_our_capabilities() throws IOException {
        Peers.requireRoot();
        String tar = Peers.require("tar").toString();
        String getcap = Peers.require("getcap").toString();
        Layer layer = LayerWriter.with(Compression.none()).write(everything(), store);
        Path archive = temp.resolve("layer");
        try (InputStream in = store.blob(layer.descriptor()).open()) {
            Files.copy(in, archive);
        }
        Command.run(tar, "-xf", archive.toString(), "--xattrs", "--xattrs-include=*", "-C", temp.toString(), "bin")
                .succeeded();
        assertThat(Command.run(getcap, temp.resolve("bin/capable").toString()).succeeded())
                .endsWith("cap_net_bind_service=ep");
    }
}
