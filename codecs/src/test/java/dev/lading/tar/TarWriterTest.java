package dev.lading.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarWriterTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final TarWriter writer = new TarWriter(out);

    private byte[] written(TarEntry... entries) throws IOException {
        for (TarEntry entry : entries) {
            if (entry.kind() == TarKind.FILE) {
                writer.write(entry, new byte[(int) entry.size()]);
            } else {
                writer.write(entry);
            }
        }
        writer.finish();
        return out.toByteArray();
    }

    private static List<TarEntry> read(byte[] archive) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        List<TarEntry> entries = new ArrayList<>();
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            entries.add(entry.get());
        }
        return entries;
    }

    @Test
    void every_kind_comes_back_as_it_was_written() throws IOException {
        TarEntry[] entries = {
            TarEntry.folder("app"),
            TarEntry.file("app/run", 513)
                    .withMode(04755)
                    .withOwner(1000, 2000)
                    .withModified(Instant.ofEpochSecond(1_700_000_000)),
            TarEntry.symlink("app/link", "../etc/target"),
            TarEntry.hardLink("app/other", "app/run"),
        };
        assertThat(read(written(entries))).containsExactly(entries);
    }

    @Test
    void plain_entries_take_one_block_each_and_the_end_two() throws IOException {
        assertThat(written(TarEntry.folder("a"), TarEntry.file("a/b", 0), TarEntry.file("a/c", 512)))
                .hasSize(4 * 512 + 1024);
    }

    @Test
    void a_header_is_ustar_to_the_last_byte() throws IOException {
        byte[] block = written(TarEntry.file("app/run", 5).withMode(0755));
        String text = new String(block, 0, 512, ISO_8859_1);
        String expected = "app/run" + "\0".repeat(93) + "0000755\0" + "0000000\0" + "0000000\0" + "00000000005\0"
                + "00000000000\0" + text.substring(148, 156) + "0" + "\0".repeat(100) + "ustar\00000"
                + "\0".repeat(64) + "0000000\0" + "0000000\0" + "\0".repeat(167);
        assertThat(text).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {99, 100, 101, 102, 150, 155, 156, 200, 255, 256, 257, 300, 4096})
    void names_of_any_length_come_back(int length) throws IOException {
        for (String step : List.of("x", "dir/", "0123456789/")) {
            String name = step.repeat(length).substring(0, length - 1) + "e";
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            TarWriter one = new TarWriter(bytes);
            one.write(TarEntry.file(name, 0));
            one.write(TarEntry.folder(name));
            one.write(TarEntry.symlink(name, name));
            one.finish();
            assertThat(read(bytes.toByteArray()))
                    .containsExactly(TarEntry.file(name, 0), TarEntry.folder(name), TarEntry.symlink(name, name));
        }
    }

    @Test
    void a_name_that_ustar_can_split_needs_no_pax_header() throws IOException {
        String name = "d".repeat(155) + "/" + "f".repeat(100);
        assertThat(written(TarEntry.file(name, 0))).hasSize(512 + 1024);
    }

    @Test
    void names_beyond_ascii_and_names_that_are_no_text_come_back_byte_by_byte() throws IOException {
        byte[] noText = {'a', (byte) 0xff, (byte) 0xfe, 'b'};
        TarEntry[] entries = {
            TarEntry.file("grün/ß", 0),
            TarEntry.file(noText, 0),
            TarEntry.symlink(noText, noText),
            TarEntry.folder("\u65e5\u672c"),
            TarEntry.file("new\nline", 0),
        };
        byte[] archive = written(entries);
        assertThat(read(archive)).containsExactly(entries);
        assertThat(new String(archive, ISO_8859_1)).contains("21 hdrcharset=BINARY\n");
    }

    @Test
    void what_ustar_cannot_say_is_said_by_pax() throws IOException {
        TarEntry big = TarEntry.file("big", 0).withOwner(2_097_152, TarEntry.MAX_ID);
        TarEntry early = TarEntry.file("early", 0).withModified(Instant.ofEpochSecond(-1));
        TarEntry late = TarEntry.file("late", 0).withModified(Instant.ofEpochSecond(1L << 33));
        TarEntry fits = TarEntry.file("fits", 0)
                .withOwner(2_097_151, 2_097_151)
                .withModified(Instant.ofEpochSecond((1L << 33) - 1));
        byte[] archive = written(big, early, late, fits);
        assertThat(read(archive)).containsExactly(big, early, late, fits);
        assertThat(archive).hasSize(3 * 1536 + 512 + 1024);
    }

    @Test
    void a_file_of_8_gibibytes_has_its_size_in_pax() throws IOException {
        writer.openFile(TarEntry.file("huge", 1L << 33));
        byte[] headers = out.toByteArray();
        TarReader reader = new TarReader(new ByteArrayInputStream(headers));
        assertThat(reader.next().orElseThrow().size()).isEqualTo(1L << 33);
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        new TarWriter(other).openFile(TarEntry.file("huge", (1L << 33) - 1));
        assertThat(other.size()).isEqualTo(512);
    }

    @Test
    void times_are_cut_to_seconds() throws IOException {
        TarEntry fine = TarEntry.file("f", 0).withModified(Instant.ofEpochSecond(7, 999_999_999));
        assertThat(read(written(fine)).get(0).modified()).isEqualTo(Instant.ofEpochSecond(7));
    }

    @Test
    void pax_records_that_were_read_are_written_again() throws IOException {
        byte[] archive = new RawTar()
                .pax(RawTar.record("SCHILY.xattr.user.note", "\0x"))
                .file("f")
                .ended();
        TarEntry entry = read(archive).get(0);
        assertThat(read(written(entry))).containsExactly(entry);
    }

    @Test
    void content_is_streamed_and_padded() throws IOException {
        byte[] content = new byte[1300];
        new Random(1).nextBytes(content);
        try (OutputStream file = writer.openFile(TarEntry.file("f", content.length))) {
            file.write(content, 0, 1000);
            file.write(content, 1000, 299);
            file.write(content[1299]);
        }
        writer.finish();
        assertThat(out.size()).isEqualTo(512 + 1536 + 1024);
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
        reader.next();
        assertThat(reader.content().readAllBytes()).isEqualTo(content);
    }

    @Test
    void more_content_than_declared_is_an_error_that_names_the_entry() throws IOException {
        OutputStream file = writer.openFile(TarEntry.file("short", 3));
        assertThatThrownBy(() -> file.write(new byte[4]))
                .isInstanceOf(TarException.class)
                .hasMessageContainingAll("\"short\"", "3 bytes", "more");
    }

    @Test
    void less_content_than_declared_is_an_error_and_the_archive_cannot_be_finished() throws IOException {
        OutputStream file = writer.openFile(TarEntry.file("long", 3));
        file.write(1);
        assertThatThrownBy(file::close).isInstanceOf(TarException.class).hasMessageContainingAll("\"long\"", "only 1");
        assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writer.write(TarEntry.folder("d"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void content_that_is_still_open_keeps_the_next_entry_out() throws IOException {
        writer.openFile(TarEntry.file("open", 3));
        assertThatThrownBy(() -> writer.write(TarEntry.folder("d"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void devices_and_fifos_come_back_with_their_numbers() throws IOException {
        List<TarEntry> found = read(new RawTar()
                .add(RawTar.header("sda3", '4').set(329, "0000010\0").set(337, "0000003\0"))
                .add(RawTar.header("null", '3'))
                .add(RawTar.header("pipe", '6'))
                .ended());
        for (TarEntry entry : found) {
            writer.write(entry);
        }
        writer.finish();
        assertThat(read(out.toByteArray())).isEqualTo(found);
        assertThat(found).extracting(TarEntry::deviceMajor).containsExactly(8, 0, 0);
        assertThat(found).extracting(TarEntry::deviceMinor).containsExactly(3, 0, 0);
    }

    @Test
    void names_of_owners_and_records_of_ones_own_are_written() throws IOException {
        TarEntry entry = TarEntry.file("a", 0)
                .withOwnerNames("app", "gr\u00fcn")
                .withRecord("SCHILY.xattr.user.note", new byte[] {0, '\n', (byte) 0xff});
        writer.write(entry);
        writer.finish();
        assertThat(read(out.toByteArray())).containsExactly(entry);
    }

    @Test
    void a_part_of_an_array_is_a_content_too() throws IOException {
        writer.write(TarEntry.file("a", 2), new byte[] {1, 2, 3, 4}, 1, 2);
        assertThatThrownBy(() -> writer.write(TarEntry.file("b", 3), new byte[4], 1, 2))
                .isInstanceOf(IllegalArgumentException.class);
        writer.finish();
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
        assertThat(reader.next()).isPresent();
        assertThat(reader.content().readAllBytes()).containsExactly(2, 3);
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void devices_fifos_and_kept_records_come_back() throws IOException {
        TarEntry device = TarEntry.special(TarKind.CHARACTER_DEVICE, "null".getBytes(UTF_8), 1, 3)
                .withRecord("SCHILY.xattr.user.note", new byte[] {0, '\n', '='});
        TarEntry fifo = TarEntry.special(TarKind.FIFO, "pipe".getBytes(UTF_8), 0, 0);
        writer.write(device);
        writer.write(fifo);
        writer.finish();
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
        assertThat(reader.next()).contains(device);
        assertThat(reader.next()).contains(fifo);
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void devices_records_and_numbers_that_no_archive_holds_are_refused() {
        byte[] name = {'x'};
        assertThatThrownBy(() -> TarEntry.special(TarKind.FILE, name, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("neither a device nor a fifo");
        assertThatThrownBy(() -> TarEntry.special(TarKind.FIFO, name, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("device number");
        assertThatThrownBy(() -> TarEntry.special(TarKind.BLOCK_DEVICE, name, 0, TarEntry.MAX_DEVICE + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("device number");
        for (String key : new String[] {"", "path", "a=b", "a\0b"}) {
            assertThatThrownBy(() -> TarEntry.file("x", 0).withRecord(key, name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("pax record");
        }
    }

    @Test
    void entries_that_cannot_be_are_refused_when_made() {
        assertThatThrownBy(() -> TarEntry.file("", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TarEntry.file("a\0b", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TarEntry.file("a", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TarEntry.symlink("a", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TarEntry.file("a", 0).withMode(010000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TarEntry.file("a", 0).withOwner(1L << 32, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void any_entries_come_back_here_and_in_an_independent_reader() throws IOException {
        Random random = new Random(42);
        for (int round = 0; round < 200; round++) {
            List<TarEntry> entries = new ArrayList<>();
            List<byte[]> contents = new ArrayList<>();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            TarWriter any = new TarWriter(bytes);
            for (int i = random.nextInt(6); i >= 0; i--) {
                byte[] content = new byte[random.nextInt(3) * random.nextInt(1100)];
                random.nextBytes(content);
                TarEntry entry = anyEntry(random, content.length);
                entries.add(entry);
                contents.add(entry.kind() == TarKind.FILE ? content : new byte[0]);
                if (entry.kind() == TarKind.FILE) {
                    any.write(entry, content);
                } else {
                    any.write(entry);
                }
            }
            any.finish();
            byte[] archive = bytes.toByteArray();
            assertThat(any.position()).isEqualTo(archive.length);
            assertThat(read(archive)).as("round %d", round).containsExactlyElementsOf(entries);
            judge(archive, entries, contents);
        }
    }

    private static void judge(byte[] archive, List<TarEntry> entries, List<byte[]> contents) throws IOException {
        try (TarArchiveInputStream judge = new TarArchiveInputStream(new ByteArrayInputStream(archive), UTF_8.name())) {
            for (int i = 0; i < entries.size(); i++) {
                TarEntry mine = entries.get(i);
                TarArchiveEntry theirs = judge.getNextEntry();
                assertThat(theirs.getName()).isEqualTo(mine.nameText());
                assertThat(theirs.getLinkName()).isEqualTo(mine.linkNameText());
                assertThat(theirs.getMode() & 07777).isEqualTo(mine.mode());
                assertThat(theirs.getLongUserId()).isEqualTo(mine.userId());
                assertThat(theirs.getLongGroupId()).isEqualTo(mine.groupId());
                assertThat(theirs.getLastModifiedTime().toInstant()).isEqualTo(mine.modified());
                assertThat(judge.readAllBytes()).isEqualTo(contents.get(i));
            }
            assertThat(judge.getNextEntry()).isNull();
        }
    }

    private static TarEntry anyEntry(Random random, int size) {
        String name = anyName(random);
        TarEntry entry = switch (random.nextInt(4)) {
            case 0 -> TarEntry.folder(name);
            case 1 -> TarEntry.symlink(name, anyName(random));
            case 2 -> TarEntry.hardLink(name, anyName(random));
            default -> TarEntry.file(name, size);
        };
        return entry.withMode(random.nextInt(010000))
                .withOwner(random.nextLong(TarEntry.MAX_ID >> random.nextInt(32)), random.nextInt(5_000_000))
                .withModified(Instant.ofEpochSecond(random.nextLong(-10_000, 1L << 34)));
    }

    private static String anyName(Random random) {
        String[] alphabet = {"a", "/b", "-long-part-of-a-name-", "ü", "\u65e5", " ", "/directory-name", "\ud83d\ude00"};
        StringBuilder name = new StringBuilder("n");
        for (int i = random.nextInt(25); i > 0; i--) {
            name.append(alphabet[random.nextInt(random.nextBoolean() ? 3 : alphabet.length)]);
        }
        return name.append("e").toString();
    }

    @Test
    void gnu_tar_lists_what_was_written(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/tar")), "there is no /usr/bin/tar here");
        String longName = "long/" + "x".repeat(250);
        byte[] archive = written(
                TarEntry.folder("long"),
                TarEntry.file(longName, 3).withOwner(3_000_000, 7),
                TarEntry.symlink("link", "target"));
        Path file = Files.write(folder.resolve("a.tar"), archive);
        Process tar = new ProcessBuilder("/usr/bin/tar", "--numeric-owner", "-tvf", file.toString())
                .redirectErrorStream(true)
                .start();
        String listing = new String(tar.getInputStream().readAllBytes(), UTF_8);
        assertThat(tar.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(tar.exitValue()).as(listing).isZero();
        assertThat(listing.lines()).hasSize(3);
        assertThat(listing).contains(longName, "3000000/7", "link -> target");
    }
}
