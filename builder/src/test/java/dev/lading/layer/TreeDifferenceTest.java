package dev.lading.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.Descriptor;
import dev.lading.oci.History;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.Layer;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.rootfs.LayerReader;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "owners by number are Unix's")
class TreeDifferenceTest {
    private static final FileTime TIME = FileTime.from(Instant.ofEpochSecond(1_600_000_000));

    @TempDir
    private Path temporary;

    private Path lower;
    private Path upper;
    private final MemoryStore store = MemoryStore.create();

    @BeforeEach
    void folders() throws IOException {
        lower = Files.createDirectory(temporary.resolve("lower"));
        upper = Files.createDirectory(temporary.resolve("upper"));
    }

    private Layer layer(LayerRecipe recipe) {
        return LayerWriter.with(Compression.none()).write(recipe, store);
    }

    private List<String> entries(LayerRecipe recipe) throws IOException {
        Layer layer = layer(recipe);
        List<String> lines = new ArrayList<>();
        try (LayerReader reader = LayerReader.open(store.blob(layer.descriptor()), layer.diffId())) {
            for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                boolean link = entry.get().kind() == TarKind.HARD_LINK;
                lines.add(entry.get().nameText() + (link ? " = " + entry.get().linkNameText() : ""));
            }
        }
        return lines;
    }

    private static void file(Path folder, String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    /** One time for all, so that only what a test means differs. */
    private static void settle(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                if (!Files.isSymbolicLink(path)) {
                    Files.setLastModifiedTime(path, TIME);
                }
            }
        }
    }

    private List<String> difference() throws IOException {
        settle(lower);
        settle(upper);
        return entries(TreeDifference.between(lower, upper));
    }

    @Test
    void equal_trees_make_an_empty_layer() throws IOException {
        for (Path tree : List.of(lower, upper)) {
            file(tree, "d/f", "same");
            Files.createSymbolicLink(tree.resolve("l"), Path.of("d"));
        }
        FileTime link = Files.getLastModifiedTime(lower.resolve("l"), LinkOption.NOFOLLOW_LINKS);
        Assumptions.assumeTrue(
                link.toInstant().getEpochSecond()
                        == Files.getLastModifiedTime(upper.resolve("l"), LinkOption.NOFOLLOW_LINKS)
                                .toInstant()
                                .getEpochSecond(),
                "the second ended between two links");
        assertThat(difference()).isEmpty();
    }

    @Test
    void new_changed_and_gone_names_go_in_with_the_folders_above() throws IOException {
        file(lower, "a/gone", "1");
        file(lower, "a/kept", "2");
        file(lower, "a/changed", "3");
        file(lower, "b/deep/gone", "4");
        file(lower, "c", "5");
        file(lower, "d/in", "6");
        file(lower, "e/unchanged", "7");
        file(upper, "a/kept", "2");
        file(upper, "a/changed", "4"); // of one size and one time
        file(upper, "c/in", "5");
        file(upper, "d", "6");
        file(upper, "e/unchanged", "7");
        file(upper, "f/new", "8");
        assertThat(difference())
                .containsExactly(".wh.b", "a/", "a/.wh.gone", "a/changed", "c/", "c/in", "d", "f/", "f/new");
    }

    @Test
    void a_changed_mode_alone_is_a_change() throws IOException {
        file(lower, "f", "1");
        file(upper, "f", "1");
        Files.setPosixFilePermissions(upper.resolve("f"), PosixFilePermissions.fromString("rwx------"));
        assertThat(difference()).containsExactly("f");
    }

    @Test
    void a_file_with_several_names_goes_in_with_all_of_them_if_one_is_new() throws IOException {
        file(lower, "a", "1");
        Files.createLink(lower.resolve("b"), lower.resolve("a"));
        file(lower, "x", "2");
        file(lower, "y", "2");
        file(upper, "a", "1");
        Files.createLink(upper.resolve("b"), upper.resolve("a"));
        Files.createLink(upper.resolve("c"), upper.resolve("a"));
        file(upper, "x", "2");
        Files.createLink(upper.resolve("y"), upper.resolve("x"));
        assertThat(difference()).containsExactly("a", "b = a", "c = a", "x", "y = x");
    }

    @Test
    void names_that_share_a_file_no_more_are_told() throws IOException {
        file(lower, "a", "1");
        Files.createLink(lower.resolve("b"), lower.resolve("a"));
        file(upper, "a", "1");
        file(upper, "b", "1");
        assertThat(difference()).containsExactly("b");
    }

    @Test
    void a_folder_that_is_not_there_is_named() {
        assertThatThrownBy(() -> layer(TreeDifference.between(temporary.resolve("none"), upper)))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("none");
    }

    /** A tree with names, kinds and contents of few choices, so that two of them have much in common. */
    private static void grow(Random random, Path folder, int depth) throws IOException {
        for (int i = 0; i < 4; i++) {
            Path path = folder.resolve("n" + i);
            switch (random.nextInt(depth > 0 ? 7 : 5)) {
                case 0 -> Files.writeString(path, "one");
                case 1 -> Files.writeString(path, "two");
                case 2 -> Files.createSymbolicLink(path, Path.of(random.nextBoolean() ? "n0" : "nowhere"));
                case 3 -> {
                    Path other = folder.resolve("n0");
                    if (i > 0 && Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS)) {
                        Files.createLink(path, other);
                    }
                }
                case 4 -> {}
                default -> {
                    Files.createDirectory(path);
                    grow(random, path, depth - 1);
                }
            }
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && random.nextInt(4) == 0) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
            }
        }
    }

    private static Map<String, String> tree(Path root) throws IOException {
        Map<String, String> tree = new TreeMap<>();
        Map<Object, String> files = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted().toList()) {
                String name = root.relativize(path).toString();
                Map<String, Object> facts =
                        Files.readAttributes(path, "unix:mode,ino,uid,gid", LinkOption.NOFOLLOW_LINKS);
                String says = "mode " + facts.get("mode") + " " + facts.get("uid");
                if (Files.isSymbolicLink(path)) {
                    says += " -> " + Files.readSymbolicLink(path);
                } else if (Files.isRegularFile(path)) {
                    says += " " + Files.readString(path) + " = " + files.computeIfAbsent(facts.get("ino"), i -> name);
                }
                if (!name.isEmpty()) {
                    tree.put(name, says);
                }
            }
        }
        return tree;
    }

    private Image image(Layer... layers) {
        ImageConfig config = ImageConfig.create(Platform.LINUX_AMD64);
        List<Descriptor> descriptors = new ArrayList<>();
        for (Layer layer : layers) {
            descriptors.add(layer.descriptor());
            config = config.append(
                    layer.diffId(), new History(Optional.empty(), Optional.of("test"), Optional.empty(), false));
        }
        byte[] bytes = config.bytes();
        Descriptor configuration = store.ingest(MediaType.OCI_CONFIG, out -> {
                    out.write(bytes);
                    return true;
                })
                .descriptor();
        Document document = Document.of(ImageManifest.of(configuration, descriptors));
        store.put(document);
        return Image.of(document.descriptor(), store);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void a_difference_laid_over_the_lower_tree_gives_the_upper_one(long seed) throws IOException {
        Random random = new Random(seed);
        grow(random, lower, 3);
        grow(random, upper, 3);
        settle(lower);
        settle(upper);
        Layer base = layer(LayerRecipe.folder(lower).keepModes().keepTimes().keepHardLinks());
        Layer difference = layer(TreeDifference.between(lower, upper));
        Path applied = temporary.resolve("applied");
        RootFileSystem.of(image(base, difference)).unpack(applied);
        assertThat(tree(applied)).isEqualTo(tree(upper));
    }

    // ---- overlays ----

    private static void mark(Path folder, String name, String value) throws IOException {
        UserDefinedFileAttributeView view = Files.getFileAttributeView(folder, UserDefinedFileAttributeView.class);
        Assumptions.assumeTrue(view != null, "SKIPPED: no extended attributes here");
        view.write(name, ByteBuffer.wrap(value.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void an_opaque_folder_of_an_overlay_is_one_of_the_layer() throws IOException {
        file(upper, "d/new", "1");
        file(upper, "e/new", "2");
        mark(upper.resolve("d"), "overlay.opaque", "y");
        mark(upper.resolve("e"), "overlay.impure", "y");
        assertThat(entries(TreeDifference.ofOverlay(upper)))
                .containsExactly("d/", "d/.wh..wh..opq", "d/new", "e/", "e/new");
    }

    @Test
    void marks_that_only_root_sees_come_by_a_reader_and_marks_never_go_in() throws IOException {
        file(upper, "d/new", "1");
        byte[] yes = {'y'};
        AttributeReader reader = folder ->
                Map.of("d", Map.of("trusted.overlay.opaque", yes, "user.note", yes, "trusted.overlay.origin", yes));
        Layer layer = layer(TreeDifference.ofOverlay(upper).keepAttributes(reader));
        try (LayerReader read = LayerReader.open(store.blob(layer.descriptor()), layer.diffId())) {
            assertThat(read.next().orElseThrow().otherRecordKeys()).containsExactly("SCHILY.xattr.user.note");
            assertThat(read.next().orElseThrow().nameText()).isEqualTo("d/.wh..wh..opq");
        }
    }

    @Test
    void a_folder_that_an_overlay_only_renamed_is_refused() throws IOException {
        Files.createDirectory(upper.resolve("d"));
        mark(upper.resolve("d"), "overlay.redirect", "/old");
        assertThatThrownBy(() -> layer(TreeDifference.ofOverlay(upper)))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("redirect_dir=off");
    }
}
