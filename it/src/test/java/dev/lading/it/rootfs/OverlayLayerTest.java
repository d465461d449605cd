package dev.lading.it.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.it.peers.Command;
import dev.lading.it.peers.Peers;
import dev.lading.it.rootfs.LayerStack.Style;
import dev.lading.layer.AttributeReader;
import dev.lading.layer.Compression;
import dev.lading.layer.LayerRecipe;
import dev.lading.layer.LayerWriter;
import dev.lading.layer.TreeDifference;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.rootfs.RootFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is changed through a real overlay, as a layer, gives the same files again. */
class OverlayLayerTest {
    @TempDir
    private Path temporary;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void changes_on_an_overlay_become_a_layer_by_its_upper_folder_and_by_comparison(long seed) throws IOException {
        Peers.requireRoot();
        List<byte[]> tars = LayerStack.tars(seed, Style.PLAIN);
        Path lower = temporary.resolve("lower");
        RootFileSystem.of(image(tars)).withOwners().unpack(lower);
        Path upper = Files.createDirectory(temporary.resolve("upper"));
        Path merged = Files.createDirectory(temporary.resolve("merged"));
        Path work = Files.createDirectory(temporary.resolve("work"));
        Command.run(
                        Peers.require("mount").toString(),
                        "-t",
                        "overlay",
                        "overlay",
                        "-o",
                        "userxattr,lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work,
                        merged.toString())
                .succeeded();
        Map<String, String> wanted;
        Path copy = temporary.resolve("copy");
        try {
            change(new Random(seed), merged);
            wanted = withoutSpecial(TreeFacts.of(merged));
            Command.run("cp", "-a", merged.toString(), copy.toString()).succeeded();
        } finally {
            Command.run("umount", merged.toString()).succeeded();
        }
        assertThat(applied(tars, TreeDifference.ofOverlay(upper))).isEqualTo(wanted);
        assertThat(applied(tars, TreeDifference.between(lower, copy))).isEqualTo(wanted);
    }

    private static Image image(List<byte[]> tars) {
        MemoryStore store = MemoryStore.create();
        return Image.of(LayerStack.image(tars, store).descriptor(), store);
    }

    private static Map<String, String> applied(List<byte[]> tars, LayerRecipe recipe) {
        MemoryStore store = MemoryStore.create();
        byte[] difference = store.bytes(LayerWriter.with(Compression.none())
                .write(recipe.keepAttributes(AttributeReader.user()), store)
                .descriptor());
        List<byte[]> all = new ArrayList<>(tars);
        all.add(difference);
        return withoutSpecial(TreeFacts.of(RootFileSystem.of(image(all)).tree()));
    }

    /** Devices and pipes of the lower layers were not unpacked, so nothing can be said of them. */
    private static Map<String, String> withoutSpecial(Map<String, String> facts) {
        Map<String, String> left = new TreeMap<>(facts);
        left.values().removeIf(said -> said.startsWith("device ") || said.startsWith("pipe "));
        return left;
    }

    private static void change(Random random, Path root) throws IOException {
        for (int i = 0; i < 25; i++) {
            List<Path> folders = found(root, true);
            List<Path> files = found(root, false);
            Path folder = folders.get(random.nextInt(folders.size()));
            Path name = folder.resolve("n" + random.nextInt(4));
            boolean free = Files.notExists(name, LinkOption.NOFOLLOW_LINKS);
            switch (random.nextInt(9)) {
                case 0 -> {
                    if (!folder.equals(root)) {
                        remove(folder);
                    }
                }
                case 1 -> {
                    if (!folder.equals(root)) {
                        remove(folder);
                        Files.createDirectory(folder);
                        Files.writeString(folder.resolve("new"), "in a new folder");
                    }
                }
                case 2 -> {
                    if (free) {
                        Files.createDirectory(name);
                    }
                }
                case 3 -> {
                    if (free || Files.isRegularFile(name, LinkOption.NOFOLLOW_LINKS)) {
                        Files.writeString(name, "content " + random.nextInt(3));
                        note(name, "note " + random.nextInt(3));
                    }
                }
                case 4 -> {
                    if (free) {
                        Files.createSymbolicLink(name, Path.of("n" + random.nextInt(4)));
                    }
                }
                case 5 -> {
                    if (free && !files.isEmpty()) {
                        Files.createLink(name, files.get(random.nextInt(files.size())));
                    }
                }
                case 6 -> {
                    if (!files.isEmpty()) {
                        Files.delete(files.get(random.nextInt(files.size())));
                    }
                }
                case 7 -> {
                    if (free && !files.isEmpty()) {
                        Files.move(files.get(random.nextInt(files.size())), name);
                    }
                }
                default ->
                    Files.setPosixFilePermissions(
                            folder, PosixFilePermissions.fromString(random.nextBoolean() ? "rwxr-x---" : "rwxrwxr-x"));
            }
        }
    }

    private static List<Path> found(Path root, boolean folders) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> folders
                            ? Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                            : Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        }
    }

    private static void note(Path file, String text) throws IOException {
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                .write("note", ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
