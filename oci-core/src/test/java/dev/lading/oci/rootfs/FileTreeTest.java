package dev.lading.oci.rootfs;

import static dev.lading.oci.rootfs.TestLayers.image;
import static dev.lading.oci.rootfs.TestLayers.tar;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.MediaType;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.Role;
import dev.lading.oci.rootfs.TestLayers.Tar;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import dev.lading.tar.TarReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FileTreeTest {
    private static FileTree tree(Tar... layers) {
        return RootFileSystem.of(image(layers)).tree();
    }

    private static List<String> names(FileTree tree) {
        return tree.entries().map(FileEntry::pathText).toList();
    }

    private static String content(FileTree tree, String path) {
        return new String(tree.read(tree.resolve(path).orElseThrow(), 1000), UTF_8);
    }

    private static Tar system() {
        return tar().add(TarEntry.folder("usr").withMode(0711).withOwner(1, 2))
                .folder("usr/lib")
                .add(TarEntry.file("usr/lib/os-release", 5).withModified(Instant.ofEpochSecond(7)), "ID=x\n")
                .symlink("lib", "usr/lib")
                .folder("etc")
                .symlink("etc/os-release", "../usr/lib/os-release")
                .symlink("etc/loop", "loop")
                .symlink("etc/out", "../../../../etc/shadow")
                .file("etc/empty", "")
                .hardLink("etc/same", "usr/lib/os-release");
    }

    @Test
    void a_view_lists_folders_before_what_they_hold_in_byte_order() {
        assertThat(names(tree(system())))
                .containsExactly(
                        "etc",
                        "etc/empty",
                        "etc/loop",
                        "etc/os-release",
                        "etc/out",
                        "etc/same",
                        "lib",
                        "usr",
                        "usr/lib",
                        "usr/lib/os-release");
    }

    @Test
    void an_entry_says_what_the_layers_said() {
        FileTree tree = tree(system(), tar().folder("opt"));
        FileEntry usr = tree.find("usr").orElseThrow();
        assertThat(usr.kind()).isEqualTo(TarKind.FOLDER);
        assertThat(usr.mode()).isEqualTo(0711);
        assertThat(usr.userId()).isEqualTo(1);
        assertThat(usr.groupId()).isEqualTo(2);
        assertThat(usr.layer()).isZero();
        assertThat(tree.find("opt").orElseThrow().layer()).isEqualTo(1);
        FileEntry file = tree.find("usr/lib/os-release").orElseThrow();
        assertThat(file.size()).isEqualTo(5);
        assertThat(file.modified()).isEqualTo(Instant.ofEpochSecond(7));
        assertThat(file.names()).isEqualTo(2);
        assertThat(file.isSameFile(tree.find("etc/same").orElseThrow())).isTrue();
        assertThat(file.isSameFile(tree.find("etc/empty").orElseThrow())).isFalse();
        assertThat(tree.find("lib").orElseThrow().targetText()).isEqualTo("usr/lib");
        assertThat(tree.root().kind()).isEqualTo(TarKind.FOLDER);
        assertThat(tree.children(tree.find("usr/lib").orElseThrow()))
                .extracting(FileEntry::shownPath)
                .containsExactly("\"usr/lib/os-release\"");
        assertThat(tree.children(file)).isEmpty();
    }

    @Test
    void names_are_looked_up_inside_the_root_alone() {
        FileTree tree = tree(system());
        assertThat(tree.find("/lib/os-release")).isEqualTo(tree.find("usr/lib/os-release"));
        assertThat(tree.find("etc/os-release").orElseThrow().kind()).isEqualTo(TarKind.SYMLINK);
        assertThat(tree.resolve("etc/os-release")).isEqualTo(tree.find("usr/lib/os-release"));
        assertThat(tree.resolve("../../usr/./lib/../lib/os-release")).isEqualTo(tree.find("usr/lib/os-release"));
        assertThat(tree.find("usr/..")).contains(tree.root());
        assertThat(tree.find("")).contains(tree.root());
        assertThat(tree.resolve("etc/out")).isEmpty();
        assertThat(tree.resolve("etc/loop")).isEmpty();
        assertThat(tree.find("etc/loop/x")).isEmpty();
        assertThat(tree.find("etc/empty/x")).isEmpty();
        assertThat(tree.find("absent/x")).isEmpty();
    }

    @Test
    void one_file_is_read_without_the_rest() {
        FileTree tree = tree(
                system(),
                tar().file("etc/empty", "second").file("z", "zzz"),
                tar().hardLink("linked", "usr/lib/os-release").file("usr/lib/.wh.os-release", ""));
        assertThat(content(tree, "etc/empty")).isEqualTo("second");
        assertThat(content(tree, "linked")).isEqualTo("ID=x\n");
        assertThat(content(tree, "etc/same")).isEqualTo("ID=x\n");
        assertThat(tree.find("usr/lib/os-release")).isEmpty();
        FileEntry z = tree.find("z").orElseThrow();
        assertThatThrownBy(() -> tree.read(z, 2))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("3 bytes");
        assertThatThrownBy(() -> tree.read(tree.find("usr").orElseThrow(), 2))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("only files have content");
    }

    @Test
    void a_part_of_a_file_can_be_read_and_the_stream_closed() throws IOException {
        FileTree tree = tree(tar().file("a", "0123456789"));
        try (InputStream in = tree.open(tree.find("a").orElseThrow())) {
            assertThat(in.skip(3)).isEqualTo(3);
            assertThat(in.read()).isEqualTo('3');
            assertThat(in.readNBytes(100)).isEqualTo("456789".getBytes(UTF_8));
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void extended_attributes_are_read_in_both_spellings() {
        TarEntry entry = TarEntry.file("a", 1)
                .withRecord("SCHILY.xattr.security.capability", new byte[] {1, 0, 2})
                .withRecord("LIBARCHIVE.xattr.user.a%3db", "aGk".getBytes(UTF_8))
                .withRecord("LIBARCHIVE.xattr.user.odd", "*".getBytes(UTF_8))
                .withRecord("comment", new byte[] {1});
        FileEntry read = tree(tar().add(entry, "x")).find("a").orElseThrow();
        assertThat(read.attributes()).containsOnlyKeys("security.capability", "user.a=b");
        assertThat(read.attributes().get("security.capability")).containsExactly(1, 0, 2);
        assertThat(read.attributes().get("user.a=b")).asString(UTF_8).isEqualTo("hi");
    }

    // ---- flatten ----

    private static List<String> flattened(Image image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FlattenResult result = RootFileSystem.of(image).flatten(out);
        assertThat(result.bytes()).isEqualTo(out.size());
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
        List<String> lines = new ArrayList<>();
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            String content = new String(reader.content().readAllBytes(), UTF_8);
            lines.add(entry.get().kind() + " " + entry.get().nameText()
                    + (entry.get().linkNameText().isEmpty()
                            ? ""
                            : " -> " + entry.get().linkNameText())
                    + (content.isEmpty() ? "" : " = " + content));
        }
        assertThat(result.entries()).isEqualTo(lines.size());
        return lines;
    }

    @Test
    void a_flattened_image_has_no_whiteouts_each_file_once_and_each_folder_after_what_it_holds() throws IOException {
        Image image = image(
                tar().folder("d")
                        .file("d/gone", "1")
                        .file("d/kept", "2")
                        .file("d/changed", "3")
                        .special("null", '3'),
                tar().file("d/.wh.gone", "")
                        .file("d/changed", "4")
                        .hardLink("also", "d/kept")
                        .symlink("link", "d")
                        .hardLink("link2", "link")
                        .file("empty", ""));
        assertThat(flattened(image))
                .containsExactly(
                        "FILE empty",
                        "SYMLINK link -> d",
                        "SYMLINK link2 -> d",
                        "CHARACTER_DEVICE null",
                        "FILE also = 2",
                        "HARD_LINK d/kept -> also",
                        "FILE d/changed = 4",
                        "FOLDER d/");
    }

    @Test
    void flattening_keeps_owners_modes_times_and_attributes_and_does_not_change_what_is_flat() throws IOException {
        byte[] value = {1, 2, 3};
        Image image = image(tar().add(TarEntry.folder(".").withMode(0700))
                .add(TarEntry.folder("d").withMode(01777).withOwner(5, 6))
                .add(
                        TarEntry.file("d/su", 1)
                                .withMode(04755)
                                .withOwner(7, 8)
                                .withModified(Instant.ofEpochSecond(9))
                                .withRecord("SCHILY.xattr.security.capability", value),
                        "x"));
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        RootFileSystem.of(image).flatten(first);
        FileTree again = RootFileSystem.of(new TestLayers()
                        .layer(MediaType.OCI_LAYER, first.toByteArray(), Digest.of(first.toByteArray()))
                        .image())
                .tree();
        FileEntry file = again.find("d/su").orElseThrow();
        assertThat(file.mode()).isEqualTo(04755);
        assertThat(file.userId()).isEqualTo(7);
        assertThat(file.groupId()).isEqualTo(8);
        assertThat(file.modified()).isEqualTo(Instant.ofEpochSecond(9));
        assertThat(file.attributes().get("security.capability")).isEqualTo(value);
        assertThat(again.find("d").orElseThrow().mode()).isEqualTo(01777);
        assertThat(again.root().mode()).isEqualTo(0700);
        ByteArrayOutputStream second = new ByteArrayOutputStream();
        again.flatten(second);
        assertThat(second.toByteArray()).isEqualTo(first.toByteArray());
    }

    @Test
    void a_failing_target_of_a_flattening_is_told_as_such() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("no space");
            }
        };
        assertThatThrownBy(() -> RootFileSystem.of(image(system())).flatten(full))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("no space");
    }

    @Test
    void an_interrupt_ends_a_view_and_a_flattening_with_the_flag_kept() {
        Image image = image(system());
        FileTree tree = RootFileSystem.of(image).tree();
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> RootFileSystem.of(image).tree()).isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> tree.flatten(OutputStream.nullOutputStream()))
                    .isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> tree.read(tree.find("usr/lib/os-release").orElseThrow(), 100))
                    .isInstanceOf(CancelledException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void a_layer_that_changes_after_it_was_verified_is_refused() {
        byte[] stored = tar().file("a", "first").end();
        Image image = new TestLayers()
                .layer(MediaType.OCI_LAYER, stored, Digest.of(stored))
                .image();
        AtomicBoolean changed = new AtomicBoolean();
        FileTree tree = RootFileSystem.of(Image.of(image.descriptor(), new Changing(image.source(), changed)))
                .tree();
        FileEntry a = tree.find("a").orElseThrow();
        assertThat(tree.read(a, 100)).asString(UTF_8).isEqualTo("first");
        changed.set(true);
        assertThatThrownBy(() -> tree.read(a, 100)).isInstanceOf(ContentMismatchException.class);
        assertThatThrownBy(() -> tree.flatten(OutputStream.nullOutputStream()))
                .isInstanceOf(ContentMismatchException.class);
    }

    /** A place whose blobs have their first file's last byte changed at some time. */
    private record Changing(ContentSource honest, AtomicBoolean changed) implements ContentSource {
        @Override
        public Optional<Descriptor> find(String name) {
            return honest.find(name);
        }

        @Override
        public boolean exists(Descriptor descriptor, Role role) {
            return honest.exists(descriptor, role);
        }

        @Override
        public Content fetch(Descriptor descriptor, Role role) {
            Content content = honest.fetch(descriptor, role);
            if (!changed.get()) {
                return content;
            }
            return new Content() {
                @Override
                public long size() {
                    return content.size();
                }

                @Override
                public InputStream open() throws IOException {
                    try (InputStream in = content.open()) {
                        byte[] bytes = in.readAllBytes();
                        bytes[516] ^= 1;
                        return new ByteArrayInputStream(bytes);
                    }
                }
            };
        }

        @Override
        public String describe() {
            return honest.describe();
        }
    }

    @Test
    void folders_that_no_entry_describes_count_against_the_limit_of_entries() {
        Tar deep = tar();
        for (int i = 0; i < 5; i++) {
            deep.file(i + "/x".repeat(50), "");
        }
        LayerLimits limits = LayerLimits.DEFAULT.withMaxEntries(100);
        assertThatThrownBy(
                        () -> RootFileSystem.of(image(deep)).withLimits(limits).tree())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("more than 100 folders");
    }

    @Test
    void extended_attributes_do_not_fill_the_memory() {
        Tar big = tar();
        for (int i = 0; i < 3; i++) {
            big.add(TarEntry.file("f" + i, 0).withRecord("SCHILY.xattr.user.big", new byte[500_000]), "");
        }
        LayerLimits limits = LayerLimits.DEFAULT.withMaxEntries(100);
        assertThatThrownBy(
                        () -> RootFileSystem.of(image(big)).withLimits(limits).tree())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("extended attributes");
    }
}
