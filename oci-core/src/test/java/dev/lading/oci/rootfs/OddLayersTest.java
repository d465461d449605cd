package dev.lading.oci.rootfs;

import static dev.lading.oci.rootfs.OddTar.odd;
import static dev.lading.oci.rootfs.TestLayers.gzip;
import static dev.lading.oci.rootfs.TestLayers.zstd;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.Image;
import dev.lading.tar.TarEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Layers that mean harm or are merely odd. Of each is checked that nothing outside the root changes, that a view and an
 * unpacking agree, and that what becomes of it is what {@code docs/odd-layers.md} says.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the verdicts are those of a file system that takes any name")
class OddLayersTest {
    private static final Path VERDICTS = Path.of("..", "docs", "odd-layers.md");
    private static final int MEBIBYTE = 1 << 20;

    /** A layer as it is stored. */
    private record Stored(MediaType type, byte[] bytes, byte[] tar) {}

    private static final Map<String, Map<String, Supplier<List<Stored>>>> TABLE = new LinkedHashMap<>();

    @TempDir
    private Path temporary;

    private Path root;
    private Map<String, String> outside = Map.of();

    @BeforeEach
    void placeTheVictims() throws IOException {
        root = temporary.resolve("images/rootfs");
        Files.createDirectories(root.getParent());
        Files.writeString(temporary.resolve("victim"), "unharmed");
        Files.createDirectory(temporary.resolve("folder"));
        Files.writeString(temporary.resolve("folder/victim"), "unharmed");
        Files.createSymbolicLink(temporary.resolve("link"), Path.of("victim"));
        outside = outside();
    }

    /** Links that lead out of the temporary folder are no business of what deletes it. */
    @AfterEach
    void takeTheLinksAway() throws IOException {
        removeRoot();
    }

    private void removeRoot() throws IOException {
        if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> paths = Files.walk(root)) {
                for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** All that is beside the root, with its number of names, its times and its content. */
    private Map<String, String> outside() throws IOException {
        Map<String, String> facts = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(temporary)) {
            for (Path path : paths.filter(p -> !p.startsWith(root)).toList()) {
                String content = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.readString(path) : "";
                boolean parent = path.equals(root.getParent());
                Map<String, Object> facts1 = Files.readAttributes(
                        path,
                        parent ? "unix:mode,uid" : "unix:mode,uid,nlink,lastModifiedTime,ctime",
                        LinkOption.NOFOLLOW_LINKS);
                facts.put(path.toString(), new TreeMap<>(facts1) + content);
            }
        }
        return facts;
    }

    // ---- the table ----

    private static void section(String name) {
        TABLE.put(name, new LinkedHashMap<>());
    }

    private static void row(String name, OddTar... layers) {
        stored(name, () -> Stream.of(layers).map(layer -> plain(layer.end())).toList());
    }

    private static void cut(String name, byte[] tar) {
        stored(name, () -> List.of(plain(tar)));
    }

    private static void stored(String name, Supplier<List<Stored>> layers) {
        Map<String, Supplier<List<Stored>>> last =
                TABLE.values().stream().reduce((a, b) -> b).orElseThrow();
        assertThat(last).as("two rows of one name").doesNotContainKey(name);
        last.put(name, layers);
    }

    private static Stored plain(byte[] tar) {
        return new Stored(MediaType.OCI_LAYER, tar, tar);
    }

    private static void compressed(String name, MediaType type, byte[] bytes, byte[] tar) {
        stored(name, () -> List.of(new Stored(type, bytes, tar)));
    }

    static {
        climbing();
        links();
        hardLinks();
        whiteouts();
        kinds();
        repeated();
        paxHeaders();
        numbers();
        sparse();
        headers();
        names();
        compression();
    }

