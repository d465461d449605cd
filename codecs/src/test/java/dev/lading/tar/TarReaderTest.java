package dev.lading.tar;

import static dev.lading.tar.RawTar.header;
import static dev.lading.tar.RawTar.record;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {
    private static List<TarEntry> read(byte[] archive) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        List<TarEntry> entries = new ArrayList<>();
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            entries.add(entry.get());
        }
        return entries;
    }

    private static TarEntry only(byte[] archive) throws IOException {
        List<TarEntry> entries = read(archive);
        assertThat(entries).hasSize(1);
        return entries.get(0);
    }

    private static void refused(byte[] archive, String... words) {
        assertThatThrownBy(() -> read(archive)).isInstanceOf(TarException.class).hasMessageContainingAll(words);
    }

    @Test
    void a_seventh_edition_file_and_folder_are_read() throws IOException {
        byte[] archive = new RawTar()
                .add(header("old/", '\0').set(257, "\0\0\0\0\0\0\0\0"))
                .add(header("old/file", '\0').set(257, "\0\0\0\0\0\0\0\0").set(345, "rubbish"), "abc")
                .ended();
        assertThat(read(archive))
                .extracting(TarEntry::nameText, TarEntry::kind, TarEntry::size)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("old/", TarKind.FOLDER, 0L),
                        org.assertj.core.groups.Tuple.tuple("old/file", TarKind.FILE, 3L));
    }

    @Test
    void gnu_long_names_and_long_links_are_read() throws IOException {
        String name = "n".repeat(300);
        String link = "l".repeat(400);
        byte[] archive = new RawTar()
                .add(header("././@LongLink", 'L').set(257, "ustar  \0"), name + "\0")
                .add(header("././@LongLink", 'K').set(257, "ustar  \0"), link + "\0")
                .add(header("short", '2').set(257, "ustar  \0").set(157, "short"))
                .ended();
        TarEntry entry = only(archive);
        assertThat(entry.nameText()).isEqualTo(name);
        assertThat(entry.linkNameText()).isEqualTo(link);
    }

    @Test
    void gnu_headers_have_no_prefix() throws IOException {
        byte[] archive = new RawTar()
                .add(header("name", '0').set(257, "ustar  \0").set(345, "13572436"))
                .ended();
        assertThat(only(archive).nameText()).isEqualTo("name");
    }

    @Test
    void the_prefix_of_ustar_stands_before_the_name() throws IOException {
        assertThat(only(new RawTar().add(header("b", '0').set(345, "a")).ended())
                        .nameText())
                .isEqualTo("a/b");
    }

    @Test
    void base_256_numbers_are_read() throws IOException {
        byte[] archive = new RawTar()
                .add(header("f", '0')
                        .set(108, "\u0080\0\0\0\0\u00ff\u00ff\u00ff")
                        .set(136, "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00fe"))
                .ended();
        assertThat(only(archive).userId()).isEqualTo(0xffffff);
        assertThat(only(archive).modified()).isEqualTo(Instant.ofEpochSecond(-2));
    }

    @Test
    void pax_records_override_the_header_and_global_ones_hold_until_overridden() throws IOException {
        byte[] archive = new RawTar()
                .add(header("g", 'g'), record("uname", "everyone") + record("mtime", "5") + record("comment", "c"))
                .pax(record("path", "päth"), record("uid", "3000000"), record("mtime", "-1.25"), record("uname", ""))
                .add(header("f", '0').set(265, "field"))
                .file("second")
                .ended();
        List<TarEntry> entries = read(archive);
        TarEntry first = entries.get(0);
        assertThat(first.name()).isEqualTo("päth".getBytes(ISO_8859_1));
        assertThat(first.userId()).isEqualTo(3_000_000);
        assertThat(first.modified()).isEqualTo(Instant.ofEpochSecond(-2, 750_000_000));
        assertThat(first.userName())
                .as("an empty record takes the global one back")
                .isEqualTo("field");
        assertThat(entries.get(1).userName()).isEqualTo("everyone");
        assertThat(entries.get(1).modified()).isEqualTo(Instant.ofEpochSecond(5));
        assertThat(entries.get(1).otherRecordKeys()).containsExactly("comment");
    }

    @Test
    void extended_attributes_are_kept_with_every_byte() throws IOException {
        byte[] archive = new RawTar()
                .pax(record("SCHILY.xattr.security.capability", "\1\0\0\2"))
                .file("f")
                .ended();
        assertThat(only(archive).otherRecord("SCHILY.xattr.security.capability"))
                .isEqualTo(new byte[] {1, 0, 0, 2});
    }

    @Test
    void devices_and_fifos_are_read() throws IOException {
        byte[] archive = new RawTar()
                .add(header("null", '3').set(329, "0000001\0").set(337, "0000003\0"))
                .add(header("sda", '4'))
                .add(header("pipe", '6'))
                .ended();
        List<TarEntry> entries = read(archive);
        assertThat(entries)
                .extracting(TarEntry::kind)
                .containsExactly(TarKind.CHARACTER_DEVICE, TarKind.BLOCK_DEVICE, TarKind.FIFO);
        assertThat(entries.get(0).deviceMajor()).isEqualTo(1);
        assertThat(entries.get(0).deviceMinor()).isEqualTo(3);
    }

    @Test
    void content_is_bounded_to_its_entry_and_skipped_when_unread() throws IOException {
        byte[] archive = new RawTar()
                .add(header("a", '0'), "first")
                .add(header("b", '0'), "x".repeat(5000))
                .add(header("c", '0'), "third")
                .ended();
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        reader.next();
        InputStream first = reader.content();
        assertThat(first.readAllBytes()).isEqualTo("first".getBytes(UTF_8));
        reader.next();
        assertThat(reader.content().read()).isEqualTo('x');
        reader.next();
        assertThat(reader.content().readAllBytes()).isEqualTo("third".getBytes(UTF_8));
        assertThat(reader.next()).isEmpty();
        assertThat(reader.next()).isEmpty();
        assertThatThrownBy(() -> first.read()).isInstanceOf(IOException.class).hasMessageContaining("\"a\"");
    }

    @Test
    void nothing_behind_the_end_marker_is_read() throws IOException {
        byte[] archive = new RawTar().file("a").bytes(new byte[1024]).file("b").ended();
        ByteArrayInputStream in = new ByteArrayInputStream(archive);
        TarReader reader = new TarReader(in);
        assertThat(reader.next()).isPresent();
        assertThat(reader.next()).isEmpty();
        assertThat(in.available()).isEqualTo(512 + 1024);
        assertThat(reader.position()).isEqualTo(1536);
    }

    @Test
    void one_zero_block_at_the_very_end_is_an_end_and_one_in_the_middle_is_refused() throws IOException {
        assertThat(read(new RawTar().file("a").bytes(new byte[512]).unended())).hasSize(1);
        refused(new RawTar().file("a").bytes(new byte[512]).file("b").ended(), "single zero block");
    }

    @Test
    void an_archive_cut_anywhere_before_its_end_marker_is_refused() {
        byte[] archive = new RawTar()
                .pax(record("path", "long"))
                .add(header("a", '0'), "content")
                .ended();
        int marker = archive.length - 1024;
        for (int cut = 0; cut < marker; cut++) {
            byte[] part = Arrays.copyOf(archive, cut);
            assertThatThrownBy(() -> read(part)).as("cut at %d", cut).isInstanceOf(TarException.class);
        }
    }

    @Test
    void an_error_carries_the_offset_of_its_header() {
        byte[] archive = new RawTar()
                .file("a")
                .add(header("b", '0').checksum("000001\0 "))
                .ended();
        TarException e = catchThrowableOfType(TarException.class, () -> read(archive));
        assertThat(e).hasMessageContaining("checksum").hasMessageContaining("byte 512");
        assertThat(e.offset()).isEqualTo(512);
    }

    @Test
    void what_is_no_archive_is_refused() {
        refused("x".repeat(1024).getBytes(UTF_8), "checksum");
        refused(new byte[0], "end marker");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "99 path=x\n",
                "7 path=x\n",
                "path=x\n",
                "-9 path=x\n",
                "+9 path=x\n",
                "9  path=x",
                "8 pathx\n",
                "4 =\n",
                "5 =x\n",
                "99999999999999999999 path=x\n",
                "0 path=x\n",
                "9 path=x\n\0\0",
                "9path=x\n"
            })
    void a_malformed_pax_record_is_refused(String data) {
        refused(new RawTar().add(header("pax", 'x'), data).file("f").ended(), "pax record");
    }

    @Test
    void a_pax_header_may_have_a_thousand_records_and_one_mebibyte_and_no_more() throws IOException {
        assertThat(read(new RawTar().pax(records(1000)).file("f").ended())).hasSize(1);
        refused(new RawTar().pax(records(1001)).file("f").ended(), "more than 1000 records");

        String filler = record("k", "v".repeat(1024 * 1024 - 10));
        assertThat(filler).hasSize(1024 * 1024 + 1);
        assertThat(read(new RawTar()
                        .pax(filler.replaceFirst("1048577", "1048576").replaceFirst("vv", "v"))
                        .file("f")
                        .ended()))
                .hasSize(1);
        refused(new RawTar().pax(filler).file("f").ended(), "beyond the limit");
    }

    private static String[] records(int count) {
        String[] records = new String[count];
        Arrays.setAll(records, i -> record("k" + i, "v"));
        return records;
    }

    @Test
    void a_pax_header_that_claims_to_be_huge_is_refused_without_being_read() {
        refused(new RawTar().add(header("pax", 'x').size(077777777777L)).unended(), "beyond the limit");
    }

    @Test
    void global_headers_add_up_to_the_limits_too() {
        RawTar tar = new RawTar();
        for (int i = 0; i < 3; i++) {
            String key = "k" + i;
            tar.add(header("g", 'g'), record(key, "v".repeat(500_000))).file("f" + i);
        }
        refused(tar.ended(), "global pax headers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "linkpath", "size"})
    void a_global_path_is_refused(String key) {
        refused(new RawTar().add(header("g", 'g'), record(key, "1")).file("f").ended(), "global pax header", key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "linkpath", "uname", "gname", "uid", "mtime"})
    void a_nul_in_a_pax_record_is_refused(String key) {
        refused(new RawTar().pax(record(key, "1\0002")).file("f").ended(), "NUL", key);
        refused(new RawTar().pax(record("k\0y", "v")).file("f").ended(), "not text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "+1", " 1", "1 ", "0x1", "1.5", "99999999999999999999", "9223372036854775808"})
    void a_pax_number_that_is_none_is_refused(String number) {
        for (String key : List.of("uid", "gid", "size")) {
            refused(new RawTar().pax(record(key, number)).file("f").ended(), key, "is not a number");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4294967295", "4294967296", "18446744073709551616"})
    void ids_beyond_32_bits_are_refused(String id) throws IOException {
        if (id.isEmpty()) {
            byte[] good =
                    new RawTar().pax(record("uid", "4294967294")).file("f").ended();
            assertThat(only(good).userId()).isEqualTo(4294967294L);
        } else {
            refused(new RawTar().pax(record("uid", id)).file("f").ended(), "uid");
            refused(new RawTar().pax(record("gid", id)).file("f").ended(), "gid");
        }
        refused(
                new RawTar()
                        .add(header("f", '0').set(108, "\u0080\0\0\1\0\0\0\0"))
                        .ended(),
                "user id",
                "4294967296");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1.", ".5", "--1", "1e3", "9999999999999999999", "99999999999999999", "1.2.3"})
    void a_pax_time_that_is_none_is_refused(String time) {
        refused(new RawTar().pax(record("mtime", time)).file("f").ended(), "mtime", "is not a time");
    }

    @Test
    void negative_and_overlong_base_256_numbers_are_refused() {
        String minusOne = "\u00ff".repeat(12);
        refused(new RawTar().add(header("f", '0').set(124, minusOne)).ended(), "size -1");
        String huge = "\u0080\1" + "\0".repeat(10);
        refused(new RawTar().add(header("f", '0').set(124, huge)).ended(), "beyond 64 bits");
        refused(new RawTar().add(header("f", '0').set(136, huge)).ended(), "beyond 64 bits");
        refused(
                new RawTar()
                        .add(header("f", '0').set(136, "\u0080\0\0\0\u007f" + "\u00ff".repeat(7)))
                        .ended(),
                "range");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000008\0", "-000001\0", "00 0001\0", "abc\0\0\0\0\0"})
    void a_header_number_that_is_none_is_refused(String octal) {
        refused(new RawTar().add(header("f", '0').set(108, octal)).ended(), "user id");
    }

    @Test
    void sparse_files_are_refused_by_name() {
        refused(new RawTar().add(header("holes", 'S')).ended(), "sparse", "holes");
        refused(new RawTar().pax(record("GNU.sparse.major", "1")).file("f").ended(), "sparse");
        refused(new RawTar().pax(record("SCHILY.realsize", "1")).file("f").ended(), "sparse");
        refused(
                new RawTar()
                        .add(header("g", 'g'), record("GNU.sparse.map", "0,1"))
                        .file("f")
                        .ended(),
                "sparse");
    }

    @ParameterizedTest
    @ValueSource(chars = {'D', 'M', 'V', 'N', 'X', 'A', 'Z', '8', '\u00ff'})
    void unknown_kinds_are_refused_by_name(char type) {
        refused(new RawTar().add(header("odd", type)).ended(), "\"odd\"", "unknown type");
    }

    @Test
    void a_gnu_long_name_may_have_64_kibibytes_and_no_more_and_no_nul() throws IOException {
        String longest = "n".repeat(64 * 1024 - 1) + "\0";
        assertThat(only(new RawTar().add(header("L", 'L'), longest).file("f").ended())
                        .name())
                .hasSize(64 * 1024 - 1);
        refused(new RawTar().add(header("L", 'L'), "n" + longest).file("f").ended(), "beyond the limit");
        refused(new RawTar().add(header("L", 'L'), "a\0b\0").file("f").ended(), "NUL");
        refused(new RawTar().add(header("L", 'L'), "\0").file("f").ended(), "empty");
    }

    @Test
    void two_ways_to_name_one_entry_are_refused() {
        refused(
                new RawTar()
                        .add(header("L", 'L'), "gnu\0")
                        .pax(record("path", "pax"))
                        .file("f")
                        .ended(),
                "both");
        refused(
                new RawTar()
                        .add(header("K", 'K'), "gnu\0")
                        .pax(record("linkpath", "pax"))
                        .add(header("f", '2').set(157, "t"))
                        .ended(),
                "both");
    }

    @Test
    void headers_without_an_end_are_refused() {
        RawTar tar = new RawTar();
        for (int i = 0; i < 20; i++) {
            tar.pax(record("k", "v"));
        }
        refused(tar.file("f").ended(), "extended headers");
        refused(new RawTar().pax(record("path", "x")).ended(), "without its entry");
    }

    @Test
    void entries_without_a_name_and_links_without_a_target_are_refused() {
        refused(new RawTar().file("").ended(), "no name");
        refused(new RawTar().add(header("l", '2')).ended(), "\"l\"", "points at nothing");
        refused(new RawTar().add(header("l", '1')).ended(), "\"l\"", "points at nothing");
    }

    @Test
    void a_size_given_for_a_link_or_folder_is_ignored_as_others_do() throws IOException {
        byte[] archive = new RawTar()
                .add(header("l", '1').set(157, "t").size(1234))
                .add(header("d/", '5').size(99))
                .ended();
        assertThat(read(archive)).extracting(TarEntry::size).containsExactly(0L, 0L);
    }

    @Test
    void names_are_shown_without_anything_that_could_move_a_cursor() throws IOException {
        TarEntry entry = only(new RawTar().file("a\u001b[2J\n\u00ff\\\"").ended());
        assertThat(entry.shownName()).isEqualTo("\"a\\x1b[2J\\x0a\\xff\\x5c\\x22\"");
        assertThat(TarEntry.file("ä\u202e", 0).shownName()).isEqualTo("\"ä\\xe2\\x80\\xae\"");
    }

    @Test
    void damaged_archives_give_typed_errors_only() {
        byte[] good = new RawTar()
                .add(header("g", 'g'), record("comment", "c"))
                .pax(record("path", "a/b"), record("mtime", "1.5"))
                .add(header("f", '0'), "content")
                .add(header("L", 'L'), "long\0")
                .add(header("l", '2').set(157, "t"))
                .ended();
        Random random = new Random(20260721);
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = good.clone();
            int header = random.nextInt(good.length / 512) * 512;
            for (int i = random.nextInt(4); i >= 0; i--) {
                bad[(header + random.nextInt(512))] = (byte) random.nextInt(256);
            }
            mendChecksum(bad, header);
            try {
                read(bad);
            } catch (IOException e) {
                assertThat(e).as("round %d", round).isInstanceOf(TarException.class);
            }
        }
    }

    private static void mendChecksum(byte[] archive, int header) {
        byte[] block = Arrays.copyOfRange(archive, header, header + 512);
        TarBlock.putChecksum(block);
        System.arraycopy(block, 0, archive, header, 512);
    }
}
