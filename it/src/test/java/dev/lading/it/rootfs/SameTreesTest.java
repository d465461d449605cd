package dev.lading.it.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.it.peers.Command;
import dev.lading.it.peers.Containerd;
import dev.lading.it.peers.Peers;
import dev.lading.it.rootfs.LayerStack.Style;
import dev.lading.oci.content.Image;
import dev.lading.oci.layout.OciLayout;
import dev.lading.oci.rootfs.FileTree;
import dev.lading.oci.rootfs.RootFileSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same layers, applied by others and by us, give the same files. */
class SameTreesTest {
    private static final int BATCH = 50;

    /** Every so many stacks GNU tar unpacks the flattened tar. */
    private static final int FLATTENED = 3;

    /** A folder that no entry describes. */
    private static final String IMPLIED = "folder 0755 0:0 0";

    /** No layer has a later time than this; the clock does. */
    private static final long MADE_UP_UNTIL = 1_500_000_000;

    @TempDir
    private Path temporary;

    @Test
    void what_tools_write_is_applied_as_containerd_and_umoci_apply_it() throws IOException {
        plain(1, 100);
    }

    @Test
    void what_the_specification_allows_is_applied_as_umoci_applies_it() throws IOException {
        wild(1, 100);
    }

    /** GNU tar 1.34 made the folder of this stack anew with the time of the unpacking. */
    @Test
    void a_folder_with_a_link_and_the_second_name_of_an_empty_file_keeps_its_time_when_flattened() throws IOException {
        Peers.requireRoot();
        long seed = 10_059;
        layout(temporary, seed, Style.PLAIN);
        ours(temporary, seed);
    }

    @Test
    @Tag("long")
    void a_thousand_stacks_of_layers_are_applied_as_others_apply_them() throws IOException {
        plain(10_000, 500);
        wild(20_000, 500);
    }

    private void plain(long seed, int count) throws IOException {
        Peers.requireRoot();
        String umoci = Peers.require("umoci").toString();
        try (Containerd containerd = Containerd.start()) {
            for (long first = seed; first < seed + count; first += BATCH) {
                Path folder = Files.createDirectory(temporary.resolve("plain" + first));
                Path archive = layout(folder, first, Style.PLAIN);
                containerd
                        .ctr("image", "import", "--base-name", "lading/random", archive.toString())
                        .succeeded();
                for (long at = first; at < first + BATCH; at++) {
                    Map<String, String> ours = ours(folder, at);
                    assertThat(withoutAccidentalTimes(byUmoci(umoci, folder, at), ours))
                            .as("umoci, seed %s", at)
                            .isEqualTo(ours);
                    Path mount = Files.createDirectory(folder.resolve("mount" + at));
                    containerd
                            .ctr("image", "mount", "lading/random:s" + at, mount.toString())
                            .succeeded();
                    try {
                        assertThat(TreeFacts.of(mount))
                                .as("containerd, seed %s", at)
                                .isEqualTo(ours);
                    } finally {
                        Command.run("umount", mount.toString()).succeeded();
                    }
                }
            }
        }
    }

    private void wild(long seed, int count) throws IOException {
        Peers.requireRoot();
        String umoci = Peers.require("umoci").toString();
        // A file where a folder is needed: umoci refuses it, overlays put the folder in its place, as we do.
        List<String> refused = new ArrayList<>();
        for (long first = seed; first < seed + count; first += BATCH) {
            Path folder = Files.createDirectory(temporary.resolve("wild" + first));
            layout(folder, first, Style.WILD);
            for (long at = first; at < first + BATCH; at++) {
                Path bundle = folder.resolve("umoci" + at);
                Command unpacked = Command.run(
                        umoci, "unpack", "--image", folder.resolve("layout") + ":s" + at, bundle.toString());
                if (unpacked.exitCode() != 0) {
                    refused.add(unpacked.err().strip().replace(bundle.toString(), ""));
                    continue;
                }
                Map<String, String> ours = ours(folder, at);
                assertThat(withoutAccidentalTimes(TreeFacts.of(bundle.resolve("rootfs")), ours))
                        .as("umoci, seed %s", at)
                        .isEqualTo(ours);
            }
        }
        assertThat(refused).hasSizeLessThan(count / 3);
    }

