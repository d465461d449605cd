package dev.lading.layer;

import static dev.lading.layer.Compression.gzip;
import static dev.lading.layer.Compression.none;
import static dev.lading.layer.LayerRecipe.bytes;
import static dev.lading.layer.LayerRecipe.file;
import static dev.lading.layer.LayerRecipe.folder;
import static dev.lading.layer.LayerRecipe.generated;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.gzip.GzipDecoder;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Layer;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.ProducerFailedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LayerWriterTest {
    @TempDir
    Path temp;

    private final MemoryStore store = MemoryStore.create();

    private Layer write(LayerRecipe recipe) {
        return LayerWriter.with(none()).write(recipe, store);
    }

    /** Reads a layer with a tar reader that is not ours: «mode uid:gid time kind name link». */
    private List<String> listed(Layer layer) throws IOException {
        List<String> lines = new ArrayList<>();
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new ByteArrayInputStream(store.bytes(layer.descriptor())))) {
            for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
                String kind = e.isDirectory() ? "d" : e.isSymbolicLink() ? "l" : "f";
                lines.add(Integer.toOctalString(e.getMode() & 07777) + " " + e.getLongUserId() + ":"
                        + e.getLongGroupId() + " " + e.getLastModifiedTime().to(TimeUnit.SECONDS) + " " + kind + " "
                        + e.getName()
                        + (e.isSymbolicLink() ? " -> " + e.getLinkName() : ""));
            }
        }
        return lines;
    }

    private Path sample(String name, String mode) throws IOException {
        Path root = Files.createDirectories(temp.resolve(name));
        Files.createDirectories(root.resolve("lib.d"));
        Files.writeString(root.resolve("lib.d/b"), "b");
        Files.writeString(root.resolve("lib"), "a");
        Files.writeString(root.resolve("run"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(root.resolve("run"), PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(root.resolve("lib"), PosixFilePermissions.fromString(mode));
        Files.createSymbolicLink(root.resolve("link"), Path.of("lib.d/b"));
        return root;
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs POSIX modes and links")
    void entries_are_sorted_owned_by_root_timed_at_the_epoch_and_their_modes_are_normal() throws IOException {
        Layer layer = write(folder(sample("one", "rw-r-----")).into("/app"));
        assertThat(listed(layer))
                .containsExactly(
                        "755 0:0 0 d app/",
                        "644 0:0 0 f app/lib",
                        "755 0:0 0 d app/lib.d/",
                        "644 0:0 0 f app/lib.d/b",
                        "777 0:0 0 l app/link -> lib.d/b",
                        "755 0:0 0 f app/run");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs POSIX modes and links")
    void another_umask_another_time_and_another_folder_give_the_same_digest() throws IOException {
        Path one = sample("one", "rw-r-----");
        Path two = sample("two", "rw-rw-rw-");
        Files.setLastModifiedTime(two.resolve("lib"), FileTime.from(Instant.parse("2020-02-02T02:02:02Z")));
        assertThat(write(folder(one))).isEqualTo(write(folder(two)));
    }

    @Test
    void a_gzip_layer_decompresses_to_the_tar_of_its_diff_id() throws IOException {
        LayerRecipe recipe = bytes("hello".repeat(50_000).getBytes(UTF_8)).into("/a/b");
        Layer plain = write(recipe);
        Layer zipped = LayerWriter.with(gzip(6)).threads(2).write(recipe, store);
        assertThat(zipped.diffId())
                .isEqualTo(plain.diffId())
                .isEqualTo(plain.descriptor().digest());
        assertThat(zipped.descriptor().mediaType()).isEqualTo(MediaType.OCI_LAYER_GZIP);
        try (InputStream in = new GzipDecoder(new ByteArrayInputStream(store.bytes(zipped.descriptor())))) {
            assertThat(Digest.of(in.readAllBytes())).isEqualTo(plain.diffId());
        }
    }

    @Test
    void rules_set_mode_owner_and_time() throws IOException {
        Layer layer = write(bytes(new byte[3])
                .into("/bin/tool")
                .mode(04755)
                .owner(10001, 5_000_000)
                .time(Instant.parse("2026-01-01T00:00:00.9Z")));
        assertThat(listed(layer)).containsExactly("755 0:0 0 d bin/", "4755 10001:5000000 1767225600 f bin/tool");
    }

    @Test
    void a_file_goes_to_its_path_or_below_a_folder_under_its_own_name() throws IOException {
        Path tool = Files.writeString(temp.resolve("tool"), "x");
        assertThat(listed(write(file(tool).into("/bin/run")))).endsWith("644 0:0 0 f bin/run");
        assertThat(listed(write(file(tool).into("/bin/")))).endsWith("644 0:0 0 f bin/tool");
        assertThat(listed(write(file(tool)))).containsExactly("644 0:0 0 f tool");
    }

    @Test
    void two_sources_that_claim_one_path_are_refused_by_both_names() throws IOException {
        Path one = Files.writeString(temp.resolve("one"), "1");
        LayerRecipe twice = file(one).into("/x").and(bytes(new byte[0]).into("/x"));
        assertThatThrownBy(() -> write(twice))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("/x")
                .hasMessageContaining(one.toString())
                .hasMessageContaining("generated");
        LayerRecipe inFile = file(one).into("/x").and(bytes(new byte[0]).into("/x/y"));
        assertThatThrownBy(() -> write(inFile)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void what_is_not_there_is_said_by_path() {
        assertThatThrownBy(() -> write(folder(temp.resolve("absent"))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("absent");
        assertThatThrownBy(() -> write(file(temp.resolve("absent"))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("absent");
    }

    @Test
    void paths_that_climb_or_mean_a_whiteout_are_refused() {
        for (String path : List.of("/a/../b", "/a//b", "./a", "/.wh.a", "/a/.wh..wh..opq")) {
            assertThatThrownBy(() -> folder(temp).into(path)).as(path).isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void a_file_that_changes_while_it_is_read_is_an_error_that_names_it() throws IOException {
        Path growing = Files.writeString(temp.resolve("growing"), "12345");
        assertThatThrownBy(() -> LayerWriter.with(none())
                        .observing((path, first) -> append(growing))
                        .write(file(growing), store))
                .isInstanceOf(ProducerFailedException.class)
                .hasMessageContaining("growing")
                .hasMessageContaining("changed");
        Path touched = Files.writeString(temp.resolve("touched"), "12345");
        assertThatThrownBy(() -> LayerWriter.with(none())
                        .observing((path, first) -> touch(touched))
                        .write(file(touched), store))
                .isInstanceOf(ProducerFailedException.class)
                .hasMessageContaining("touched");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "reads a file of Linux's kernel")
    void a_file_that_says_it_is_empty_and_is_not_does_not_become_an_empty_one() {
        assertThatThrownBy(() -> write(file(Path.of("/proc/self/status"))))
                .isInstanceOf(ProducerFailedException.class)
                .hasMessageContaining("status has more than the 0 bytes");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs POSIX modes")
    void a_file_that_may_not_be_read_is_named_with_the_reason() throws IOException {
        Path secret = Files.writeString(temp.resolve("secret"), "x");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
        // Root reads everything but what Linux has for writing alone.
        Path denied = Files.isReadable(secret) ? Path.of("/sys/bus/cpu/drivers_probe") : secret;
        Assumptions.assumeTrue(
                Files.exists(denied), "SKIPPED: this is root, and there is nothing that root may not read");
        assertThatThrownBy(() -> write(file(denied)))
                .isInstanceOf(ProducerFailedException.class)
                .hasMessageContaining("access to " + denied.toRealPath() + " is denied");
    }

    private static void append(Path file) {
        try {
            Files.writeString(file, "123456789");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void generated_content_of_another_size_than_promised_is_an_error() {
        for (int size : List.of(4, 6)) {
            assertThatThrownBy(() -> write(generated(size, () -> new ByteArrayInputStream(new byte[5]))
                            .into("/x")))
                    .isInstanceOf(ProducerFailedException.class)
                    .hasMessageContaining("/x");
        }
    }

    @Test
    void an_observer_sees_path_and_first_bytes_of_every_file() {
        List<String> seen = new ArrayList<>();
        Layer layer = LayerWriter.with(gzip())
                .observing((path, first) -> seen.add(path + " " + first.length))
                .write(bytes(new byte[100]).into("/a").and(bytes(new byte[1]).into("/b")), store);
        assertThat(seen).containsExactly("/a 64", "/b 1");
        assertThat(layer.descriptor()).isInstanceOf(Descriptor.class);
    }
}
