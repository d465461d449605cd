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

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.lading.oci.CancelledException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.History;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Layer;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.ContentTarget;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.ProducerFailedException;
import dev.lading.oci.content.Role;
import dev.lading.oci.rootfs.LayerReader;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.tar.TarEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One recipe on many hosts: file systems, locales, orders, and files that will not keep still. */
class LayerHostsTest {
    @TempDir
    Path temp;

    private final MemoryStore store = MemoryStore.create();

    private Layer write(LayerRecipe recipe) {
        return LayerWriter.with(none()).write(recipe, store);
    }

    private List<TarEntry> entries(Layer layer) throws IOException {
        List<TarEntry> entries = new ArrayList<>();
        try (LayerReader reader = LayerReader.open(store.blob(layer.descriptor()), layer.diffId())) {
            for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                entries.add(entry.get());
            }
        }
        return entries;
    }

    private static final List<String> NAMES = List.of(
            "lib/a.jar", "lib/b.jar", "lib.d/conf", "run", "plain", "deep/er/est", "gr\u00fcn", "Upper", "upper2");

    /** Files whose mode follows from their content, so that hosts with and without modes agree. */
    private static Path sample(Path folder, List<String> order) throws IOException {
        for (String name : order) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name.equals("run") ? "#!/bin/sh\n" : "content of " + name);
            if (name.equals("run")
                    && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
            }
        }
        Files.createSymbolicLink(folder.resolve("link"), folder.getFileSystem().getPath("lib", "a.jar"));
        return folder;
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs POSIX modes and links")
    void every_kind_of_file_system_gives_the_same_layer() throws IOException {
        Layer here = write(folder(sample(temp, NAMES)).into("/app"));
        for (Configuration configuration : List.of(
                Configuration.unix(),
                Configuration.unix().toBuilder()
                        .setAttributeViews("basic", "posix")
                        .build(),
                Configuration.osX(),
                Configuration.windows())) {
            try (FileSystem system = Jimfs.newFileSystem(configuration)) {
                Path folder = sample(Files.createDirectories(system.getPath("work", "app")), NAMES);
                assertThat(write(folder(folder).into("/app"))).isEqualTo(here);
            }
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs POSIX modes and links")
    void the_order_in_which_files_were_made_or_recipes_joined_makes_no_difference() throws IOException {
        List<String> shuffled = new ArrayList<>(NAMES);
        Collections.shuffle(shuffled, new Random(5));
        Path one = sample(Files.createDirectory(temp.resolve("one")), NAMES);
        Path two = sample(Files.createDirectory(temp.resolve("two")), shuffled);
        Layer first = write(folder(one).into("/app").and(bytes(new byte[1]).into("/etc/x")));
        assertThat(write(bytes(new byte[1]).into("etc/x").and(folder(two).into("app/"))))
                .isEqualTo(first);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs POSIX modes and links")
    void unpacking_a_layer_gives_back_what_went_in() throws IOException {
        Path from = sample(Files.createDirectory(temp.resolve("from")), NAMES);
        Files.createDirectory(from.resolve("empty"));
        Files.createSymbolicLink(from.resolve("dangling"), Path.of("../no/where"));
        Layer layer = LayerWriter.with(gzip(1)).write(folder(from), store);
        Path to = temp.resolve("to");
        RootFileSystem.of(image(layer)).unpack(to);
        assertThat(tree(to)).isEqualTo(tree(from)).isNotEmpty();
    }

    private Image image(Layer layer) {
        ImageConfig config = ImageConfig.create(Platform.LINUX_AMD64)
                .append(layer.diffId(), new History(Optional.empty(), Optional.empty(), Optional.empty(), false));
        Descriptor stored = store.ingest(MediaType.OCI_CONFIG, out -> {
                    out.write(config.bytes());
                    return true;
                })
                .descriptor();
        Document document = Document.of(ImageManifest.of(stored, List.of(layer.descriptor())));
        store.put(document);
        return Image.of(document.descriptor(), store);
    }

    private static Map<String, String> tree(Path folder) throws IOException {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                String what = Files.isSymbolicLink(path)
                        ? "-> " + Files.readSymbolicLink(path)
                        : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                                ? "folder"
                                : Files.isExecutable(path) + " " + Files.readString(path);
                tree.put(folder.relativize(path).toString(), what);
            }
        }
        return tree;
    }

    // ---- names ----

    @Test
    @DisabledOnOs(
            value = {OS.WINDOWS, OS.MAC},
            disabledReason = "names are text there")
    void names_and_targets_that_are_no_text_keep_their_bytes() throws IOException {
        Path odd = Path.of(URI.create(temp.toUri() + "odd%FFname"));
        Files.writeString(odd, "x");
        Files.createSymbolicLink(temp.resolve("link"), odd.getFileName());
        Files.createSymbolicLink(temp.resolve("up"), Path.of("..").resolve(odd.getFileName()));
        List<TarEntry> entries = entries(write(folder(temp)));
        byte[] name = {'o', 'd', 'd', (byte) 0xff, 'n', 'a', 'm', 'e'};
        assertThat(entries)
                .extracting(TarEntry::nameText)
                .contains("link", "up")
                .hasSize(3);
        assertThat(entries.get(0).linkName()).isEqualTo(name);
        assertThat(entries.get(1).name()).isEqualTo(name);
        assertThat(entries.get(2).shownLinkName()).isEqualTo("\"../odd\\xffname\"");
    }

    @Test
    @DisabledOnOs(
            value = {OS.WINDOWS, OS.MAC},
            disabledReason = "the locale does not rule names there")
    void a_locale_without_utf_8_makes_no_difference() throws Exception {
        Path from = Files.createDirectory(temp.resolve("from"));
        sample(from, NAMES);
        Files.createSymbolicLink(from.resolve("linked"), Path.of("gr\u00fcn"));
        assertThat(digestUnder("C", from))
                .isEqualTo(digestUnder("C.UTF-8", from))
                .isEqualTo(write(folder(from)).descriptor().digest().toString());
    }

    /** A JVM of its own: the locale is read when it starts. */
    private static String digestUnder(String locale, Path folder) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                PrintDigest.class.getName(),
                folder.toString());
        builder.environment().put("LC_ALL", locale);
        Process java = builder.redirectErrorStream(true).start();
        String printed = new String(java.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return printed;
    }

    /** What the other JVM runs. */
    static final class PrintDigest {
        private PrintDigest() {}

        public static void main(String[] arguments) {
            Layer layer = LayerWriter.with(none()).write(folder(Path.of(arguments[0])), MemoryStore.create());
            System.out.println(layer.descriptor().digest());
        }
    }

    @Test
    void files_that_would_be_read_as_whiteouts_are_refused_wherever_their_name_comes_from() throws IOException {
        Path whiteout = Files.writeString(temp.resolve(".wh.secret"), "");
        for (LayerRecipe recipe :
                List.of(folder(temp), file(whiteout), file(whiteout).into("/etc/"))) {
            assertThatThrownBy(() -> write(recipe))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(".wh.secret");
        }
        assertThat(entries(write(file(whiteout).into("/etc/renamed")))).hasSize(2);
    }

    @Test
    void destinations_that_name_nothing_or_no_text_are_refused() {
        for (String path : List.of("/", "", "/etc/")) {
            assertThatThrownBy(() -> bytes(new byte[1]).into(path))
                    .as(path)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("name");
        }
        assertThatThrownBy(() -> write(bytes(new byte[1]))).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> bytes(new byte[1]).into("/a\ud800")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> bytes(new byte[1]).into("/a\0")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void a_file_may_go_to_the_root_under_its_own_name() throws IOException {
        Path tool = Files.writeString(temp.resolve("tool"), "x");
        for (String path : List.of("/", "")) {
            assertThat(entries(write(file(tool).into(path))))
                    .extracting(TarEntry::nameText)
                    .containsExactly("tool");
        }
    }

    // ---- files that are no files, or do not keep still ----

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "sockets have no file there")
    void a_socket_in_a_folder_is_refused_by_name() throws IOException {
        Path socket = temp.resolve("socket");
        Assumptions.assumeTrue(socket.toString().length() < 100, "the path is too long for a socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThatThrownBy(() -> write(folder(temp)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(socket.toString());
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs links")
    void a_file_that_becomes_a_link_is_an_error_and_the_link_is_not_followed() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("folder"));
        Files.writeString(folder.resolve("a"), "a");
        Path b = Files.writeString(folder.resolve("b"), "secret");
        Path outside = Files.writeString(temp.resolve("outside"), "secret");
        Files.setLastModifiedTime(outside, Files.getLastModifiedTime(b));
        List<String> seen = new ArrayList<>();
        LayerWriter writer = LayerWriter.with(none()).observing((path, first) -> {
            seen.add(path);
            replaceByLink(b, outside);
        });
        assertThatThrownBy(() -> writer.write(folder(folder), store))
                .isInstanceOf(ProducerFailedException.class)
                .hasMessageContainingAll(b.toString(), "changed");
        assertThat(seen).containsExactly("/a");
    }

    private static void replaceByLink(Path file, Path target) {
        try {
            Files.delete(file);
            Files.createSymbolicLink(file, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs links")
    void a_link_that_the_caller_names_as_a_file_is_what_it_points_to() throws IOException {
        Path real = Files.writeString(temp.resolve("app-1.2.jar"), "x");
        Path link = Files.createSymbolicLink(temp.resolve("app.jar"), real.getFileName());
        assertThat(entries(write(file(link)))).containsExactly(TarEntry.file("app.jar", 1));
    }

    // ---- targets ----

    /** A target whose wire breaks once: it runs the producer again. */
    private static final class TwiceTarget implements ContentTarget {
        private final MemoryStore store = MemoryStore.create();
        private final List<byte[]> runs = new ArrayList<>();

        @Override
        public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
            for (int i = 0; i < 2; i++) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                try {
                    producer.writeTo(out);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                runs.add(out.toByteArray());
            }
            return store.ingest(mediaType, producer);
        }

        @Override
        public boolean exists(Descriptor descriptor, Role role) {
            return store.exists(descriptor, role);
        }

        @Override
        public void put(Blob blob) {
            store.put(blob);
        }

        @Override
        public void put(Document document) {
            store.put(document);
        }

        @Override
        public void tag(Document document, String name) {
            store.tag(document, name);
        }

        @Override
        public String describe() {
            return "twice";
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs links")
    void a_target_may_run_the_recipe_again_and_gets_the_same_bytes() throws IOException {
        TwiceTarget twice = new TwiceTarget();
        LayerRecipe recipe =
                folder(sample(temp, NAMES)).and(bytes(new byte[70_000]).into("/zeros"));
        Layer layer = LayerWriter.with(gzip()).write(recipe, twice);
        assertThat(twice.runs.get(0)).isEqualTo(twice.runs.get(1)).hasSize((int)
                layer.descriptor().size());
        assertThat(layer).isEqualTo(LayerWriter.with(gzip()).write(recipe, store));
    }

    @Test
    void an_interrupt_ends_the_writing_of_content_that_hardly_reaches_the_target() {
        InputStream zeros = new InputStream() {
            private long count;

            @Override
            public int read() {
                throw new AssertionError("read by buffers");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                count += length;
                if (count > 1 << 20) {
                    Thread.currentThread().interrupt();
                }
                assertThat(count).as("read on after the interrupt").isLessThan(2 << 20);
                return length;
            }
        };
        try {
            assertThatThrownBy(() -> LayerWriter.with(gzip(9))
                            .write(generated(1L << 40, () -> zeros).into("/z").mode(0600), store))
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("/z");
        } finally {
            assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
        }
    }
}