    private static void climbing() {
        section("Names that climb");
        for (String name : List.of(
                "../victim",
                "../../victim",
                "a/../../victim",
                "./../victim",
                "/../victim",
                "..//victim",
                "a/./../../victim",
                "a/b/../../../../victim",
                "..",
                "a/..",
                "a/../b",
                "../rootfs-evil",
                "../rootfs/a")) {
            row("file " + name, odd().file(name));
        }
        row("folder ../new", odd().folder("../new"));
        row("folder ../folder", odd().mode("0000000").folder("../folder"));
        row("symbolic link ../new", odd().symlink("../new", "victim"));
        row("hard link ../new", odd().file("a").hardLink("../new", "a"));
        row("hard link a/../../new", odd().file("a/b").hardLink("a/../../new", "a/b"));
        row("device ../new", odd().kind('3', "../new"));
        row("pipe ../new", odd().kind('6', "../new"));
        row("whiteout ../.wh.victim", odd().whiteout("../.wh.victim"));
        row("whiteout a/../../.wh.victim", odd().folder("a"), odd().whiteout("a/../../.wh.victim"));
        row("opaque ../.wh..wh..opq", odd().whiteout("../.wh..wh..opq"));
        row("file by a pax path ../victim", odd().records("path", "../victim").file("harmless"));
        row("file by a GNU long name ../victim", odd().longName("../victim").file("harmless"));
        row("file by a ustar prefix ..", odd().with(345, "..").file("victim"));
        row("file /etc/shadow", odd().file("/etc/shadow"));
        row("file //a", odd().file("//a"));
        row("file /./a//b/./c", odd().file("/./a//b/./c"));
        row("file ..\\victim", odd().file("..\\victim"));
        row("file C:\\victim", odd().file("C:\\victim"));
        row("file ...", odd().file("..."));
        row("file ..a/b..", odd().file("..a/b.."));
        section("The root itself");
        row("root as a symbolic link", odd().symlink(".", "/"));
        row("root as a symbolic link, with a slash", odd().symlink("/", "../../folder"));
        row("root as a file", odd().file("."));
        row("root as a pipe", odd().kind('6', "./"));
        row("root as a hard link", odd().file("a").hardLink("./.", "a"));
        row("root as a folder", odd().mode("0000711").folder("./").file("a"));
    }

    private static void links() {
        section("Symbolic links on the way");
        row("through a link to ..", odd().symlink("l", "..").file("l/victim"));
        row("through a link to ../..", odd().symlink("l", "../..").file("l/victim"));
        row("through a link to /", odd().symlink("l", "/").file("l/victim"));
        row(
                "through a link to an absolute folder",
                odd().symlink("l", "/folder").file("l/victim"));
        row(
                "through a link to many ..",
                odd().symlink("l", "../../../../../../..").file("l/victim"));
        row("through two links", odd().symlink("a", "..").symlink("b", "a").file("b/victim"));
        row(
                "through a link of a link of a folder",
                odd().symlink("d/a", "../..").symlink("d/b", "a/..").file("d/b/victim"));
        row(
                "through a link made through a link",
                odd().symlink("d", ".").symlink("d/d/x", "../../..").file("x/victim"));
        row(
                "through a link that replaced a folder",
                odd().folder("d").symlink("d", "../..").file("d/victim"));
        row("through a link of a lower layer", odd().symlink("l", "../folder"), odd().file("l/victim"));
        row(
                "through a link that a higher layer put",
                odd().folder("d").file("d/a"),
                odd().symlink("d", "../folder"),
                odd().file("d/victim"));
        row("through a link to a file", odd().file("f").symlink("l", "f").file("l/x"));
        row("through a dangling link", odd().symlink("l", "new/deep").file("l/x"));
        row(
                "through a link with an empty step",
                odd().symlink("l", "..//..//folder").file("l/victim"));
        row(
                "folder over a link to a folder",
                odd().folder("d").file("d/a").symlink("l", "d").folder("l").file("l/b"));
        row(
                "folder over a link that leads out",
                odd().symlink("l", "../folder").folder("l").file("l/victim"));
        row(
                "file over a link that leads out",
                odd().symlink("l", "../../victim").file("l", "inside"));
        row(
                "file over a link of a lower layer that leads out",
                odd().symlink("l", "../../victim"),
                odd().file("l", "inside"));
        row("link over a link", odd().symlink("l", "a").symlink("l", "b"));
        row("link to itself alone", odd().symlink("l", "l"));
        row("ring of one", odd().symlink("l", "l").file("l/x"));
        row("ring of two", odd().symlink("a", "b").symlink("b", "a").file("a/x"));
        row(
                "ring for a hard link's target",
                odd().symlink("a", "b").symlink("b", "a").hardLink("h", "a/x"));
        row("link that grows as it is followed", odd().symlink("a", "a/a/a/a").file("a/x"));
        row("forty links", chain(40));
        row("forty-one links", chain(41));
        row("link to nothing", odd().symlink("l", ""));
        row("link of 4,095 bytes", odd().longLink("t".repeat(4095)).symlink("l", "t"));
        row("link of 4,096 bytes", odd().longLink("t".repeat(4096)).symlink("l", "t"));
        row("link to a name with an escape", odd().symlink("l", "\u001b[31m"));
    }

