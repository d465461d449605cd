package dev.lading.layer;

import static dev.lading.layer.Compression.gzip;
import static dev.lading.layer.Compression.none;
import static dev.lading.layer.LayerRecipe.bytes;
import static dev.lading.layer.LayerRecipe.folder;
import static dev.lading.layer.LayerRecipe.generated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.Role;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a cache of layers takes for unchanged, and what not. */
class LayerCacheTest {
    @TempDir
    Path temp;

    private Path from;
    private Path kept;
    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void files() throws IOException {
        from = temp.resolve("from");
        Files.createDirectories(from.resolve("lib"));
        kept = temp.resolve("cache");
        Files.writeString(from.resolve("run"), "#!/bin/sh\n");
        Files.writeString(from.resolve("lib/a"), "aaaa");
        Files.writeString(from.resolve("lib/b"), "b".repeat(100_000));
    }

    /** Files count as changed long ago by this clock. */
    private LayerCache later() {
        return at(Instant.now().plus(Duration.ofHours(1)));
    }

    /** Files count as changed just now by this one. */
    private LayerCache now() {
        return at(Instant.now());
    }

    private LayerCache at(Instant instant) {
        return LayerCache.in(kept).clock(Clock.fixed(instant, ZoneOffset.UTC));
    }

    /** Whether a layer is made anew is told by whether a store is given bytes by a run. */
    private boolean makes(LayerCache cache, LayerRecipe recipe, Compression compression) {
        RunCounter target = new RunCounter();
        Layer layer = LayerWriter.with(compression).cache(cache).write(recipe, target);
        assertThat(layer).isEqualTo(LayerWriter.with(compression).write(recipe, MemoryStore.create()));
        assertThat(target.store.exists(layer.descriptor(), Role.BLOB)).isTrue();
        return target.runs.get() > 0;
    }

    private boolean makes(LayerCache cache) {
        return makes(cache, folder(from).into("/app"), gzip());
    }

    @Test
    void what_has_not_changed_is_taken_from_the_cache() {
        assertThat(makes(later())).isTrue();
        assertThat(makes(later())).isFalse();
        assertThat(makes(later().strict())).isTrue();
        assertThat(makes(later().strict())).isFalse();
    }

    @Test
    void a_layer_that_the_target_has_is_not_read_again() throws IOException {
        MemoryStore store = MemoryStore.create();
        LayerWriter writer = LayerWriter.with(gzip()).cache(later());
        Layer layer = writer.write(folder(from), store);
        try (Stream<Path> layers = Files.list(kept.resolve("layers"))) {
            for (Path file : layers.toList()) {
                Files.delete(file);
            }
        }
        assertThat(writer.write(folder(from), store)).isEqualTo(layer);
        assertThat(kept.resolve("layers")).isEmptyDirectory();
    }

