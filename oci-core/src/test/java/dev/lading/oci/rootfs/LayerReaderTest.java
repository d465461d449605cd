package dev.lading.oci.rootfs;

import static dev.lading.oci.rootfs.TestLayers.gzip;
import static dev.lading.oci.rootfs.TestLayers.tar;
import static dev.lading.oci.rootfs.TestLayers.zstd;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.gzip.GzipEncoder;
import dev.lading.gzip.GzipException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Digest;
import dev.lading.oci.Layer;
import dev.lading.oci.MediaType;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.Image;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarException;
import dev.lading.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerReaderTest {
    private static final byte[] TAR = tar().folder("a").file("a/b", "content").end();

    private static List<String> read(MediaType type, byte[] stored, Digest diffId, LayerLimits limits)
            throws IOException {
        Image image = new TestLayers().layer(type, stored, diffId).image();
        Layer layer = image.layers().get(0);
        Blob blob = image.source().blob(layer.descriptor());
        List<String> names = new ArrayList<>();
        try (LayerReader reader = LayerReader.open(blob, layer.diffId(), limits)) {
            for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                names.add(entry.get().nameText());
            }
            assertThat(reader.next()).isEmpty();
        }
        return names;
    }

    private static List<String> read(MediaType type, byte[] stored, byte[] tar) throws IOException {
        return read(type, stored, Digest.of(tar), LayerLimits.DEFAULT);
    }

    @Test
    void plain_and_gzip_layers_of_both_families_are_read() throws IOException {
        for (MediaType plain : List.of(
                MediaType.OCI_LAYER,
                MediaType.DOCKER_LAYER,
                new MediaType("application/vnd.oci.image.layer.nondistributable.v1.tar"))) {
            assertThat(read(plain, TAR, TAR)).containsExactly("a/", "a/b");
        }
        for (MediaType gzip : List.of(
                MediaType.OCI_LAYER_GZIP,
                MediaType.DOCKER_LAYER_GZIP,
                new MediaType("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"))) {
            assertThat(read(gzip, gzip(TAR), TAR)).containsExactly("a/", "a/b");
        }
    }

    @Test
    void bytes_that_are_not_compressed_as_the_type_says_are_refused() {
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER, gzip(TAR), TAR))
                .isInstanceOf(LayerException.class)
                .hasMessageContainingAll("plain tar", "gzip tar");
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER_GZIP, TAR, TAR)).isInstanceOf(LayerException.class);
    }

    @Test
    void zstd_layers_are_read_frame_after_frame() throws IOException {
        byte[] frames = concat(zstd(Arrays.copyOf(TAR, 700)), zstd(Arrays.copyOfRange(TAR, 700, TAR.length)));
        assertThat(read(MediaType.OCI_LAYER_ZSTD, zstd(TAR), TAR)).containsExactly("a/", "a/b");
        assertThat(read(MediaType.OCI_LAYER_ZSTD, frames, TAR)).containsExactly("a/", "a/b");
        byte[] skipped = concat(new byte[] {0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 1}, zstd(TAR));
        assertThat(read(MediaType.OCI_LAYER_ZSTD, skipped, TAR)).containsExactly("a/", "a/b");
    }

    @Test
    void zstd_that_is_none_or_is_cut_or_has_bytes_behind_it_is_refused() {
        byte[] whole = zstd(TAR);
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER_ZSTD, gzip(TAR), TAR)).isInstanceOf(LayerException.class);
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER_GZIP, whole, TAR))
                .isInstanceOf(LayerException.class)
                .hasMessageContainingAll("gzip tar", "zstd tar");
        for (byte[] broken : List.of(
                Arrays.copyOf(whole, whole.length - 1),
                Arrays.copyOf(whole, whole.length / 2),
                Arrays.copyOf(whole, 5),
                concat(whole, new byte[] {1, 2, 3, 4, 5}))) {
            assertThatThrownBy(() -> read(MediaType.OCI_LAYER_ZSTD, broken, TAR))
                    .as("%s of %s bytes", broken.length, whole.length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_type_that_is_none_of_a_layer_is_refused_by_name() {
        assertThatThrownBy(() -> read(new MediaType("application/vnd.in-toto+json"), TAR, TAR))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("in-toto");
    }

    @Test
    void a_wrong_diff_id_is_found_at_the_end() {
        Digest wrong = Digest.of(new byte[] {1});
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER_GZIP, gzip(TAR), wrong, LayerLimits.DEFAULT))
                .isInstanceOf(ContentMismatchException.class)
                .hasMessageContainingAll(wrong.toString(), Digest.of(TAR).toString());
    }

    @Test
    void a_sha512_diff_id_is_verified() throws IOException {
        Digest sha512 = Digest.of(Digest.Algorithm.SHA512, TAR);
        assertThat(read(MediaType.OCI_LAYER, TAR, sha512, LayerLimits.DEFAULT)).hasSize(2);
    }

    @Test
    void bytes_behind_the_end_marker_count_for_the_diff_id_and_are_not_interpreted() throws IOException {
        byte[] trailing = concat(TAR, tar().file("hidden", "x").end());
        assertThat(read(MediaType.OCI_LAYER_GZIP, gzip(trailing), trailing)).containsExactly("a/", "a/b");
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER_GZIP, gzip(trailing), TAR))
                .isInstanceOf(ContentMismatchException.class);
    }

    @Test
    void all_gzip_members_count_and_garbage_behind_them_is_refused() throws IOException {
        byte[] members = concat(gzip(Arrays.copyOf(TAR, 700)), gzip(Arrays.copyOfRange(TAR, 700, TAR.length)));
        assertThat(read(MediaType.OCI_LAYER_GZIP, members, TAR)).hasSize(2);
        byte[] garbage = concat(gzip(TAR), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER_GZIP, garbage, TAR)).isInstanceOf(GzipException.class);
    }

    @Test
    void a_truncated_tar_is_refused_even_with_the_right_digests() {
        byte[] cut = Arrays.copyOf(TAR, TAR.length - 1024);
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER, cut, cut)).isInstanceOf(TarException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void more_bytes_than_allowed_are_refused(int over) throws IOException {
        byte[] tar = tar().file("f", "x".repeat(4000 + over * 10)).end();
        LayerLimits limits = LayerLimits.DEFAULT.withMaxBytes(512 + 4096 + 1024);
        if (over == 0) {
            assertThat(read(MediaType.OCI_LAYER_GZIP, gzip(tar), Digest.of(tar), limits))
                    .hasSize(1);
        } else {
            assertThatThrownBy(() -> read(MediaType.OCI_LAYER_GZIP, gzip(tar), Digest.of(tar), limits))
                    .isInstanceOf(LayerException.class)
                    .hasMessageContainingAll("5632 bytes", "maxBytes");
        }
    }

    @Test
    void more_entries_than_allowed_are_refused() throws IOException {
        LayerLimits two = LayerLimits.DEFAULT.withMaxEntries(2);
        assertThat(read(MediaType.OCI_LAYER, TAR, Digest.of(TAR), two)).hasSize(2);
        LayerLimits one = LayerLimits.DEFAULT.withMaxEntries(1);
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER, TAR, Digest.of(TAR), one))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("more than 1 entries");
    }

    @Test
    void a_decompression_bomb_is_refused_by_its_ratio() throws IOException {
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        byte[] zeros = new byte[64 * 1024];
        try (GzipEncoder encoder = new GzipEncoder(stored, 9)) {
            TarWriter writer = new TarWriter(encoder);
            long size = 10L << 30;
            OutputStream file = writer.openFile(TarEntry.file("bomb", size));
            // a tenth of it is enough to be noticed; the rest would never be read
            for (long written = 0; written < size / 10; written += zeros.length) {
                file.write(zeros);
            }
            encoder.finish();
        }
        byte[] bomb = stored.toByteArray();
        assertThatThrownBy(() -> read(MediaType.OCI_LAYER_GZIP, bomb, new byte[0]))
                .isInstanceOf(LayerException.class)
                .hasMessageContainingAll("200 times", "bomb");
    }

    @Test
    void an_interrupt_ends_reading_and_keeps_the_flag() throws IOException {
        // gzip of zeros: after the first read all of the blob is in the decoder's buffer
        Image image = TestLayers.image(tar().file("f", "\0".repeat(1_000_000)));
        Layer layer = image.layers().get(0);
        try (LayerReader reader = LayerReader.open(image.source().blob(layer.descriptor()), layer.diffId())) {
            assertThat(reader.next()).isPresent();
            Thread.currentThread().interrupt();
            assertThatThrownBy(reader::next).isInstanceOf(InterruptedIOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void content_is_read_as_it_was_written() throws IOException {
        Image image = TestLayers.image(tar().file("f", "hello"));
        Layer layer = image.layers().get(0);
        try (LayerReader reader = LayerReader.open(image.source().blob(layer.descriptor()), layer.diffId())) {
            assertThat(reader.next()).isPresent();
            assertThat(reader.content().readAllBytes()).isEqualTo("hello".getBytes(UTF_8));
        }
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
