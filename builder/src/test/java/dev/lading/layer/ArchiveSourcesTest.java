package dev.lading.layer;

import static dev.lading.layer.LayerRecipe.bytes;
import static dev.lading.layer.LayerRecipe.file;
import static dev.lading.layer.LayerRecipe.folder;
import static dev.lading.layer.LayerRecipe.layer;
import static dev.lading.layer.LayerRecipe.tar;
import static dev.lading.layer.LayerRecipe.zip;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.lading.gzip.GzipEncoder;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.ProducerFailedException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import dev.lading.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jars, zips, tars and layers as sources: what is taken of them, what is refused, and that nothing climbs. */
class ArchiveSourcesTest {
    @TempDir
    Path temp;

    private final Layers layers = new Layers();

    // ---- zips ----

    private Path unixZip(boolean zip64) throws IOException {
        Path file = temp.resolve("unix.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(file)) {
            out.setUseZip64(zip64 ? Zip64Mode.Always : Zip64Mode.AsNeeded);
            put(out, "bin/", 040755, "");
            put(out, "bin/run", 0100755, "#!/bin/sh\n");
            put(out, "lib/big", 0100600, "text and text ".repeat(20_000));
            put(out, "link", 0120777, "bin/run");
        }
        return file;
    }

    private static void put(ZipArchiveOutputStream out, String name, int mode, String content) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        entry.setUnixMode(mode);
        entry.setTime(1_500_000_000_000L);
        out.putArchiveEntry(entry);
        out.write(content.getBytes(UTF_8));
        out.closeArchiveEntry();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_zip_gives_its_files_modes_and_links(boolean zip64) throws IOException {
        LayerRecipe recipe = zip(unixZip(zip64)).into("/app");
        assertThat(layers.names(recipe))
                .containsExactly("app/", "app/bin/", "app/bin/run", "app/lib/", "app/lib/big", "app/link");
        assertThat(layers.entry(recipe, "app/bin/run").mode()).isEqualTo(0755);
        assertThat(layers.entry(recipe, "app/lib/big").mode()).isEqualTo(0644);
        assertThat(layers.entry(recipe.keepModes(), "app/lib/big").mode()).isEqualTo(0600);
        assertThat(layers.entry(recipe, "app/link").linkNameText()).isEqualTo("bin/run");
        assertThat(layers.entry(recipe, "app/link").modified()).isEqualTo(Instant.EPOCH);
        assertThat(layers.contents(recipe).get("app/lib/big")).isEqualTo("text and text ".repeat(20_000));
    }

    @Test
    void a_jar_without_modes_gives_them_by_content_and_its_selection_alone() throws IOException {
        Path file = temp.resolve("app.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
            for (String name : List.of("META-INF/MANIFEST.MF", "run.sh", "a/B.class", "a/c/D.class", "x/Y.class")) {
                out.putNextEntry(new JarEntry(name));
                out.write((name.equals("run.sh") ? "#!/bin/sh" : name).getBytes(UTF_8));
                out.closeEntry();
            }
        }
        assertThat(layers.entry(zip(file), "run.sh").mode()).isEqualTo(0755);
        assertThat(layers.entry(zip(file), "a/B.class").mode()).isEqualTo(0644);
        assertThat(layers.names(zip(file).include("a/**/*.class").exclude("a/c")))
                .containsExactly("a/", "a/B.class");
        assertThat(layers.names(zip(file).include("a"))).containsExactly("a/", "a/B.class", "a/c/", "a/c/D.class");
    }

    @Test
    void a_zip_behind_foreign_bytes_and_on_another_file_system_is_read() throws IOException {
        byte[] plain = Files.readAllBytes(unixZip(false));
        try (FileSystem system = Jimfs.newFileSystem(Configuration.windows())) {
            Path file = system.getPath("C:\\self-extracting.exe");
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes("MZ and a program".getBytes(UTF_8));
            bytes.writeBytes(plain);
            Files.write(file, bytes.toByteArray());
            assertThat(layers.write(zip(file))).isEqualTo(layers.write(zip(unixZip(false))));
        }
    }

    @Test
    void a_folder_within_the_jdks_zip_file_system_is_a_folder_like_any_other() throws IOException {
        try (FileSystem system = FileSystems.newFileSystem(unixZip(false))) {
            LayerRecipe within = LayerRecipe.folder(system.getPath("/")).into("/app");
            assertThat(layers.names(within))
                    .containsExactly("app/", "app/bin/", "app/bin/run", "app/lib/", "app/lib/big", "app/link");
            assertThat(layers.entry(within, "app/bin/run").mode()).isEqualTo(0755);
            assertThat(layers.names(LayerRecipe.folder(system.getPath("/bin")))).containsExactly("run");
        }
    }