    private static OddTar chain(int links) {
        OddTar tar = odd().folder("l0");
        for (int i = 1; i <= links; i++) {
            tar.symlink("l" + i, "l" + (i - 1));
        }
        return tar.file("l" + links + "/x");
    }

    private static void hardLinks() {
        section("Hard links");
        row("to ../victim", odd().hardLink("h", "../victim"));
        row("to ../../victim", odd().hardLink("h", "../../victim"));
        row("to an absolute path outside", odd().hardLink("h", "/etc/hostname"));
        row("to a file of the working folder", odd().hardLink("h", "pom.xml"));
        row("to a file outside by a link", odd().symlink("l", "../..").hardLink("h", "l/victim"));
        row("to a link that leads out", odd().symlink("l", "../../victim").hardLink("h", "l"));
        row(
                "to a link that leads out, then written",
                odd().symlink("l", "../../victim").hardLink("h", "l").file("h", "inside"));
        row(
                "to a link that leads out, then passed",
                odd().symlink("l", "../../folder").hardLink("h", "l").file("h/victim"));
        row("to nothing", odd().hardLink("h", "absent"));
        row("to no name", odd().hardLink("h", ""));
        row("to itself alone", odd().hardLink("h", "h"));
        row("to itself, there already", odd().file("h").hardLink("h", "h"));
        row("to a later file", odd().hardLink("h", "a").file("a"));
        row("to a folder", odd().folder("d").hardLink("h", "d"));
        row("to the root", odd().hardLink("h", "/"));
        row("to a device", odd().kind('3', "n").hardLink("h", "n"));
        row("to a file of a lower layer", odd().file("a"), odd().hardLink("h", "a"));
        row(
                "to a file that a lower layer's link leads to",
                odd().file("d/a").symlink("l", "d"),
                odd().hardLink("h", "l/a"));
        row(
                "to a file taken away before",
                odd().file("a"),
                odd().whiteout(".wh.a").hardLink("h", "a"));
        row(
                "to a file taken away after",
                odd().file("a"),
                odd().hardLink("h", "a").whiteout(".wh.a"));
        row("to a whiteout", odd().whiteout(".wh.a").hardLink("h", ".wh.a"));
        row("below a file", odd().file("a").hardLink("a/h", "a"));
        row("over the folder of its target", odd().file("d/a").hardLink("d", "d/a"));
        row("over a folder", odd().file("a").file("d/b").hardLink("d", "a"));
        row("replaced at one name", odd().file("a", "old").hardLink("b", "a").file("a", "new"));
        row("of a file with set-user-id", odd().mode("0004755").file("a").hardLink("b", "a"));
        row("with a size", odd().file("a").size("00000000005\0").hardLink("h", "a"));
    }