    @Test
    void every_change_of_a_file_is_seen() throws IOException {
        List<Change> changes = List.of(
                () -> Files.writeString(from.resolve("lib/a"), "aaaaa"),
                () -> {
                    // Same size and same time, as tools that restore times leave it.
                    FileTime time = Files.getLastModifiedTime(from.resolve("lib/a"));
                    Files.writeString(from.resolve("lib/a"), "aaaab");
                    Files.setLastModifiedTime(from.resolve("lib/a"), time);
                },
                () -> {
                    FileTime time = Files.getLastModifiedTime(from.resolve("lib/a"));
                    Path other = Files.writeString(from.resolve("lib/new"), "aaaac");
                    Files.setLastModifiedTime(other, time);
                    Files.move(other, from.resolve("lib/a"), StandardCopyOption.REPLACE_EXISTING);
                },
                () -> Files.createDirectory(from.resolve("empty")),
                () -> Files.writeString(from.resolve("lib/c"), ""),
                () -> Files.delete(from.resolve("empty")),
                () -> Files.move(from.resolve("lib/b"), from.resolve("lib/d")));
        assertThat(makes(later())).isTrue();
        for (Change change : changes) {
            change.make();
            assertThat(makes(later())).as("change %d", changes.indexOf(change)).isTrue();
            assertThat(makes(later())).isFalse();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs modes and links")
    void modes_and_links_are_seen_too() throws IOException {
        makes(later());
        Files.setPosixFilePermissions(from.resolve("run"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(makes(later())).isTrue();
        Files.createSymbolicLink(from.resolve("link"), Path.of("one"));
        assertThat(makes(later())).isTrue();
        Files.delete(from.resolve("link"));
        Files.createSymbolicLink(from.resolve("link"), Path.of("two"));
        assertThat(makes(later())).isTrue();
        assertThat(makes(later())).isFalse();
    }

    @Test
    void every_word_of_a_recipe_counts() {
        LayerRecipe recipe = folder(from).into("/app");
        List<LayerRecipe> others = List.of(
                recipe,
                folder(from),
                recipe.mode(0600),
                recipe.folderMode(0700),
                recipe.keepTimes(),
                recipe.owner(1, 2),
                recipe.ownerNames("app", ""),
                recipe.time(Instant.ofEpochSecond(5)),
                recipe.exclude("lib/a"),
                recipe.where("run", EntryRule.create().mode(0700)),
                recipe.where("run", EntryRule.create().attribute("user.note", new byte[] {1})),
                recipe.and(bytes(new byte[] {1}).into("/x")),
                recipe.and(bytes(new byte[] {2}).into("/x")),
                recipe.overlaidBy(bytes(new byte[] {2}).into("/app/run")));
        for (LayerRecipe other : others) {
            assertThat(makes(later(), other, gzip()))
                    .as("recipe %d", others.indexOf(other))
                    .isTrue();
        }
        for (LayerRecipe other : others) {
            assertThat(makes(later(), other, gzip())).isFalse();
        }
        assertThat(makes(later(), recipe, gzip(1))).isTrue();
        assertThat(makes(later(), recipe, none())).isTrue();
        assertThat(makes(later(), recipe, none())).isFalse();
    }

    @Test
    void a_change_in_the_same_tick_of_the_clock_is_seen() throws IOException {
        FileTime time = Files.getLastModifiedTime(from.resolve("lib/a"));
        try (FileSystem system = Jimfs.newFileSystem(Configuration.unix())) {
            // A file system that tells neither inode nor change time.
            Path folder = Files.createDirectory(system.getPath("/from"));
            Path file = Files.writeString(folder.resolve("a"), "aaaa");
            Files.setLastModifiedTime(file, time);
            LayerCache within = at(time.toInstant().plusMillis(500));
            assertThat(makes(within, folder(folder), gzip())).isTrue();
            assertThat(makes(within, folder(folder), gzip())).isFalse();
            Files.writeString(file, "aaab");
            Files.setLastModifiedTime(file, time);
            assertThat(makes(within, folder(folder), gzip())).isTrue();
            // Long after, the same facts are still compared with what was read then.
            Files.writeString(file, "aaac");
            Files.setLastModifiedTime(file, time);
            LayerCache after = at(time.toInstant().plusSeconds(60));
            assertThat(makes(after, folder(folder), gzip())).isTrue();
            assertThat(makes(after, folder(folder), gzip())).isFalse();
        }
    }

    @Test
    void without_inodes_and_change_times_only_strict_sees_a_restored_time() throws IOException {
        try (FileSystem system = Jimfs.newFileSystem(Configuration.windows())) {
            Path folder = Files.createDirectory(system.getPath("C:\\from"));
            Path file = Files.writeString(folder.resolve("a"), "aaaa");
            FileTime time = Files.getLastModifiedTime(file);
            assertThat(makes(later().strict(), folder(folder), gzip())).isTrue();
            Files.writeString(file, "aaab");
            Files.setLastModifiedTime(file, time);
            assertThat(makes(later().strict(), folder(folder), gzip())).isTrue();
            assertThat(makes(later().strict(), folder(folder), gzip())).isFalse();
        }
    }

    @Test
    void files_changed_just_now_are_taken_if_their_content_is_the_same() {
        assertThat(makes(now())).isTrue();
        assertThat(makes(now())).isFalse();
        assertThat(makes(later())).isFalse();
        assertThat(makes(later())).isFalse();
    }

    @Test
    void a_file_at_which_a_first_run_broke_off_is_known_by_its_content_too() throws IOException {
        Files.write(from.resolve("lib/c"), new byte[1_000_000]);
        RunCounter broken = new RunCounter();
        broken.breaksOnceAfterBytes = 500_000;
        LayerWriter.with(none()).threads(1).cache(now()).write(folder(from).into("/app"), broken);
        assertThat(broken.runs).hasValue(2);
        assertThat(makes(now(), folder(from).into("/app"), none())).isFalse();
    }

    @Test
    void generated_content_is_compared_by_content() {
        AtomicInteger value = new AtomicInteger(1);
        LayerRecipe recipe = generated(1, () -> new ByteArrayInputStream(new byte[] {value.byteValue()}))
                .into("/x");
        assertThat(makes(later(), recipe, gzip())).isTrue();
        assertThat(makes(later(), recipe, gzip())).isFalse();
        value.set(2);
        assertThat(makes(later(), recipe, gzip())).isTrue();
    }

    @Test
    void an_observer_is_shown_the_same_files_whether_they_are_read_or_not() {
        LayerWriter writer =
                LayerWriter.with(gzip()).cache(later()).observing((path, first) -> seen.add(path + " " + first.length));
        writer.write(folder(from), MemoryStore.create());
        List<String> first = List.copyOf(seen);
        seen.clear();
        writer.write(folder(from), MemoryStore.create());
        assertThat(seen).isEqualTo(first).containsExactly("/lib/a 4", "/lib/b 64", "/run 10");
    }

    @Test
    void what_was_damaged_is_made_again() throws IOException {
        makes(later());
        for (String name : List.of("layers", "records")) {
            for (int i = 0; i < 2; i++) {
                try (Stream<Path> files = Files.list(kept.resolve(name))) {
                    Path file = files.findFirst().orElseThrow();
                    byte[] content = Files.readAllBytes(file);
                    content[content.length / 2] ^= 1;
                    Files.write(file, i == 0 ? content : new byte[3]);
                }
                assertThat(makes(later())).as(name).isTrue();
                assertThat(makes(later())).isFalse();
            }
        }
    }

    @Test
    void a_bounded_cache_forgets_what_was_not_used_for_the_longest_time() throws IOException {
        Instant start = Instant.now().plus(Duration.ofHours(1));
        List<LayerRecipe> recipes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            recipes.add(bytes(new byte[10_000 + i]).into("/x"));
        }
        for (int i = 0; i < 4; i++) {
            LayerCache cache = at(start.plusSeconds(i)).maxBytes(40_000);
            assertThat(makes(cache, recipes.get(i), none())).isTrue();
            // The first is used again each time.
            makes(cache, recipes.get(0), none());
        }
        LayerCache cache = at(start.plusSeconds(9)).maxBytes(40_000);
        assertThat(makes(cache, recipes.get(0), none())).isFalse();
        assertThat(makes(cache, recipes.get(3), none())).isFalse();
        assertThat(makes(cache, recipes.get(1), none())).isTrue();
        assertThat(size()).isLessThanOrEqualTo(40_000);
        assertThat(makes(cache.maxBytes(100), bytes(new byte[90_000]).into("/y"), none()))
                .isTrue();
        assertThat(size()).isLessThanOrEqualTo(40_000);
        assertThatThrownBy(() -> cache.maxBytes(0)).isInstanceOf(InvalidInputException.class);
    }

    private long size() throws IOException {
        long size = 0;
        try (Stream<Path> files = Files.walk(kept)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                size += Files.size(file);
            }
        }
        return size;
    }

    @Test
    void a_failed_run_leaves_nothing_behind() throws IOException {
        LayerRecipe broken = generated(5, () -> new ByteArrayInputStream(new byte[4]))
                .into("/x")
                .mode(0644);
        assertThatThrownBy(() -> LayerWriter.with(none()).cache(later()).write(broken, MemoryStore.create()))
                .isInstanceOf(LadingException.class);
        assertThat(size()).isZero();
    }

    @Test
    void several_writers_that_take_each_others_layers_away_all_get_theirs() throws Exception {
        List<LayerRecipe> recipes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            recipes.add(bytes(new byte[5_000 + i]).into("/x"));
        }
        LayerCache small = later().maxBytes(12_000);
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int seed = i;
            writers.add(new Thread(() -> {
                Random random = new Random(seed);
                try {
                    for (int run = 0; run < 60; run++) {
                        LayerRecipe recipe = recipes.get(random.nextInt(recipes.size()));
                        MemoryStore store = MemoryStore.create();
                        Layer layer = LayerWriter.with(none()).cache(small).write(recipe, store);
                        assertThat(layer.diffId()).isEqualTo(recipe.contentFingerprint());
                        assertThat(store.exists(layer.descriptor(), Role.BLOB)).isTrue();
                    }
                } catch (RuntimeException | Error e) {
                    failures.add(e);
                }
            }));
        }
        writers.forEach(Thread::start);
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(failures).isEmpty();
        assertThat(kept.resolve("new")).isEmptyDirectory();
    }