    @Test
    void zip_entries_that_climb_or_are_whiteouts_are_refused() throws IOException {
        for (String name : List.of("../up", "a/../../up", "a/.wh.b")) {
            Path file = temp.resolve("bad.zip");
            try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(file)) {
                put(out, name, 0100644, "x");
            }
            assertThatThrownBy(() -> layers.write(zip(file)))
                    .as(name)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContainingAll(name, file.toString());
        }
    }

    @Test
    void a_damaged_zip_is_an_error_and_never_a_short_layer() throws IOException {
        byte[] good = Files.readAllBytes(unixZip(false));
        LayerRecipe recipe = zip(temp.resolve("unix.zip"));
        Layer whole = layers.write(recipe);
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            byte[] bad = good.clone();
            int at = random.nextInt(bad.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(temp.resolve("unix.zip"), i % 10 == 0 ? Arrays.copyOf(bad, at) : bad);
            try {
                Layer other = layers.write(recipe);
                if (i % 10 == 0) {
                    assertThat(at).as("cut at").isEqualTo(good.length);
                }
                assertThat(other.diffId()).isNotNull();
            } catch (LadingException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
        Files.write(temp.resolve("unix.zip"), good);
        assertThat(layers.write(recipe)).isEqualTo(whole);
    }

    @Test
    void a_changed_byte_of_content_is_told_by_its_sum() throws IOException {
        Path file = temp.resolve("stored.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(file)) {
            out.setMethod(ZipEntry.STORED);
            ZipArchiveEntry entry = new ZipArchiveEntry("a");
            byte[] content = "content".getBytes(UTF_8);
            entry.setSize(content.length);
            CRC32 crc = new CRC32();
            crc.update(content);
            entry.setCrc(crc.getValue());
            out.putArchiveEntry(entry);
            out.write(content);
            out.closeArchiveEntry();
        }
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("content");
        bytes[at] = 'C';
        Files.write(file, bytes);
        assertThatThrownBy(() -> layers.write(zip(file).mode(0644)))
                .isInstanceOf(ProducerFailedException.class)
                .hasMessageContainingAll("damaged", file.toString());
    }

    @Test
    void what_is_no_archive_or_not_there_is_told() throws IOException {
        Path text = Files.writeString(temp.resolve("text"), "no archive at all");
        assertThatThrownBy(() -> layers.write(zip(text)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(text.toString());
        assertThatThrownBy(() -> layers.write(tar(text)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(text.toString());
        for (LayerRecipe recipe : List.of(zip(temp.resolve("no")), tar(temp.resolve("no")))) {
            assertThatThrownBy(() -> layers.write(recipe)).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(recipe::requireSources).isInstanceOf(NotFoundException.class);
        }
        Files.write(text, new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0});
        assertThatThrownBy(() -> layers.write(tar(text)))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("xz");
    }

    // ---- tars ----

    private Path archive(String name, boolean compressed, TarEntry... entries) throws IOException {
        Path file = temp.resolve(name);
        try (OutputStream raw = Files.newOutputStream(file)) {
            if (compressed) {
                try (GzipEncoder gzip = new GzipEncoder(raw, 1)) {
                    write(gzip, entries);
                    gzip.finish();
                }
            } else {
                write(raw, entries);
            }
        }
        return file;
    }

    private static void write(OutputStream out, TarEntry... entries) throws IOException {
        TarWriter tar = new TarWriter(out);
        for (TarEntry entry : entries) {
            if (entry.kind() == TarKind.FILE) {
                byte[] content = new byte[(int) entry.size()];
                Arrays.fill(content, (byte) 'x');
                tar.write(entry, content);
            } else {
                tar.write(entry);
            }
        }
        tar.finish();
    }

    private static final Instant TIME = Instant.ofEpochSecond(1_600_000_000);

    private static TarEntry[] sample() {
        return new TarEntry[] {
            TarEntry.folder("./"),
            TarEntry.folder("./z").withMode(0700).withModified(TIME),
            TarEntry.file("./z/setuid", 3).withMode(04755).withOwner(10, 20).withModified(TIME),
            TarEntry.hardLink("./again", "./z/setuid"),
            TarEntry.file("/absolute", 1).withRecord("SCHILY.xattr.user.note", new byte[] {7}),
            TarEntry.file("/absolute", 2).withRecord("SCHILY.xattr.security.selinux", new byte[] {7}),
            TarEntry.symlink("link", "../../anywhere"),
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_tar_keeps_what_it_says_and_its_names_become_ours(boolean compressed) throws IOException {
        LayerRecipe recipe = tar(archive("a.tar", compressed, sample())).into("/opt");
        assertThat(layers.names(recipe))
                .containsExactly("opt/", "opt/absolute", "opt/again", "opt/link", "opt/z/", "opt/z/setuid");
        assertThat(layers.entry(recipe, "opt/again"))
                .isEqualTo(TarEntry.file("opt/again", 3)
                        .withMode(04755)
                        .withOwner(10, 20)
                        .withModified(TIME));
        assertThat(layers.entry(recipe, "opt/z/setuid").kind()).isEqualTo(TarKind.HARD_LINK);
        assertThat(layers.entry(recipe, "opt/z/setuid").linkNameText()).isEqualTo("opt/again");
        assertThat(layers.entry(recipe, "opt/z/").mode()).isEqualTo(0700);
        assertThat(layers.entry(recipe, "opt/absolute").size()).isEqualTo(2);
        assertThat(layers.entry(recipe, "opt/absolute").otherRecordKeys()).isEmpty();
        assertThat(layers.contents(recipe)).containsEntry("opt/again", "xxx").containsEntry("opt/absolute", "xx");
    }

    @Test
    void rules_change_what_a_tar_says() throws IOException {
        LayerRecipe recipe = tar(archive("a.tar", false, sample()))
                .owner(1, 2)
                .keepModes()
                .time(Instant.EPOCH)
                .separateHardLinks()
                .exclude("link");
        assertThat(layers.names(recipe)).containsExactly("absolute", "again", "z/", "z/setuid");
        assertThat(layers.entry(recipe, "z/setuid"))
                .isEqualTo(TarEntry.file("z/setuid", 3).withMode(0755).withOwner(1, 2));
        assertThat(layers.contents(recipe)).containsEntry("z/setuid", "xxx").containsEntry("again", "xxx");
    }

    private static EntryObserver into(List<String> told) {
        return new EntryObserver() {
            @Override
            public void file(String path, byte[] firstBytes) {}

            @Override
            public void notCarried(String path, String attribute) {
                told.add(path + " " + attribute);
            }

            @Override
            public void notLookedFor(String path, String attributes) {
                told.add(path + " " + attributes);
            }
        };
    }

    @Test
    void attributes_of_a_tar_that_are_left_behind_are_told_whether_the_layer_is_made_or_taken_from_a_cache()
            throws IOException {
        LayerRecipe recipe = tar(archive("a.tar", false, sample())).into("/opt");
        LayerCache cache = LayerCache.in(temp.resolve("cache"));
        LayerWriter writer = LayerWriter.with(Compression.none());
        for (LayerWriter each : List.of(writer, writer.cache(cache), writer.cache(cache))) {
            List<String> told = new ArrayList<>();
            each.observing(into(told)).write(recipe, layers.store);
            assertThat(told).containsExactly("/opt/absolute security.selinux");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "reads attributes of Unix")
    void attributes_that_nobody_looked_for_are_told_once_for_a_folder() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("folder"));
        Path file = Files.writeString(folder.resolve("file"), "x");
        LayerRecipe recipe = folder(folder)
                .into("/none")
                .and(folder(folder).into("/user").keepAttributes(AttributeReader.user()))
                .and(folder(folder).into("/all").keepAttributes(any -> Map.of()))
                .and(file(file).into("/file"))
                .and(file(file).into("/below/"))
                .and(bytes(new byte[1]).into("/bytes"));
        LayerCache cache = LayerCache.in(temp.resolve("cache"));
        LayerWriter writer = LayerWriter.with(Compression.none());
        for (LayerWriter each : List.of(writer, writer.cache(cache), writer.cache(cache))) {
            List<String> told = new ArrayList<>();
            each.observing(into(told)).write(recipe, layers.store);
            assertThat(told)
                    .containsExactly(
                            "/none all extended attributes",
                            "/user extended attributes outside user.*",
                            "/file all extended attributes",
                            "/below/file all extended attributes");
        }
    }

    @Test
    void hostile_tars_are_refused_by_name() throws IOException {
        TarEntry[] device = {TarEntry.special(TarKind.CHARACTER_DEVICE, new byte[] {'n'}, 1, 3)};
        Map<String, TarEntry[]> hostile = Map.of(
                "climbs", new TarEntry[] {TarEntry.file("a/../../etc/passwd", 1)},
                "the target of", new TarEntry[] {TarEntry.file("a", 1), TarEntry.hardLink("b", "../a")},
                "no file that came before", new TarEntry[] {TarEntry.hardLink("b", "a"), TarEntry.file("a", 1)},
                "whiteout", new TarEntry[] {TarEntry.file("d/.wh.x", 0)},
                "device", device,
                "is no folder", new TarEntry[] {TarEntry.symlink("d", "/etc"), TarEntry.file("d/passwd", 1)},
                "longer", new TarEntry[] {TarEntry.file("n".repeat(300), 1)});
        for (Map.Entry<String, TarEntry[]> one : hostile.entrySet()) {
            Path file = archive("hostile.tar", false, one.getValue());
            assertThatThrownBy(() -> layers.write(tar(file)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(one.getKey());
        }
        Path devices = archive("devices.tar", false, device);
        assertThat(layers.entry(tar(devices).keepDevices(), "n").deviceMinor()).isEqualTo(3);
        assertThat(layers.names(tar(devices).exclude("n"))).isEmpty();
    }

    @Test
    void a_cut_or_bombing_tar_is_refused() throws IOException {
        Path file = archive("a.tar.gz", true, sample());
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 9));
        assertThatThrownBy(() -> layers.write(tar(file))).isInstanceOf(LadingException.class);
        try (OutputStream raw = Files.newOutputStream(file);
                GzipEncoder gzip = new GzipEncoder(raw, 1)) {
            TarWriter tar = new TarWriter(gzip);
            try (OutputStream zeros = tar.openFile(TarEntry.file("zeros", 80 << 20))) {
                for (int i = 0; i < 80; i++) {
                    zeros.write(new byte[1 << 20]);
                }
            }
            tar.finish();
            gzip.finish();
        }
        assertThatThrownBy(() -> layers.write(tar(file)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("bomb");
    }

    @Test
    void mutated_tars_are_refused_or_give_a_layer_that_stays_within() throws IOException {
        Path file = archive("a.tar", false, sample());
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(23);
        int made = 0;
        for (int i = 0; i < 600; i++) {
            byte[] bad = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(bad.length);
                int header = at - at % 512;
                bad[at] = (byte) random.nextInt(256);
                repairSum(bad, header);
            }
            Files.write(file, bad);
            try {
                for (String name : layers.names(tar(file).keepDevices())) {
                    assertThat(name).doesNotStartWith("/").doesNotContain("../").doesNotContain("/./");
                }
                made++;
            } catch (InvalidInputException | UnsupportedException e) {
                assertThat(e).hasMessageContaining(file.toString());
            }
        }
        assertThat(made).isBetween(50, 590);
    }

    private static void repairSum(byte[] archive, int header) {
        Arrays.fill(archive, header + 148, header + 156, (byte) ' ');
        int sum = 0;
        for (int i = header; i < header + 512; i++) {
            sum += archive[i] & 0xff;
        }
        byte[] digits = String.format("%06o", sum).getBytes(UTF_8);
        System.arraycopy(digits, 0, archive, header + 148, 6);
        archive[header + 154] = 0;
    }

    // ---- layers ----

    @Test
    void the_entries_of_a_layer_come_back_as_they_are() throws IOException {
        MemoryStore store = layers.store;
        LayerRecipe first = tar(archive("a.tar", false, sample()))
                .and(LayerRecipe.whiteout().into("/gone"))
                .and(LayerRecipe.bytes(new byte[5])
                        .into("/tool")
                        .where("tool", EntryRule.create().capabilities(FileCapabilities.of("net_raw"))));
        Layer made = LayerWriter.with(Compression.gzip()).write(first, store);
        assertThat(layers.entries(layer(store, made))).isEqualTo(layers.entries(first));
        assertThat(layers.entry(layer(store, made), "tool").otherRecordKeys())
                .containsExactly("SCHILY.xattr.security.capability");
        assertThat(layers.names(layer(store, made).include("z"))).containsExactly("z/", "z/setuid");
    }

    @Test
    void archives_have_fingerprints_without_being_read() throws IOException {
        Path file = archive("a.tar", false, sample());
        LayerRecipe recipe = tar(file);
        Files.setLastModifiedTime(file, FileTime.from(TIME));
        assertThat(recipe.fingerprint()).isEqualTo(recipe.fingerprint());
        assertThat(recipe.fingerprint()).isNotEqualTo(recipe.into("/x").fingerprint());
        assertThat(recipe.fingerprint()).isNotEqualTo(recipe.exclude("z").fingerprint());
        assertThat(recipe.contentFingerprint()).isEqualTo(layers.write(recipe).diffId());
    }
}