    private static void whiteouts() {
        section("Whiteouts");
        OddTar lower = odd().folder("d").file("d/a").file("d/b").file("t");
        row("of no name", lower, odd().whiteout(".wh."));
        row("of .", lower, odd().whiteout("d/.wh.."));
        row("of ..", lower, odd().whiteout("d/.wh..."));
        row("of a whiteout", lower, odd().whiteout("d/.wh..wh.a"));
        row("of an unknown AUFS mark", lower, odd().whiteout("d/.wh..wh..new"));
        row(
                "AUFS marks at the root",
                odd().folder(".wh..wh.plnk")
                        .file(".wh..wh.plnk/1.2")
                        .whiteout(".wh..wh.aufs")
                        .file("a"));
        row("a hard link to what AUFS kept", odd().file(".wh..wh.plnk/1.2").hardLink("a", ".wh..wh.plnk/1.2"));
        row("as a folder", lower, odd().folder(".wh.d"));
        row("as a symbolic link", lower, odd().symlink(".wh.d", "../../victim"));
        row("as a device", lower, odd().kind('3', ".wh.d"));
        row("as a hard link", lower, odd().whiteout(".wh.t").hardLink("d/.wh.a", ".wh.t"));
        row("with content", lower, odd().file(".wh.t", "content"));
        row("with something below", lower, odd().file(".wh.d/x"));
        row("through a link that leads out", odd().symlink("l", "../folder"), odd().whiteout("l/.wh.victim"));
        row("through a link inside", odd().file("d/a").symlink("l", "d"), odd().whiteout("l/.wh.a"));
        row("of a link that leads out", odd().symlink("l", "../../victim"), odd().whiteout(".wh.l"));
        row("of an absolute name", lower, odd().whiteout("/d/.wh.a"));
        row("of what is not there", lower, odd().whiteout(".wh.none").whiteout("none/.wh.x"));
        row("below a file", lower, odd().whiteout("t/.wh.x"));
        row(
                "of a file of its own layer, after it",
                lower,
                odd().file("t", "new").whiteout(".wh.t"));
        row(
                "of a file of its own layer, before it",
                lower,
                odd().whiteout(".wh.t").file("t", "new"));
        row("of a folder, after a new file in it", lower, odd().file("d/new").whiteout(".wh.d"));
        row(
                "of a folder, before a new file in it",
                lower,
                odd().whiteout(".wh.d").file("d/new"));
        row("in the lowest layer", odd().whiteout(".wh.a").file("a"));
        row("twice", lower, odd().whiteout(".wh.t").whiteout(".wh.t"));
        row("and back in the next layer", lower, odd().whiteout(".wh.t"), odd().file("t", "back"));
        row("opaque, first", lower, odd().whiteout("d/.wh..wh..opq").file("d/new"));
        row("opaque, last", lower, odd().file("d/new").whiteout("d/.wh..wh..opq"));
        row("opaque, of the root", lower, odd().whiteout(".wh..wh..opq").file("new"));
        row(
                "opaque, over a folder that the layer names",
                odd().file("d/e/a"),
                odd().folder("d/e").whiteout("d/.wh..wh..opq"));
        row("opaque, of a file", lower, odd().whiteout("t/.wh..wh..opq"));
        row("opaque, of nothing", lower, odd().whiteout("none/.wh..wh..opq"));
        row("opaque, through a link", odd().file("d/a").symlink("l", "d"), odd().whiteout("l/.wh..wh..opq"));
        row("opaque, twice", lower, odd().whiteout("d/.wh..wh..opq").file("d/n").whiteout("d/.wh..wh..opq"));
        row("opaque, as a folder", lower, odd().folder("d/.wh..wh..opq"));
    }

    private static void kinds() {
        section("Devices, marks and attributes");
        row("character device", odd().with(329, "0000001\0" + "0000003\0").kind('3', "null"));
        row("block device", odd().with(329, "0000010\0" + "0000000\0").kind('4', "sda"));
        row("pipe", odd().kind('6', "p"));
        row("device that is a folder to others", odd().kind('3', "d").file("d/x"));
        row("device over a file of a lower layer", odd().file("a"), odd().kind('3', "a"));
        row("file over a device", odd().kind('3', "a"), odd().file("a"));
        row("device number out of range", odd().with(329, "77777777").kind('3', "d"));
        row(
                "device number below zero",
                odd().with(329, "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")
                        .kind('3', "d"));
        row("set-user-id file", odd().mode("0004755").file("su"));
        row("set-group-id folder", odd().mode("0002755").folder("d"));
        row("mode with more than permissions", odd().mode("0107644").file("a"));
        row(
                "trusted attribute",
                odd().records("SCHILY.xattr.trusted.overlay.opaque", "y").folder("d"));
        row(
                "capability",
                odd().records("SCHILY.xattr.security.capability", "\1\0\0\2").file("a"));
        row("attribute without a name", odd().records("SCHILY.xattr.", "y").file("a"));
        row("attribute of a link", odd().records("SCHILY.xattr.user.a", "y").symlink("l", "../../victim"));
        for (char type : new char[] {'Z', 'M', 'D', 'N', 'V', 'X', '8', '\u00ff'}) {
            row(
                    "entry of the type "
                            + TarEntry.file(new byte[] {(byte) type}, 0).shownName(),
                    odd().kind(type, "a"));
        }
        row("contiguous file", odd().kind('7', "a"));
        row("file of the seventh edition", odd().with(257, "\0\0\0\0\0\0\0\0").kind('\0', "a"));
        row("folder of the seventh edition", odd().with(257, "\0\0\0\0\0\0\0\0").kind('\0', "a/"));
    }

