package dev.lading.oci.rootfs;

import static dev.lading.oci.rootfs.TestLayers.gzip;
import static dev.lading.oci.rootfs.TestLayers.image;
import static dev.lading.oci.rootfs.TestLayers.tar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.lading.oci.CancelledException;
import dev.lading.oci.ConflictException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.MediaType;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Image;
import dev.lading.oci.rootfs.TestLayers.Tar;
import dev.lading.tar.TarEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RootFileSystemTest {
    @TempDir
    private Path temporary;

    private Path root;
    private Path victim;

    @BeforeEach
    void placeTheVictim() throws IOException {
        root = temporary.resolve("rootfs");
        victim = Files.writeString(temporary.resolve("victim"), "unharmed");
    }

    /** Links that lead out of the temporary folder are no business of what deletes it. */
    @AfterEach
    void takeTheLinksAway() throws IOException {
        try (Stream<Path> paths = Files.walk(temporary)) {
            for (Path link : paths.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    /** Every path below a folder with what it is: content of a file, target of a link. */
    private static Map<String, String> tree(Path folder) {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                String name = folder.relativize(path).toString().replace('\\', '/');
                if (Files.isSymbolicLink(path)) {
                    tree.put(name, "-> " + Files.readSymbolicLink(path));
                } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    tree.put(name + "/", "");
                } else {
                    tree.put(name, Files.readString(path, StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        tree.remove("/");
        return tree;
    }

    private Map<String, String> unpacked(Tar... layers) {
        RootFileSystem.of(image(layers)).unpack(root);
        return tree(root);
    }

    private void refused(Tar tar, String... words) {
        refused(List.of(tar), words);
    }

    /** Refused, nothing left, nobody harmed. */
    private void refused(List<Tar> layers, String... words) {
        assertThatThrownBy(() ->
                        RootFileSystem.of(image(layers.toArray(Tar[]::new))).unpack(root))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll(words);
        assertThat(root).doesNotExist();
        assertThat(victim).hasContent("unharmed");
        assertThat(temporary.toFile().list()).containsExactly("victim");
    }

    // ---- honest layers ----

    @Test
    void every_kind_is_made_and_counted() throws IOException {
        Image image = image(tar().folder("app")
                .file("app/run", "program")
                .symlink("app/link", "run")
                .hardLink("app/same", "app/run")
                .special("dev", '3'));
        UnpackResult result = RootFileSystem.of(image).unpack(root);
        assertThat(tree(root))
                .isEqualTo(Map.of("app/", "", "app/run", "program", "app/link", "-> run", "app/same", "program"));
        assertThat(Files.isSameFile(root.resolve("app/run"), root.resolve("app/same")))
                .isTrue();
        assertThat(result).isEqualTo(new UnpackResult(1, 5, 7, 0, 1, 0, 0, List.of("\"dev\": a CHARACTER_DEVICE")));
    }

    @Test
    void modes_and_times_are_set_and_special_bits_are_dropped() throws IOException {
        Instant time = Instant.ofEpochSecond(1_600_000_000);
        Image image = image(tar().add(TarEntry.folder("closed").withMode(0555).withModified(time))
                .add(TarEntry.file("closed/su", 1).withMode(04751).withModified(time), "x")
                .add(TarEntry.file("closed/no", 1).withMode(0).withModified(time), "x")
                .add(TarEntry.folder("implicit/below").withMode(0700)));
        UnpackResult result = RootFileSystem.of(image).unpack(root);
        assertThat(mode("closed")).isEqualTo("r-xr-xr-x");
        assertThat(mode("closed/su")).isEqualTo("rwxr-x--x");
        assertThat(mode("closed/no")).isEqualTo("---------");
        assertThat(mode("implicit")).isEqualTo("rwxr-xr-x");
        assertThat(mode("implicit/below")).isEqualTo("rwx------");
        for (String name : List.of("closed", "closed/su", "closed/no")) {
            assertThat(Files.getLastModifiedTime(root.resolve(name))).isEqualTo(FileTime.from(time));
        }
        assertThat(Files.getLastModifiedTime(root.resolve("implicit"))).isEqualTo(FileTime.from(Instant.EPOCH));
        assertThat(result.droppedModeBits()).isEqualTo(1);
        Files.setPosixFilePermissions(root.resolve("closed"), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(name)));
    }

    @Test
    void the_sticky_bit_of_a_folder_stays() throws IOException {
        unpacked(tar().add(TarEntry.folder("tmp").withMode(01777)));
        assertThat((int) Files.getAttribute(root.resolve("tmp"), "unix:mode") & 07777)
                .isEqualTo(01777);
    }

    @Test
    void owners_and_set_ids_are_kept_when_asked() throws IOException {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "only root may give files away");
        Image image = image(tar().add(TarEntry.file("su", 1).withMode(04755).withOwner(1234, 5678), "x")
                .add(TarEntry.symlink("link", "nowhere").withOwner(1234, 5678))
                .add(TarEntry.folder("home").withOwner(1000, 1000)));
        RootFileSystem.of(image).withOwners().unpack(root);
        assertThat(Files.getAttribute(root.resolve("su"), "unix:uid")).isEqualTo(1234);
        assertThat(Files.getAttribute(root.resolve("su"), "unix:gid")).isEqualTo(5678);
        assertThat((int) Files.getAttribute(root.resolve("su"), "unix:mode") & 07777)
                .isEqualTo(04755);
        assertThat(Files.getAttribute(root.resolve("link"), "unix:uid", LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(1234);
        assertThat(Files.getAttribute(root.resolve("home"), "unix:uid")).isEqualTo(1000);
    }

    @Test
    void the_root_entry_sets_the_root_s_own_attributes() throws IOException {
        unpacked(tar().add(TarEntry.folder("./").withMode(0711)).file("./a", "x"));
        assertThat(mode("")).isEqualTo("rwx--x--x");
        assertThat(tree(root)).containsOnlyKeys("a");
    }

    @Test
    void an_image_without_layers_is_an_empty_folder() {
        assertThat(unpacked()).isEmpty();
        assertThat(root).isDirectory();
    }

    @Test
    void an_empty_folder_is_taken_and_emptied_again_on_failure() throws IOException {
        Files.createDirectory(root);
        assertThatThrownBy(() -> unpacked(tar().file("a", "x").file("../b", "y")))
                .isInstanceOf(InvalidInputException.class);
        assertThat(root).isEmptyDirectory();
        assertThat(unpacked(tar().file("a", "x"))).containsOnlyKeys("a");
    }

    @Test
    void folders_made_on_the_way_are_removed_again_too() {
        Path deep = temporary.resolve("one/two/three");
        assertThatThrownBy(() -> RootFileSystem.of(image(tar().folder("d").file("../b", "y")))
                        .unpack(deep))
                .isInstanceOf(InvalidInputException.class);
        assertThat(temporary.resolve("one")).doesNotExist();
    }

    @Test
    void a_folder_that_holds_something_is_refused_and_left_alone() throws IOException {
        Files.createDirectory(root);
        Files.writeString(root.resolve("mine"), "kept");
        assertThatThrownBy(() -> unpacked(tar().file("a", "x")))
                .isInstanceOf(ConflictException.class)
                .hasMessageContainingAll("rootfs", "not empty");
        assertThat(tree(root)).isEqualTo(Map.of("mine", "kept"));
        assertThatThrownBy(() -> RootFileSystem.of(image()).unpack(victim)).isInstanceOf(ConflictException.class);
        assertThat(victim).hasContent("unharmed");
    }

    @Test
    void links_to_folders_inside_the_root_are_followed_as_in_a_running_system() {
        assertThat(unpacked(
                        tar().folder("usr/lib").symlink("lib", "usr/lib").symlink("abs", "/usr/lib"),
                        tar().file("lib/x", "1").file("abs/y", "2")))
                .isEqualTo(Map.of(
                        "usr/",
                        "",
                        "usr/lib/",
                        "",
                        "lib",
                        "-> usr/lib",
                        "abs",
                        "-> /usr/lib",
                        "usr/lib/x",
                        "1",
                        "usr/lib/y",
                        "2"));
    }

    @Test
    void a_link_to_a_folder_that_is_not_there_yet_makes_it() {
        assertThat(unpacked(tar().symlink("lib", "usr/lib"), tar().file("lib/x", "1")))
                .containsEntry("usr/lib/x", "1")
                .containsEntry("lib", "-> usr/lib");
    }

    @Test
    void the_last_of_two_entries_with_one_name_holds_whatever_their_kinds() {
        assertThat(unpacked(tar().file("a", "1").file("a", "2"))).isEqualTo(Map.of("a", "2"));
        root = temporary.resolve("second");
        assertThat(unpacked(tar().file("a", "1").symlink("a", "x").folder("a").file("a/b", "3")))
                .isEqualTo(Map.of("a/", "", "a/b", "3"));
        root = temporary.resolve("third");
        assertThat(unpacked(tar().folder("a").file("a/b", "3").file("a", "4"))).isEqualTo(Map.of("a", "4"));
    }

    @Test
    void kinds_may_change_from_layer_to_layer() {
        assertThat(unpacked(
                        tar().file("file", "1")
                                .folder("folder")
                                .file("folder/in", "2")
                                .symlink("link", "folder"),
                        tar().folder("file")
                                .file("file/in", "3")
                                .file("folder", "4")
                                .folder("link")
                                .file("link/in", "5")))
                .isEqualTo(Map.of("file/", "", "file/in", "3", "folder", "4", "link/", "", "link/in", "5"));
    }

    @Test
    void a_child_may_come_before_its_folder() throws IOException {
        unpacked(tar().file("d/f", "1").add(TarEntry.folder("d").withMode(0700)));
        assertThat(tree(root)).isEqualTo(Map.of("d/", "", "d/f", "1"));
        assertThat(mode("d")).isEqualTo("rwx------");
    }

    @Test
    void replacing_a_name_leaves_its_other_names_as_they_are() {
        assertThat(unpacked(tar().file("a", "old").hardLink("b", "a"), tar().file("a", "new")))
                .isEqualTo(Map.of("a", "new", "b", "old"));
    }

    @Test
    void a_hard_link_to_itself_changes_nothing() {
        assertThat(unpacked(tar().file("a", "x").hardLink("a", "a"))).isEqualTo(Map.of("a", "x"));
    }

    @Test
    void names_that_are_no_text_and_names_of_any_script_come_back_byte_by_byte() throws IOException {
        byte[] noText = {'a', (byte) 0xff, 'b'};
        RootFileSystem.of(image(tar().add(TarEntry.file(noText, 1), "1")
                        .add(TarEntry.symlink("link".getBytes(StandardCharsets.US_ASCII), noText))
                        .file("e\u0301", "2")
                        .file("\u00e9", "3")))
                .unpack(root);
        try (Stream<Path> names = Files.list(root)) {
            assertThat(names.map(name -> name.toUri().getRawPath().replaceFirst(".*/", "")))
                    .containsExactlyInAnyOrder("a%FFb", "link", "e%CC%81", "%C3%A9");
        }
        assertThat(root.resolve("link")).hasContent("1");
    }

    @Test
    void names_of_255_bytes_are_taken_and_longer_ones_refused() {
        assertThat(unpacked(tar().file("n".repeat(255), "x"))).hasSize(1);
        root = temporary.resolve("second");
        assertThatThrownBy(() -> unpacked(tar().file("n".repeat(256), "x"))).hasMessageContaining("255 bytes");
        assertThatThrownBy(() -> unpacked(tar().file("d/".repeat(2048) + "f", "x")))
                .hasMessageContaining("longer than 4096");
        assertThatThrownBy(() -> unpacked(tar().file("d/".repeat(1500) + "f", "x")))
                .hasMessageContaining("1024 folders deep");
    }

    // ---- whiteouts ----

    private static Tar lower() {
        return tar().folder("d")
                .file("d/one", "1")
                .file("d/two", "2")
                .folder("d/sub")
                .file("d/sub/three", "3")
                .file("top", "t");
    }

    @Test
    void a_whiteout_takes_away_a_file_or_a_whole_folder_of_a_lower_layer() {
        assertThat(unpacked(
                        lower(),
                        tar().file("d/.wh.one", "").file("d/.wh.sub", "").file(".wh.top", "")))
                .isEqualTo(Map.of("d/", "", "d/two", "2"));
    }

    @Test
    void a_whiteout_leaves_what_its_own_layer_brings_before_or_after_it() {
        Map<String, String> expected =
                Map.of("d/", "", "d/one", "new", "d/two", "2", "d/sub/", "", "d/sub/four", "4", "top", "t");
        assertThat(unpacked(
                        lower(),
                        tar().file("d/one", "new")
                                .file("d/sub/four", "4")
                                .file("d/.wh.one", "")
                                .file("d/.wh.sub", "")))
                .isEqualTo(expected);
        root = temporary.resolve("second");
        assertThat(unpacked(
                        lower(),
                        tar().file("d/.wh.one", "")
                                .file("d/.wh.sub", "")
                                .file("d/one", "new")
                                .file("d/sub/four", "4")))
                .isEqualTo(expected);
    }

    @Test
    void an_opaque_whiteout_hides_all_of_lower_layers_wherever_it_stands() throws IOException {
        Map<String, String> expected = Map.of("d/", "", "d/new", "n", "d/sub/", "", "d/sub/four", "4", "top", "t");
        Tar first = tar().file("d/.wh..wh..opq", "").file("d/new", "n").file("d/sub/four", "4");
        Tar last = tar().file("d/new", "n").file("d/sub/four", "4").file("d/.wh..wh..opq", "");
        Tar lower = lower().add(TarEntry.folder("d/sub").withMode(0700));
        assertThat(unpacked(lower, first)).isEqualTo(expected);
        assertThat(mode("d/sub")).isEqualTo("rwxr-xr-x");
        root = temporary.resolve("second");
        lower = lower().add(TarEntry.folder("d/sub").withMode(0700));
        assertThat(unpacked(lower, last)).isEqualTo(expected);
        assertThat(mode("d/sub"))
                .as("the lower layer's folder is hidden with its mode")
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void an_opaque_root_hides_everything() {
        assertThat(unpacked(lower(), tar().file(".wh..wh..opq", "").file("only", "o")))
                .isEqualTo(Map.of("only", "o"));
    }

    @Test
    void a_whiteout_of_nothing_changes_nothing_and_makes_nothing() {
        assertThat(unpacked(
                        lower(),
                        tar().file("absent/.wh.x", "")
                                .file("top/.wh.x", "")
                                .file("absent/.wh..wh..opq", "")
                                .file(".wh.none", "")))
                .isEqualTo(tree(rootOf(lower())));
    }

    private Path rootOf(Tar tar) {
        Path other = temporary.resolve("other");
        RootFileSystem.of(image(tar)).unpack(other);
        return other;
    }

    @Test
    void a_whiteout_takes_away_a_link_and_not_what_it_points_at() {
        assertThat(unpacked(
                        tar().folder("real").file("real/f", "1").symlink("link", "real"), tar().file(".wh.link", "")))
                .isEqualTo(Map.of("real/", "", "real/f", "1"));
    }

    @Test
    void what_a_whiteout_took_away_can_come_back_in_a_later_layer() {
        assertThat(unpacked(lower(), tar().file(".wh.d", ""), tar().file("d/two", "again")))
                .isEqualTo(Map.of("d/", "", "d/two", "again", "top", "t"));
    }

    @Test
    void whiteouts_act_in_the_first_layer_on_nothing() {
        assertThat(unpacked(tar().file("a", "x").file(".wh.a", "").file(".wh..wh..opq", "")))
                .isEqualTo(Map.of("a", "x"));
    }

    @Test
    void what_aufs_left_behind_is_passed_over() {
        assertThat(unpacked(
                        tar().file(".wh..wh.aufs", "").folder(".wh..wh.plnk").file(".wh..wh.plnk/1.2", "x")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {".wh.", ".wh..", ".wh...", "d/.wh..", ".wh..wh.odd", ".wh.d/f", "d/.wh.x/y"})
    void odd_whiteouts_are_refused(String name) {
        refused(List.of(lower(), tar().file(name, "")), "whiteout");
    }

    @Test
    void whiteouts_that_climb_or_pass_a_link_or_are_no_files_are_refused() {
        refused(List.of(lower(), tar().file("../.wh.victim", "")), "climbs");
        refused(List.of(lower().symlink("out", ".."), tar().file("out/.wh.victim", "")), "symbolic link");
        refused(List.of(lower().symlink("out", "../.."), tar().file("out/.wh..wh..opq", "")), "symbolic link");
        refused(List.of(lower(), tar().folder(".wh.d")), "whiteouts are files");
        refused(List.of(lower(), tar().symlink(".wh.d", "x")), "whiteouts are files");
    }

    // ---- hostile layers ----

    @ParameterizedTest
    @ValueSource(
            strings = {"../victim", "a/../../victim", "..", "./../victim", "a/..", "/../victim", "a//../../victim"})
    void names_that_climb_are_refused(String name) {
        refused(tar().folder("a").file(name, "harm"), "climbs");
        refused(tar().folder("a").folder(name), "climbs");
        refused(tar().folder("a").symlink(name, "x"), "climbs");
        refused(tar().folder("a").hardLink(name, "a"), "climbs");
        refused(tar().folder("a").file("f", "x").hardLink("h", name), "climbs");
        refused(tar().folder("a").special(name, '3'), "climbs");
    }

    @Test
    void absolute_names_land_in_the_root() {
        assertThat(unpacked(tar().file(victim.toString(), "inside"))).containsValue("inside");
        assertThat(victim).hasContent("unharmed");
        assertThat(root.resolve(victim.toString().substring(1))).hasContent("inside");
    }

    static Stream<List<String>> escapes() {
        return Stream.of(
                List.of("link -> ..", "link/victim"),
                List.of("link -> ../..", "link/victim"),
                List.of("link -> /", "link/victim"),
                List.of("link -> $T", "link/victim"),
                List.of("a -> ..", "b -> a", "b/victim"),
                List.of("d/a -> ../..", "d/b -> a/..", "d/b/victim"),
                List.of("a -> b", "b -> ..", "a/victim"),
                List.of("link -> ../victim", "link"),
                List.of("link -> $T/victim", "link"),
                List.of("d/link -> ../../victim", "d/link"),
                List.of("d -> .", "d/d/d/x -> ../../..", "x/victim"),
                List.of("a -> ./../.././..", "a/./victim"),
                List.of("l/l -> $T", "l -> l", "l/victim"));
    }

    @ParameterizedTest
    @MethodSource("escapes")
    void links_never_lead_out(List<String> steps) throws IOException {
        Tar tar = tar();
        for (String step : steps.subList(0, steps.size() - 1)) {
            int arrow = step.indexOf(" -> ");
            tar.symlink(step.substring(0, arrow), step.substring(arrow + 4).replace("$T", temporary.toString()));
        }
        tar.file(steps.get(steps.size() - 1), "harm");
        try {
            RootFileSystem.of(image(tar)).unpack(root);
        } catch (InvalidInputException e) {
            assertThat(root).doesNotExist();
        }
        assertThat(victim).hasContent("unharmed");
        try (Stream<Path> names = Files.list(temporary)) {
            assertThat(names.filter(name -> !name.equals(root))).containsExactly(victim);
        }
    }

    @Test
    void a_file_over_a_link_replaces_the_link() {
        assertThat(unpacked(tar().symlink("link", "../victim").file("link", "inside")))
                .isEqualTo(Map.of("link", "inside"));
        assertThat(victim).hasContent("unharmed");
    }

    @Test
    void rings_of_links_are_refused() {
        refused(tar().symlink("a", "b").symlink("b", "a").file("a/x", "1"), "symbolic links");
        refused(tar().symlink("a", "a/a/a").file("a/x", "1"), "symbolic links");
        refused(tar().symlink("a", "b").symlink("b", "a").hardLink("h", "a/x"), "symbolic links");
    }

    @Test
    void the_root_itself_is_never_replaced() {
        refused(tar().symlink("./", "/"), "root itself");
        refused(tar().symlink("/", temporary.toString()), "root itself");
        refused(tar().special(".", '6'), "root itself");
        refused(List.of(tar().file("a", "x"), tar().hardLink(".", "a")), "root itself");
        refused(tar().file("a", "x").hardLink("h", "/"), "folders have no hard links");
    }

    @Test
    void hard_links_to_folders_and_to_what_is_not_in_the_root_are_refused() {
        refused(tar().hardLink("h", victim.toString()), "is not there");
        refused(tar().hardLink("h", "absent"), "is not there");
        refused(tar().symlink("out", "..").hardLink("h", "out/victim"), "is not there");
        refused(tar().folder("d").hardLink("h", "d"), "folders have no hard links");
        refused(tar().file("d/f", "x").hardLink("d", "d/f"), "its own target");
    }

    @Test
    void a_hard_link_to_a_symbolic_link_is_that_link_again_and_never_followed() {
        assertThat(unpacked(tar().symlink("s", "../victim").hardLink("h", "s")))
                .isEqualTo(Map.of("s", "-> ../victim", "h", "-> ../victim"));
        assertThat(victim).hasContent("unharmed");
    }

    @Test
    void a_hard_link_to_a_device_is_left_out_as_the_device_is() {
        UnpackResult result = RootFileSystem.of(image(tar().special("null", '3').hardLink("also", "null")))
                .unpack(root);
        assertThat(tree(root)).isEmpty();
        assertThat(result.skippedDevices()).isEqualTo(2);
    }

    @Test
    void a_file_in_the_way_of_a_folder_in_the_same_layer_is_refused() {
        refused(tar().file("a", "x").file("a/b", "y"), "no folder");
    }

    @Test
    void a_malformed_archive_is_refused_with_its_layer_named() {
        byte[] noTar = "this is no tar".repeat(100).getBytes(StandardCharsets.UTF_8);
        Image image = new TestLayers()
                .layer(MediaType.OCI_LAYER_GZIP, gzip(noTar), Digest.of(noTar))
                .image();
        assertThatThrownBy(() -> RootFileSystem.of(image).unpack(root))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll(
                        image.layers().get(0).descriptor().digest().toString(), "checksum", "memory");
        assertThat(root).doesNotExist();
    }

    @Test
    void a_wrong_diff_id_leaves_nothing() {
        byte[] tar = tar().file("a", "x").end();
        Image image = new TestLayers()
                .layer(MediaType.OCI_LAYER_GZIP, gzip(tar), Digest.of(new byte[0]))
                .image();
        assertThatThrownBy(() -> RootFileSystem.of(image).unpack(root)).isInstanceOf(ContentMismatchException.class);
        assertThat(root).doesNotExist();
    }

    @Test
    void the_limits_hold_for_all_layers_together() {
        Image image = image(tar().file("a", "x"), tar().file("b", "x"));
        LayerLimits one = LayerLimits.DEFAULT.withMaxEntries(1);
        assertThatThrownBy(() -> RootFileSystem.of(image).withLimits(one).unpack(root))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("more than 1 entries");
        LayerLimits bytes = LayerLimits.DEFAULT.withMaxBytes(4000);
        assertThatThrownBy(() -> RootFileSystem.of(image).withLimits(bytes).unpack(root))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("4000 bytes");
        assertThat(root).doesNotExist();
    }

    @Test
    void an_interrupt_cancels_leaves_nothing_and_keeps_the_flag() {
        Image image = image(tar().file("a", "x"));
        image.layers(); // read before the flag is set
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> RootFileSystem.of(image).unpack(root)).isInstanceOf(CancelledException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(root).doesNotExist();
    }

    @Test
    void folders_closed_by_the_image_are_removed_on_failure_too() {
        refused(
                List.of(tar().add(TarEntry.folder("d").withMode(0)).file("d/f", "x"), tar().file("../late", "x")),
                "climbs");
    }

    // ---- other file systems ----

    static Stream<Configuration> systems() {
        return Stream.of(
                Configuration.unix().toBuilder()
                        .setAttributeViews("basic", "owner", "posix", "unix")
                        .build(),
                Configuration.osX(),
                Configuration.windows());
    }

    @ParameterizedTest
    @MethodSource("systems")
    void any_file_system_takes_an_honest_image(Configuration configuration) throws IOException {
        try (FileSystem system = Jimfs.newFileSystem(configuration)) {
            Path folder = system.getPath("work").toAbsolutePath().resolve("rootfs");
            RootFileSystem.of(image(
                            tar().add(TarEntry.folder("app").withMode(01755))
                                    .file("app/run", "1")
                                    .hardLink("app/same", "app/run")
                                    .symlink("app/link", "run")
                                    .file("gr\u00fcn", "2"),
                            tar().file("app/.wh.same", "").file("app/link2", "3")))
                    .unpack(folder);
            assertThat(tree(folder))
                    .isEqualTo(Map.of(
                            "app/", "", "app/run", "1", "app/link", "-> run", "gr\u00fcn", "2", "app/link2", "3"));
        }
    }

    @ParameterizedTest
    @MethodSource("systems")
    void names_that_a_file_system_takes_for_one_never_turn_a_folder_into_a_link(Configuration configuration)
            throws IOException {
        try (FileSystem system = Jimfs.newFileSystem(configuration)) {
            Path work = Files.createDirectories(system.getPath("work").toAbsolutePath());
            Path outside = Files.createDirectory(work.resolve("outside"));
            Path folder = work.resolve("rootfs");
            Image image =
                    image(tar().symlink("Link", "../outside").folder("link").file("link/harm", "x"));
            Files.createFile(work.resolve("Case"));
            boolean apart = Files.notExists(work.resolve("case"));
            try {
                RootFileSystem.of(image).unpack(folder);
            } catch (UnsupportedException e) {
                assertThat(e).hasMessageContaining("two names");
                assertThat(folder).doesNotExist();
            }
            assertThat(outside).isEmptyDirectory();
            assertThat(apart || Files.notExists(folder)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\\b",
                "..\\..\\victim",
                "c:\\victim",
                "c:x",
                "file:stream",
                "con",
                "NUL.txt",
                "lpt1",
                "dot.",
                "space ",
                "q?",
                "bell\u0007"
            })
    void names_that_windows_reads_otherwise_are_refused_there(String name) throws IOException {
        try (FileSystem system = Jimfs.newFileSystem(Configuration.windows())) {
            Path folder = system.getPath("C:\\work\\rootfs");
            assertThatThrownBy(() ->
                            RootFileSystem.of(image(tar().file(name, "x"))).unpack(folder))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("cannot hold the name");
            assertThat(system.getPath("C:\\work\\rootfs")).doesNotExist();
        }
    }
}