    @Test
    void a_cache_that_cannot_be_made_is_an_error_that_names_it() throws IOException {
        Files.writeString(kept, "a file");
        assertThatThrownBy(() -> makes(later()))
                .isInstanceOf(LadingException.class)
                .hasMessageContaining(kept.toString());
    }

    @Test
    void fingerprints_tell_what_changed_without_making_a_layer() throws IOException {
        FileTime old = FileTime.from(Instant.now().minusSeconds(3600));
        Path file = Files.setLastModifiedTime(from.resolve("lib/a"), old);
        LayerRecipe recipe = folder(from);
        assertThat(recipe.contentFingerprint())
                .isEqualTo(LayerWriter.with(gzip())
                        .write(recipe, MemoryStore.create())
                        .diffId());
        assertThat(recipe.fingerprint())
                .isEqualTo(recipe.fingerprint())
                .isNotEqualTo(recipe.mode(1).fingerprint());
        Digest before = recipe.fingerprint();
        Digest contentBefore = recipe.contentFingerprint();
        Files.setLastModifiedTime(file, FileTime.from(old.toInstant().plusSeconds(1)));
        assertThat(recipe.fingerprint()).isNotEqualTo(before);
        assertThat(recipe.contentFingerprint()).isEqualTo(contentBefore);
        Files.writeString(file, "bbbb");
        Files.setLastModifiedTime(file, old);
        assertThat(recipe.contentFingerprint()).isNotEqualTo(contentBefore);
    }

    private interface Change {
        void make() throws IOException;
    }
}
