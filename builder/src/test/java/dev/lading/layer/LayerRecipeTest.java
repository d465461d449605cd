package dev.lading.layer;

import static dev.lading.layer.LayerRecipe.bytes;
import static dev.lading.layer.LayerRecipe.emptyFolder;
import static dev.lading.layer.LayerRecipe.file;
import static dev.lading.layer.LayerRecipe.folder;
import static dev.lading.layer.LayerRecipe.hardLink;
import static dev.lading.layer.LayerRecipe.opaqueWhiteout;
import static dev.lading.layer.LayerRecipe.symlink;
import static dev.lading.layer.LayerRecipe.whiteout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnsupportedException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What recipes say beyond a folder: patterns, rules, what is kept, what is stated, and how recipes lie on each other. */
class LayerRecipeTest {
    private static final Instant TIME = Instant.ofEpochSecond(1_600_000_000);

    @TempDir
    Path temp;

    private final Layers layers = new Layers();

    @BeforeEach
    void files() throws IOException {
        for (String name :
                List.of("bin/run", "lib/a.jar", "lib/a.txt", "lib/deep/er/b.jar", "lib/.hidden", "top.jar")) {
            Path file = temp.resolve("from").resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
    }

    private LayerRecipe from() {
        return folder(temp.resolve("from"));
    }

    // ---- patterns ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*.jar            | top.jar",
                "**/*.jar         | lib/ lib/a.jar lib/deep/ lib/deep/er/ lib/deep/er/b.jar top.jar",
                "lib/*.jar        | lib/ lib/a.jar",
                "lib/?.jar        | lib/ lib/a.jar",
                "lib/*            | lib/ lib/.hidden lib/a.jar lib/a.txt lib/deep/ lib/deep/er/ lib/deep/er/b.jar",
                "lib/a.{jar,txt}  | lib/ lib/a.jar lib/a.txt",
                "lib/[!b].[jk]a*  | lib/ lib/a.jar",
                "lib/deep         | lib/ lib/deep/ lib/deep/er/ lib/deep/er/b.jar",
                "/lib/deep/       | lib/ lib/deep/ lib/deep/er/ lib/deep/er/b.jar",
                "top.jar/         | ''",
                "lib/**/b.jar     | lib/ lib/deep/ lib/deep/er/ lib/deep/er/b.jar",
                "lib/**           | lib/ lib/.hidden lib/a.jar lib/a.txt lib/deep/ lib/deep/er/ lib/deep/er/b.jar",
                "**               | bin/ bin/run lib/ lib/.hidden lib/a.jar lib/a.txt lib/deep/ lib/deep/er/"
                        + " lib/deep/er/b.jar top.jar",
                "LIB/*            | ''",
                "\\top.jar        | top.jar",
            })
    void only_what_a_pattern_includes_goes_in(String pattern, String names) throws IOException {
        assertThat(String.join(" ", layers.names(from().include(pattern)))).isEqualTo(names);
    }

    @Test
    void what_is_excluded_stays_out_even_where_it_is_included() throws IOException {
        assertThat(layers.names(from().exclude("lib/", "**/run"))).containsExactly("bin/", "top.jar");
        assertThat(layers.names(from().include("**/*.jar").exclude("lib/deep")))
                .containsExactly("lib/", "lib/a.jar", "top.jar");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "a/**b", "a**", "[", "[a", "[z-a]", "[/]", "{a", "{a,{b}}", "a}", "\\", "**//", "./a",
                "a/../b", "a//b", "a/."
            })
    void malformed_patterns_are_refused_by_name(String pattern) {
        assertThatThrownBy(() -> from().include(pattern))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(pattern);
    }

    @Test
    void any_text_is_a_pattern_or_refused_and_where_java_means_the_same_both_agree() {
        Random random = new Random(17);
        String letters = "ab.*?[]!-{},\\/";
        List<String> paths = List.of("a", "b", "a.b", "ab", "a/b", "a/ab", "b/a/a", ".a", "a-b", "a/.b");
        int agreed = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(8); n >= 0; n--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            PathPattern pattern;
            try {
                pattern = PathPattern.of(text.toString());
            } catch (InvalidInputException e) {
                continue;
            }
            // Java's ** crosses parts anywhere, and Java reads [ and \ in its own way at the edges.
            boolean common = text.indexOf("**") < 0 && text.chars().noneMatch(c -> "[]\\{},!".indexOf(c) >= 0);
            String inner = text.toString();
            if (common && !inner.startsWith("/") && !inner.endsWith("/")) {
                PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + inner);
                for (String path : paths) {
                    assertThat(pattern.matches(path, false))
                            .as(inner + " and " + path)
                            .isEqualTo(matcher.matches(Path.of(path)));
                    agreed++;
                }
            }
        }
        assertThat(agreed).isGreaterThan(1000);
    }

    @Test
    void patterns_mean_the_same_on_every_file_system() throws IOException {
        try (FileSystem system = Jimfs.newFileSystem(Configuration.windows())) {
            Path folder = system.getPath("C:\\from");
            Files.createDirectories(folder.resolve("lib\\deep"));
            Files.writeString(folder.resolve("lib\\deep\\b.jar"), "");
            Files.writeString(folder.resolve("lib\\B.JAR"), "");
            assertThat(layers.names(folder(folder).include("lib/**/*.jar")))
                    .containsExactly("lib/", "lib/deep/", "lib/deep/b.jar");
        }
    }

    // ---- rules ----

    @Test
    void rules_by_path_lie_on_top_of_the_others_and_of_each_other() throws IOException {
        LayerRecipe recipe = from().mode(0640)
                .folderMode(0750)
                .owner(5, 6)
                .time(TIME)
                .where("**/*.jar", EntryRule.create().mode(0600).owner(7, 8))
                .where(
                        "lib/deep/**",
                        EntryRule.create().ownerNames("app", "staff").time(Instant.EPOCH))
                .where("lib/", EntryRule.create().mode(01777));
        assertThat(layers.entry(recipe, "bin/run"))
                .isEqualTo(TarEntry.file("bin/run", 7)
                        .withMode(0640)
                        .withOwner(5, 6)
                        .withModified(TIME));
        assertThat(layers.entry(recipe, "bin/").mode()).isEqualTo(0750);
        assertThat(layers.entry(recipe, "lib/").mode()).isEqualTo(01777);
        assertThat(layers.entry(recipe, "lib/deep/er/b.jar"))
                .isEqualTo(TarEntry.file("lib/deep/er/b.jar", 17)
                        .withMode(0600)
                        .withOwner(7, 8)
                        .withOwnerNames("app", "staff"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs POSIX modes")
    void modes_owners_and_times_are_kept_on_request() throws IOException {
        Path run = temp.resolve("from/bin/run");
        Files.setAttribute(run, "unix:mode", 04711);
        Files.setLastModifiedTime(run, FileTime.from(TIME.plusMillis(900)));
        Files.setPosixFilePermissions(temp.resolve("from/bin"), PosixFilePermissions.fromString("rwx------"));
        assertThat(layers.entry(from(), "bin/run").mode()).isEqualTo(0755);
        assertThat(layers.entry(from().keepModes(), "bin/run").mode()).isEqualTo(0711);
        assertThat(layers.entry(from().keepModes(), "bin/").mode()).isEqualTo(0700);
        assertThat(layers.entry(from().keepSpecialModes(), "bin/run").mode()).isEqualTo(04711);
        assertThat(layers.entry(from().keepTimes(), "bin/run").modified()).isEqualTo(TIME);
        assertThat(layers.entry(from().clampTimes(TIME.minusSeconds(5)), "bin/run")
                        .modified())
                .isEqualTo(TIME.minusSeconds(5));
        assertThat(layers.entry(from().clampTimes(TIME.plusSeconds(5)), "bin/run")
                        .modified())
                .isEqualTo(TIME);
        int owner = (Integer) Files.getAttribute(run, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        assertThat(layers.entry(from().keepOwners(), "bin/run").userId()).isEqualTo(owner);
        try (FileSystem system = Jimfs.newFileSystem(Configuration.windows())) {
            Path file = Files.writeString(system.getPath("C:\\a"), "x");
            assertThatThrownBy(() -> layers.write(file(file).keepOwners()))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("owner");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs hard links that can be told")
    void hard_links_are_kept_on_request_where_both_names_go_in_alike() throws IOException {
        Files.createLink(temp.resolve("from/lib/z.jar"), temp.resolve("from/lib/a.jar"));
        Files.createLink(temp.resolve("from/bin/copy"), temp.resolve("from/lib/a.jar"));
        assertThat(layers.entry(from(), "lib/z.jar").kind()).isEqualTo(TarKind.FILE);
        TarEntry link = layers.entry(from().keepHardLinks(), "lib/z.jar");
        assertThat(link.kind()).isEqualTo(TarKind.HARD_LINK);
        assertThat(link.linkNameText()).isEqualTo("bin/copy");
        LayerRecipe third = from().keepHardLinks().and(hardLink("/lib/z.jar").into("/other"));
        assertThat(layers.entry(third.and(hardLink("/other").into("/z")), "z").linkNameText())
                .isEqualTo("bin/copy");
        assertThat(layers.entry(from().keepHardLinks().exclude("bin"), "lib/z.jar")
                        .linkNameText())
                .isEqualTo("lib/a.jar");
        LayerRecipe unlike =
                from().keepHardLinks().where("lib/z.jar", EntryRule.create().mode(0600));
        assertThat(layers.entry(unlike, "lib/z.jar").kind()).isEqualTo(TarKind.FILE);
        LayerRecipe firstUnlike =
                from().keepHardLinks().where("bin/copy", EntryRule.create().mode(0600));
        assertThat(layers.entry(firstUnlike, "lib/a.jar").kind()).isEqualTo(TarKind.FILE);
        assertThat(layers.entry(firstUnlike, "lib/z.jar").linkNameText()).isEqualTo("lib/a.jar");
    }

    @Test
    void another_file_systems_owners_and_links_are_kept_too() throws IOException {
        Configuration unix = Configuration.unix().toBuilder()
                .setAttributeViews("basic", "owner", "posix", "unix")
                .build();
        try (FileSystem system = Jimfs.newFileSystem(unix)) {
            Path file = Files.writeString(
                    Files.createDirectory(system.getPath("/from")).resolve("a"), "x");
            Files.createLink(file.resolveSibling("b"), file);
            LayerRecipe recipe = folder(system.getPath("/from")).keepOwners().keepHardLinks();
            assertThat(layers.entry(recipe, "a").userId())
                    .isEqualTo(((Integer) Files.getAttribute(file, "unix:uid")).longValue());
            assertThat(recipe.fingerprint()).isEqualTo(recipe.fingerprint());
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "attributes are Linux's")
    void attributes_are_carried_on_request() throws Exception {
        Path odd = Files.writeString(temp.resolve("from/lib/o d\n\\d"), "x");
        UserDefinedFileAttributeView view = Files.getFileAttributeView(odd, UserDefinedFileAttributeView.class);
        Assumptions.assumeTrue(view != null, "no attributes here");
        view.write("note", ByteBuffer.wrap(new byte[] {1, 2}));
        view.write("empty", ByteBuffer.allocate(0));
        Files.getFileAttributeView(temp.resolve("from/lib"), UserDefinedFileAttributeView.class)
                .write("folder", ByteBuffer.wrap(new byte[] {3}));
        assertThat(layers.entry(from(), "lib/o d\n\\d").otherRecordKeys()).isEmpty();
        List<AttributeReader> readers = new ArrayList<>(List.of(AttributeReader.user()));
        Path program = Path.of("/usr/bin/getfattr");
        if (Files.isExecutable(program)) {
            readers.add(Getfattr.at(program));
        }
        for (AttributeReader reader : readers) {
            LayerRecipe recipe = from().into("/app").keepAttributes(reader);
            assertThat(layers.entry(recipe, "app/lib/o d\n\\d").otherRecord("SCHILY.xattr.user.note"))
                    .containsExactly(1, 2);
            assertThat(layers.entry(recipe, "app/lib/o d\n\\d").otherRecordKeys())
                    .hasSize(1);
            assertThat(layers.entry(recipe, "app/lib/").otherRecordKeys()).containsExactly("SCHILY.xattr.user.folder");
            LayerRecipe alone = file(odd).keepAttributes(reader);
            assertThat(layers.entry(alone.into("/x/"), "x/o d\n\\d").otherRecordKeys())
                    .containsExactly("SCHILY.xattr.user.note");
            assertThat(layers.entry(alone.into("/x"), "x").otherRecordKeys()).containsExactly("SCHILY.xattr.user.note");
        }
        assertThatThrownBy(() -> Getfattr.at(Path.of("getfattr"))).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Getfattr.at(temp.resolve("none"))).isInstanceOf(NotFoundException.class);
    }

    @Test
    void folders_with_nothing_but_folders_stay_out_on_request() throws IOException {
        assertThat(layers.names(from().exclude("**/*.jar").omitEmptyFolders()))
                .containsExactly("bin/", "bin/run", "lib/", "lib/.hidden", "lib/a.txt");
    }

    // ---- what is stated ----

    @Test
    void links_folders_and_whiteouts_can_be_stated() throws IOException {
        LayerRecipe recipe = emptyFolder()
                .into("/var/run")
                .mode(0600)
                .folderMode(01777)
                .and(symlink("/usr/lib").into("/lib64"))
                .and(bytes(new byte[3]).into("/bin/a"))
                .and(hardLink("/bin/a").into("/bin/b"))
                .and(whiteout().into("/etc/old"))
                .and(whiteout().into("/gone"))
                .and(opaqueWhiteout().into("/opt/app"));
        assertThat(layers.names(recipe))
                .containsExactly(
                        ".wh.gone",
                        "bin/",
                        "bin/a",
                        "bin/b",
                        "etc/",
                        "etc/.wh.old",
                        "lib64",
                        "opt/",
                        "opt/app/",
                        "opt/app/.wh..wh..opq",
                        "var/",
                        "var/run/");
        assertThat(layers.entry(recipe, "lib64")).isEqualTo(TarEntry.symlink("lib64", "/usr/lib"));
        assertThat(layers.entry(recipe, "bin/b")).isEqualTo(TarEntry.hardLink("bin/b", "bin/a"));
        assertThat(layers.entry(recipe, "var/run/").mode()).isEqualTo(01777);
    }

    @Test
    void what_cannot_be_stated_is_refused() throws IOException {
        List<LayerRecipe> refused = List.of(
                hardLink("/not/there").into("/a"),
                hardLink("/b").into("/a").and(bytes(new byte[1]).into("/b")),
                hardLink("/b").into("/a").and(hardLink("/a").into("/b")),
                hardLink("/a").into("/a"),
                bytes(new byte[1]).into("/" + "a".repeat(256)),
                bytes(new byte[1]).into("/" + "abc/".repeat(1024) + "d"),
                whiteout().into("/x/a").and(bytes(new byte[1]).into("/x/a")),
                emptyFolder(),
                symlink("x"));
        for (LayerRecipe recipe : refused) {
            assertThatThrownBy(() -> layers.write(recipe))
                    .as("recipe %d", refused.indexOf(recipe))
                    .isInstanceOf(InvalidInputException.class);
        }
        assertThat(layers.names(bytes(new byte[1]).into("/" + "a".repeat(255)))).hasSize(1);
        assertThat(layers.names(bytes(new byte[1]).into("/" + "abc/".repeat(1023) + "abcd")))
                .hasSize(1024);
        assertThatThrownBy(() -> symlink("")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> whiteout().into("/a/"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("whiteout");
        assertThatThrownBy(() -> EntryRule.create().attribute("note", new byte[1]))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> FileCapabilities.of("fly")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void capabilities_have_the_kernels_form() {
        assertThat(HexFormat.of()
                        .formatHex(FileCapabilities.of("cap_net_raw", "NET_BIND_SERVICE")
                                .value()))
                .isEqualTo("0100000200240000000000000000000000000000");
        assertThat(HexFormat.of()
                        .formatHex(FileCapabilities.of("checkpoint_restore")
                                .inheritable("chown")
                                .notEffective()
                                .forRoot(1000)
                                .value()))
                .isEqualTo("0000000300000000010000000001000000000000e8030000");
    }

    // ---- one over another ----

    @Test
    void two_sources_of_one_path_are_an_error_that_names_both() {
        LayerRecipe twice = from().and(bytes(new byte[1]).into("/top.jar"));
        assertThatThrownBy(() -> layers.write(twice))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll(
                        "/top.jar", temp.resolve("from/top.jar").toString(), "generated");
    }

    @Test
    void of_a_whiteout_and_a_file_the_one_that_lies_over_wins() throws IOException {
        LayerRecipe file = bytes(new byte[1]).into("/d/x");
        LayerRecipe whiteout = whiteout().into("/d");
        assertThat(layers.names(file.overlaidBy(whiteout))).containsExactly(".wh.d");
        assertThat(layers.names(bytes(new byte[1]).into("/d").overlaidBy(whiteout)))
                .containsExactly(".wh.d");
        assertThat(layers.names(whiteout.overlaidBy(bytes(new byte[1]).into("/d"))))
                .containsExactly("d");
        LayerRecipe folder = whiteout.overlaidBy(file);
        assertThatThrownBy(() -> layers.write(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("taken away");
    }

    @Test
    void what_lies_over_wins_and_takes_away_what_cannot_be_beside_it() throws IOException {
        LayerRecipe over = from().overlaidBy(bytes(new byte[] {'1'}).into("/top.jar"))
                .overlaidBy(bytes(new byte[] {'2'}).into("/lib"))
                .overlaidBy(bytes(new byte[] {'3'})
                        .into("/bin/run/inner")
                        .and(bytes(new byte[] {'4'}).into("/new")));
        assertThat(layers.contents(over))
                .isEqualTo(Map.of("bin/run/inner", "3", "lib", "2", "new", "4", "top.jar", "1"));
        LayerRecipe within = bytes(new byte[] {'0'}).into("/new").and(over);
        assertThatThrownBy(() -> layers.write(within))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("/new");
        LayerRecipe folders = emptyFolder()
                .into("/a")
                .folderMode(0700)
                .overlaidBy(emptyFolder().into("/a"));
        assertThat(layers.entry(folders, "a/").mode()).isEqualTo(0755);
        LayerRecipe joined =
                emptyFolder().into("/a").folderMode(0700).and(emptyFolder().into("/a"));
        assertThat(layers.entry(joined, "a/").mode()).isEqualTo(0700);
    }
}