    private static void repeated() {
        section("Names that come again");
        row("file twice", odd().file("a", "1").file("a", "2"));
        row("file, then folder", odd().file("a").folder("a").file("a/b"));
        row("folder with a file, then file", odd().file("a/b").file("a"));
        row("folder with a file, then link", odd().file("a/b").symlink("a", "../../folder"));
        row("file, then something below it", odd().file("a").file("a/b"));
        row("file of a lower layer, then something below it", odd().file("a"), odd().file("a/b"));
        row(
                "file of a lower layer, then folder",
                odd().file("a"),
                odd().folder("a").file("a/b"));
        row("folder of a lower layer, then file", odd().file("a/b"), odd().file("a"));
        row(
                "folder twice",
                odd().mode("0000700").folder("a").file("a/b").mode("0000711").folder("a"));
        row("child before its folder", odd().file("a/b").mode("0000700").folder("a"));
        row(
                "one file by two spellings",
                odd().file("a", "1").file("./a", "2").file("/a", "3").file("//./a", "4"));
        row("file with a slash at its end", odd().entry('0', "a/", "", "x"));
        cut(
                "entries behind the end",
                odd().file("a").raw(new byte[1024]).file("../victim").end());
        cut(
                "a stray byte behind the end",
                Arrays.copyOf(odd().file("a").end(), odd().file("a").end().length + 1));
    }

    private static void paxHeaders() {
        section("Extended headers");
        row("pax path with a NUL", odd().records("path", "a\0b").file("x"));
        row("pax link path with a NUL", odd().records("linkpath", "a\0b").symlink("x", "y"));
        row("pax length of nothing", odd().pax(" path=a\n").file("x"));
        row("pax length of letters", odd().pax("xx path=a\n").file("x"));
        row("pax length below zero", odd().pax("-9 path=a\n").file("x"));
        row("pax length of zero", odd().pax("0 path=a\n").file("x"));
        row("pax length too short", odd().pax("5 path=a\n").file("x"));
        row("pax length too long", odd().pax("99 path=a\n").file("x"));
        row(
                "pax length beyond any number",
                odd().pax("99999999999999999999 path=a\n").file("x"));
        row("pax record without =", odd().pax("9 pathaa\n").file("x"));
        row("pax record without a key", odd().pax("6 =aa\n").file("x"));
        row("pax record without its line's end", odd().pax("9 path=aa").file("x"));
        row("pax key that is no text", odd().records("k\u00ff", "v").file("x"));
        row("pax header of no record", odd().pax("").file("x"));
        row("a thousand pax records", odd().records(many(1000)).file("x"));
        row("a thousand and one pax records", odd().records(many(1001)).file("x"));
        row(
                "pax header beyond a mebibyte",
                odd().records("comment", "c".repeat(MEBIBYTE)).file("x"));
        row(
                "pax header whose size lies",
                odd().size("77777777777\0").pax("9 path=aa\n").file("x"));
        row(
                "pax header for a pax header",
                odd().records("size", "9").records("path", "b").file("x"));
        row("pax header without an entry", odd().records("path", "b"));
        row("sixteen headers before an entry", headers(16));
        row("seventeen headers before an entry", headers(17));
        row("pax path taken back", odd().records("path", "").file("x"));
        row("pax and GNU name at once", odd().records("path", "a").longName("b").file("x"));
        row(
                "pax and GNU link at once",
                odd().records("linkpath", "a").longLink("b").symlink("x", "y"));
        row("global path", odd().global("path", "a").file("x"));
        row("global link path", odd().global("linkpath", "a").symlink("x", "y"));
        row("global size", odd().global("size", "1").file("x"));
        row("global owner", odd().global("uid", "7").file("x"));
        row(
                "global attribute",
                odd().global("SCHILY.xattr.trusted.a", "v").file("x").file("y"));
        row("GNU long name with a NUL inside", odd().longName("a\0b").file("x"));
        row("GNU long name of nothing", odd().longName("").file("x"));
        row("GNU long name beyond 64 KiB", odd().longName("n".repeat(65537)).file("x"));
        row("GNU long name without an entry", odd().longName("a"));
        row("GNU long name with an end", odd().longName("a\0").file("x"));
    }