    /**
     * Where a layer puts something into a folder, or takes it away, without describing the folder, umoci may leave the
     * folder with the time of the unpacking; we keep what a layer said last, or 1970 where none says anything. A folder that
     * an opaque one above hides, and that the same layer puts something into, is a new one to us wherever in the layer the
     * mark stands; to umoci only if it stands before.
     */
    private static Map<String, String> withoutAccidentalTimes(Map<String, String> theirs, Map<String, String> ours) {
        Map<String, String> settled = new TreeMap<>(theirs);
        settled.replaceAll((name, said) -> {
            String same = ours.getOrDefault(name, "");
            int time = said.lastIndexOf(' ') + 1;
            boolean folder = said.startsWith("folder ");
            boolean now = folder && Long.parseLong(said.substring(time)) > MADE_UP_UNTIL;
            boolean accident = now && same.startsWith(said.substring(0, time)) || folder && same.equals(IMPLIED);
            return accident ? same : said;
        });
        return settled;
    }

    /** A layout with an image for each seed, and as an archive beside it. */
    private static Path layout(Path folder, long first, Style style) {
        Path path = folder.resolve("layout");
        try (OciLayout layout = OciLayout.open(path)) {
            for (long seed = first; seed < first + BATCH; seed++) {
                layout.tag(LayerStack.image(LayerStack.tars(seed, style), layout), "s" + seed);
            }
        }
        Path archive = folder.resolve("layout.tar");
        Command.run("tar", "-cf", archive.toString(), "-C", path.toString(), ".")
                .succeeded();
        return archive;
    }

    /** The view and the unpacked folder say the same; devices and pipes are in the view alone. */
    private static Map<String, String> ours(Path folder, long seed) throws IOException {
        try (OciLayout layout = OciLayout.open(folder.resolve("layout"))) {
            Image image = layout.resolve("s" + seed).onlyImage();
            FileTree tree = RootFileSystem.of(image).tree();
            Map<String, String> viewed = TreeFacts.of(tree);
            Path root = folder.resolve("ours" + seed);
            RootFileSystem.of(image).withOwners().unpack(root);
            Map<String, String> made = new TreeMap<>(viewed);
            made.values().removeIf(said -> said.startsWith("device ") || said.startsWith("pipe "));
            assertThat(TreeFacts.of(root)).as("unpacked, seed %s", seed).isEqualTo(made);
            if (seed % FLATTENED == 0) {
                assertThat(flattened(tree, folder.resolve("flat" + seed)))
                        .as("flattened, seed %s", seed)
                        .isEqualTo(viewed);
            }
            return viewed;
        }
    }

    /** The one tar, unpacked by GNU tar. */
    private static Map<String, String> flattened(FileTree tree, Path folder) throws IOException {
        Files.createDirectory(folder);
        Path tar = folder.resolveSibling(folder.getFileName() + ".tar");
        try (OutputStream out = Files.newOutputStream(tar)) {
            tree.flatten(out);
        }
        Command.run(
                        Peers.require("tar").toString(),
                        "--numeric-owner",
                        "--xattrs",
                        "--xattrs-include=user.*",
                        "-xpf",
                        tar.toString(),
                        "-C",
                        folder.toString())
                .succeeded();
        return TreeFacts.of(folder);
    }

    private static Map<String, String> byUmoci(String umoci, Path folder, long seed) throws IOException {
        Path bundle = folder.resolve("umoci" + seed);
        Command.run(umoci, "unpack", "--image", folder.resolve("layout") + ":s" + seed, bundle.toString())
                .succeeded();
        return TreeFacts.of(bundle.resolve("rootfs"));
    }
}