    private static String[] many(int count) {
        List<String> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add("k" + i);
            records.add("v");
        }
        return records.toArray(String[]::new);
    }

    private static OddTar headers(int count) {
        OddTar tar = odd();
        for (int i = 0; i < count; i++) {
            tar.records("comment", "c");
        }
        return tar.file("x");
    }

    private static void numbers() {
        section("Numbers");
        for (String value : List.of("-1", "x", "4294967295", "4294967296", "18446744073709551616", "1.5", "+1", " 1")) {
            row("pax owner of " + value, odd().records("uid", value).file("x"));
        }
        row("pax owner of 4294967294", odd().records("uid", "4294967294").file("x"));
        row("pax group of 4294967296", odd().records("gid", "4294967296").file("x"));
        row("pax size of -1", odd().records("size", "-1").file("x"));
        row("pax size of letters", odd().records("size", "x").file("x"));
        row(
                "pax size beyond any number",
                odd().records("size", "99999999999999999999").file("x"));
        row(
                "pax size of the largest number",
                odd().records("size", "9223372036854775807").file("x"));
        row("pax size of a link", odd().records("size", "5").symlink("x", "y"));
        row("pax time of letters", odd().records("mtime", "x").file("x"));
        row(
                "pax time beyond any number",
                odd().records("mtime", "99999999999999999999").file("x"));
        row(
                "pax time before 1970 with a fraction",
                odd().records("mtime", "-1.5").file("x"));
        row("base-256 size below zero", odd().size("\u00ff".repeat(12)).file("x"));
        row(
                "base-256 size beyond any number",
                odd().size("\u0080" + "\u00ff".repeat(11)).file("x"));
        row("base-256 owner below zero", odd().with(108, "\u00ff".repeat(8)).file("x"));
        row(
                "base-256 owner beyond 32 bits",
                odd().with(108, "\u0080\0\0\1\0\0\0\0").file("x"));
        row("base-256 owner", odd().with(108, "\u0080\0\0\0\0\1\0\0").file("x"));
        row("base-256 time below zero", odd().with(136, "\u00ff".repeat(12)).file("x"));
        row("size that is no number", odd().size("0000000zzzz\0").file("x"));
        row("size with a minus", odd().size("-0000000001\0").file("x"));
        row("size of spaces", odd().size("            ").kind('0', "x"));
        row("size of a folder", odd().size("00000000005\0").kind('5', "x"));
        row("size of a link", odd().size("00000000005\0").symlink("x", "y"));
    }

    private static void sparse() {
        section("Sparse files and other extensions");
        row("GNU's old sparse file", odd().kind('S', "x"));
        row(
                "sparse by pax 0.0",
                odd().records("GNU.sparse.size", "5", "GNU.sparse.numblocks", "0")
                        .file("x"));
        row("sparse by pax 0.1", odd().records("GNU.sparse.map", "0,1").file("x"));
        row(
                "sparse by pax 1.0",
                odd().records("GNU.sparse.major", "1", "GNU.sparse.name", "y").file("x"));
        row("sparse by star", odd().records("SCHILY.realsize", "5").file("x"));
    }

    private static void headers() {
        section("Archives that are broken");
        row("wrong checksum", odd().wrongChecksum().file("x"));
        row("checksum that is no number", odd().file("a").raw(noNumber()));
        cut("no block at all", new byte[0]);
        cut("the end alone", new byte[1024]);
        cut("half of the end", new byte[512]);
        cut("no end", odd().file("x").open());
        cut("cut in a header", Arrays.copyOf(odd().file("x").open(), 300));
        cut("cut in a content", Arrays.copyOf(odd().file("x", "y".repeat(600)).open(), 1000));
        cut("cut in the padding", Arrays.copyOf(odd().file("x").open(), 800));
        cut(
                "content longer than the archive",
                odd().size("00000010000\0").file("x").end());
        cut(
                "one zero block between entries",
                odd().file("a").raw(new byte[512]).file("b").end());
        cut("no tar", "this is no tar".repeat(100).getBytes(UTF_8));
        cut("a text of one line", "#!/bin/sh\n".getBytes(UTF_8));
    }

    private static byte[] noNumber() {
        byte[] block = new byte[512];
        Arrays.fill(block, (byte) 'x');
        return block;
    }

    private static void names() {
        section("Names");
        row("no name", odd().file(""));
        row("255 bytes", odd().longName("n".repeat(255)).file("x"));
        row("256 bytes", odd().longName("n".repeat(256)).file("x"));
        row(
                "a path of more than 4,096 bytes",
                odd().longName("d/".repeat(2048) + "f").file("x"));
        row("more than 1,024 folders", odd().longName("d/".repeat(1100) + "f").file("x"));
        row("line feed and escape", odd().file("a\nb").file("c\u001b[31md"));
        row("bytes that are no text", odd().file("a\u00ffb"));
        row("one letter composed and not", odd().file(latin1("\u00e9"), "1").file(latin1("e\u0301"), "2"));
        row("capital and small", odd().file("A", "1").file("a", "2"));
        row("right-to-left mark", odd().file(latin1("a\u202etxt.exe")));
        row("spaces and dots at the end", odd().file("a ").file("a."));
        row("names of Windows devices", odd().file("con").file("nul.txt"));
        row("colon", odd().file("a:b"));
        row("NUL within a name field", odd().file("a\0../../victim"));
        row("name of 100 bytes without an end", odd().file("n".repeat(100)));
    }

    private static String latin1(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    private static void compression() {
        section("Compression");
        byte[] tar = odd().file("a").end();
        byte[] zip = storedGzip(tar);
        byte[] frame = zstd(tar);
        MediaType gz = MediaType.OCI_LAYER_GZIP;
        MediaType zst = MediaType.OCI_LAYER_ZSTD;
        compressed(
                "gzip of several members",
                gz,
                joined(storedGzip(Arrays.copyOf(tar, 600)), storedGzip(Arrays.copyOfRange(tar, 600, tar.length))),
                tar);
        compressed("gzip with an empty member", gz, joined(zip, storedGzip(new byte[0])), tar);
        compressed("gzip with bytes behind", gz, joined(zip, new byte[] {1, 2, 3}), tar);
        compressed("gzip with zeros behind", gz, joined(zip, new byte[512]), tar);
        compressed("gzip without its trailer", gz, Arrays.copyOf(zip, zip.length - 8), tar);
        compressed("gzip with half a trailer", gz, Arrays.copyOf(zip, zip.length - 3), tar);
        compressed("gzip with a wrong checksum", gz, changed(zip, zip.length - 8), tar);
        compressed("gzip with a wrong length", gz, changed(zip, zip.length - 1), tar);
        compressed("gzip with reserved flags", gz, changed(zip, 3, 0xe0), tar);
        compressed("gzip of an unknown method", gz, changed(zip, 2, 7), tar);
        compressed("gzip cut in its data", gz, Arrays.copyOf(zip, 200), tar);
        compressed("gzip in gzip", gz, storedGzip(zip), zip);
        compressed("gzip that is none", gz, tar, tar);
        compressed("plain that is gzip", MediaType.OCI_LAYER, zip, tar);
        compressed("zstd", zst, frame, tar);
        compressed(
                "zstd of several frames",
                zst,
                joined(zstd(Arrays.copyOf(tar, 600)), zstd(Arrays.copyOfRange(tar, 600, tar.length))),
                tar);
        compressed("zstd with bytes behind", zst, joined(frame, new byte[] {1, 2, 3, 4, 5}), tar);
        compressed("zstd cut", zst, Arrays.copyOf(frame, frame.length - 5), tar);
        compressed(
                "zstd that asks for a window of 2 GiB",
                zst,
                new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) 0xa8, 1, 0, 0},
                tar);
        compressed("zstd that is gzip", zst, zip, tar);
        compressed("gzip that is zstd", gz, frame, tar);
        compressed("a wrong diff ID", gz, zip, new byte[] {1});
        byte[] bomb = bomb();
        compressed("a bomb of zeros", gz, gzip(bomb), bomb);
    }

    /** One member of one stored block: the same bytes whatever becomes of our encoder. */
    private static byte[] storedGzip(byte[] tar) {
        CRC32 crc = new CRC32();
        crc.update(tar);
        ByteBuffer member = ByteBuffer.allocate(tar.length + 23).order(ByteOrder.LITTLE_ENDIAN);
        member.put(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff, 1});
        member.putShort((short) tar.length).putShort((short) ~tar.length).put(tar);
        member.putInt((int) crc.getValue()).putInt(tar.length);
        return member.array();
    }

    private static byte[] bomb() {
        return odd().file("zeros", "\0".repeat(70 * MEBIBYTE)).end();
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static byte[] changed(byte[] bytes, int at) {
        return changed(bytes, at, bytes[at] ^ 0x55);
    }

    private static byte[] changed(byte[] bytes, int at, int to) {
        byte[] copy = bytes.clone();
        copy[at] = (byte) to;
        return copy;
    }

    // ---- the verdicts ----

    private String verdict(String name, List<Stored> layers) throws IOException {
        TestLayers all = new TestLayers();
        for (Stored layer : layers) {
            all.layer(layer.type, layer.bytes, Digest.of(layer.tar));
        }
        Image image = all.image();
        String viewed = viewed(image);
        String unpacked = unpacked(RootFileSystem.of(image));
        if ("root".equals(System.getProperty("user.name"))) {
            assertThat(unpacked(RootFileSystem.of(image).withOwners()).replaceFirst(" \\(left out:.*", ""))
                    .as("with owners: " + name)
                    .isEqualTo(unpacked.replaceFirst(" \\(left out:.*", ""));
        }
        boolean refused = unpacked.startsWith("refused");
        assertThat(viewed).as("as a view: " + name).isEqualTo(refused ? unpacked : "applied");
        return unpacked;
    }

    private static String viewed(Image image) {
        try {
            RootFileSystem.of(image).tree().flatten(OutputStream.nullOutputStream());
            return "applied";
        } catch (LadingException e) {
            return refusal(e);
        }
    }

    private String unpacked(RootFileSystem system) throws IOException {
        try {
            UnpackResult result = system.unpack(root);
            List<String> names = tree(root);
            return "applied: "
                    + (names.isEmpty() ? "nothing" : String.join(", ", names))
                    + (result.notCarried().isEmpty()
                            ? ""
                            : " (left out: " + String.join("; ", result.notCarried()) + ")");
        } catch (LadingException e) {
            assertThat(root).doesNotExist();
            return refusal(e);
        } finally {
            assertThat(outside()).isEqualTo(outside);
            removeRoot();
        }
    }

    private static String refusal(LadingException e) {
        assertThat(e.getClass().getSimpleName())
                .isIn("InvalidInputException", "ContentMismatchException", "UnsupportedException");
        return "refused: "
                + String.valueOf(e.getMessage())
                        .replaceFirst("^cannot unpack the layer .* in memory: ", "")
                        .replaceAll("sha256:[0-9a-f]{64}", "sha256:…")
                        .replaceAll("the first [0-9]+ bytes", "the first … bytes")
                        .replaceAll("zstd, [0-9]+ bytes", "zstd, … bytes")
                        .replaceAll("gzip, [0-9]+ bytes", "gzip, … bytes")
                        .replaceAll("(.)\\1{40,}", "$1$1$1…")
                        .replaceAll("(d/){20,}", "d/d/d/…");
    }

    private static List<String> tree(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted().skip(1).toList()) {
                String name = TarEntry.file(
                                new String(
                                        path.toUri()
                                                .getRawPath()
                                                .substring(folder.toUri()
                                                        .getRawPath()
                                                        .length())
                                                .replaceFirst("/$", "")
                                                .getBytes(UTF_8),
                                        UTF_8),
                                0)
                        .shownName();
                boolean link = Files.isSymbolicLink(path);
                boolean isFolder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
                lines.add(name
                        + (link
                                ? " -> "
                                        + TarEntry.file(
                                                        Files.readSymbolicLink(path)
                                                                .toString(),
                                                        0)
                                                .shownName()
                                : "")
                        + (isFolder ? "/" : ""));
            }
        }
        return lines.stream()
                .map(line -> line.replaceAll("(.)\\1{40,}", "$1$1$1…"))
                .toList();
    }

    @Test
    void nothing_outside_the_root_changes_and_each_verdict_is_the_documented_one() throws IOException {
        StringBuilder document = new StringBuilder("""
                # What becomes of odd layers

                Each row is an archive that a test makes, several layers where the words say so. Of every one the test holds \
                that nothing outside the root is touched, and that a view, a flattening, an unpacking and an unpacking with \
                owners come to the same verdict. `mvn -pl oci-core -am test -Dtest=OddLayersTest -Dlayers.update=true` writes \
                this page.
                """);
        int count = 0;
        for (Map.Entry<String, Map<String, Supplier<List<Stored>>>> section : TABLE.entrySet()) {
            document.append("\n## ").append(section.getKey()).append("\n| archive | verdict |\n|---|---|\n");
            for (Map.Entry<String, Supplier<List<Stored>>> row :
                    section.getValue().entrySet()) {
                String verdict = verdict(row.getKey(), row.getValue().get());
                document.append("| ")
                        .append(row.getKey())
                        .append(" | ")
                        .append(verdict.replace("|", "\\|"))
                        .append(" |\n");
                count++;
            }
        }
        assertThat(count).isGreaterThan(200);
        if (Boolean.getBoolean("layers.update")) {
            Files.writeString(VERDICTS, document);
        }
        assertThat(document.toString()).isEqualTo(Files.readString(VERDICTS));
    }
}
