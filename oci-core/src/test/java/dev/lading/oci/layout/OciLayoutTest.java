package dev.lading.oci.layout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.ConflictException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciLayoutTest {
    @TempDir
    Path temp;

    private static Document document(int number) {
        return Document.of(ImageIndex.of(List.of()).withAnnotation("number", String.valueOf(number)));
    }

    @Test
    void reading_what_is_not_there_makes_nothing_and_says_so() {
        Path absent = temp.resolve("absent");
        try (OciLayout layout = OciLayout.open(absent)) {
            assertThat(layout.find("1")).isEmpty();
            assertThatThrownBy(() -> layout.resolve("1"))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining(absent.toString());
        }
        assertThat(absent).doesNotExist();
    }

    @Test
    void a_folder_that_is_something_else_is_not_made_a_layout() throws IOException {
        Files.writeString(temp.resolve("thesis.tex"), "…");
        try (OciLayout layout = OciLayout.open(temp)) {
            assertThatThrownBy(() -> layout.put(document(1)))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("thesis.tex");
        }
        assertThat(temp.toFile().list()).containsExactly("thesis.tex");
    }

    @Test
    void a_name_moves_and_the_index_has_it_once() {
        try (OciLayout layout = OciLayout.open(temp)) {
            for (int i = 0; i < 3; i++) {
                layout.put(document(i));
                layout.tag(document(i), "latest");
            }
            assertThat(layout.find("latest"))
                    .map(Descriptor::digest)
                    .contains(document(2).descriptor().digest());
            assertThat(layout.index().manifests()).hasSize(1);
            assertThat(layout.find(document(0).descriptor().digest().toString()))
                    .map(Descriptor::mediaType)
                    .contains(MediaType.OCI_INDEX);
        }
    }

    @Test
    void names_set_by_many_threads_through_many_handles_are_all_there() throws InterruptedException {
        int threads = 8;
        int each = 10;
        List<Thread> workers = new ArrayList<>();
        List<RuntimeException> failures = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < threads; t++) {
            int worker = t;
            workers.add(new Thread(() -> {
                try (OciLayout layout = OciLayout.open(temp.resolve("shared"))) {
                    for (int i = 0; i < each; i++) {
                        layout.put(document(i));
                        layout.tag(document(i), "t" + worker + "-" + i);
                    }
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            }));
        }
        workers.forEach(Thread::start);
        for (Thread worker : workers) {
            worker.join();
        }
        assertThat(failures).isEmpty();
        try (OciLayout layout = OciLayout.open(temp.resolve("shared"))) {
            assertThat(layout.index().manifests()).hasSize(threads * each);
        }
    }

    @Test
    void unknown_members_of_the_index_survive_a_new_name() throws IOException {
        try (OciLayout layout = OciLayout.open(temp)) {
            layout.put(document(1));
            Files.writeString(temp.resolve("index.json"), "{\"schemaVersion\":2,\"manifests\":[],\"x-own\":[1.10]}");
            layout.tag(document(1), "1");
            assertThat(Files.readString(temp.resolve("index.json"))).contains("\"x-own\":[1.10]");
        }
    }

    @Test
    void a_link_in_place_of_the_lock_makes_no_file_elsewhere() throws IOException {
        Path outside = temp.resolve("outside");
        try (OciLayout layout = OciLayout.open(temp.resolve("layout"))) {
            layout.put(document(1));
            Path lock = temp.resolve("layout/index.json.lock");
            Files.delete(lock);
            Files.createSymbolicLink(lock, outside);
            assertThatThrownBy(() -> layout.tag(document(1), "1")).isInstanceOf(LadingException.class);
        }
        assertThat(outside).doesNotExist();
    }

    @Test
    void a_link_in_place_of_a_blob_is_not_followed() throws IOException {
        byte[] secret = "secret".getBytes(UTF_8);
        Path outside = Files.write(temp.resolve("outside"), secret);
        Path folder = temp.resolve("layout");
        Descriptor descriptor = Descriptor.of(MediaType.OCI_LAYER, Digest.of(secret), secret.length);
        try (OciLayout layout = OciLayout.open(folder)) {
            layout.put(document(1));
            Path link = folder.resolve("blobs/sha256/" + descriptor.digest().hex());
            Files.createSymbolicLink(link, outside);
            assertThat(layout.exists(descriptor, Role.BLOB)).isFalse();
            assertThatThrownBy(() -> layout.blob(descriptor)).isInstanceOf(NotFoundException.class);
        }
    }

    @Test
    void broken_and_future_layouts_are_refused_by_name() throws IOException {
        try (OciLayout layout = OciLayout.open(temp)) {
            layout.put(document(1));
            Files.writeString(temp.resolve("index.json"), "{");
            assertThatThrownBy(layout::index).isInstanceOf(InvalidInputException.class);
            Files.writeString(temp.resolve("oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
            assertThatThrownBy(layout::index)
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("2.0.0");
        }
    }

    @Test
    void nothing_half_written_stays() throws IOException {
        try (OciLayout layout = OciLayout.open(temp)) {
            layout.put(document(1));
            assertThatThrownBy(() -> layout.ingest(MediaType.OCI_LAYER, out -> {
                        out.write(1);
                        throw new IOException("the recipe is bad");
                    }))
                    .hasMessageContaining("the recipe is bad");
        }
        try (Stream<Path> files = Files.walk(temp)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "oci-layout",
                            "index.json",
                            "index.json.lock",
                            document(1).descriptor().digest().hex());
        }
    }

    @Test
    void a_document_that_does_not_say_its_type_is_found_by_digest_all_the_same() {
        String layer = "{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"" + Digest.of(new byte[] {1}) + "\"}";
        Document manifest = Document.of(
                MediaType.OCI_MANIFEST,
                ("{\"schemaVersion\":2,\"config\":" + layer + ",\"layers\":[" + layer + "]}").getBytes(UTF_8));
        Document index = Document.of(
                MediaType.OCI_INDEX,
                ("{\"schemaVersion\":2,\"manifests\":["
                                + new String(manifest.descriptor().bytes(), UTF_8) + "]}")
                        .getBytes(UTF_8));
        try (OciLayout layout = OciLayout.open(temp)) {
            layout.put(manifest);
            layout.put(index);
            for (Document document : List.of(manifest, index)) {
                String digest = document.descriptor().digest().toString();
                assertThat(layout.find(digest)).contains(document.descriptor());
                assertThat(layout.resolve(digest).document().manifest().bytes()).isEqualTo(document.bytes());
            }
        }
    }

    @Test
    void a_document_of_both_shapes_is_not_guessed_at() {
        Document both = Document.of(
                MediaType.OCI_INDEX, "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}".getBytes(UTF_8));
        try (OciLayout layout = OciLayout.open(temp)) {
            layout.put(both);
            String digest = both.descriptor().digest().toString();
            assertThatThrownBy(() -> layout.find(digest))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("an index and of a manifest");
        }
    }

    @Test
    void a_layer_or_a_configuration_is_not_found_by_its_digest_as_a_name() {
        try (OciLayout layout = OciLayout.open(temp)) {
            byte[] config = ImageConfig.create(Platform.LINUX_AMD64).bytes();
            for (byte[] content : List.of(config, new byte[5 * 1024 * 1024])) {
                String digest = layout.ingest(MediaType.OCI_LAYER, out -> {
                            out.write(content);
                            return true;
                        })
                        .descriptor()
                        .digest()
                        .toString();
                assertThat(layout.find(digest)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "v1.0_a:b@c+d", "a--b", "a-b", "registry.example:5000/team/app:1", "A/b/C"})
    void a_name_of_words_and_single_separators_is_taken(String name) {
        try (OciLayout layout = OciLayout.open(temp.resolve("image"))) {
            layout.put(document(1));
            layout.tag(document(1), name);
            assertThat(layout.find(name)).contains(document(1).descriptor());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-a",
                "a-",
                "a---b",
                "a..b",
                "a.-b",
                "a-.b",
                "a//b",
                "/a",
                "a/",
                "a/-b",
                "a b",
                "a\n",
                "\u00e4",
                "a--.b",
                "sha256:a"
            })
    void a_name_of_another_form_is_refused(String name) {
        try (OciLayout layout = OciLayout.open(temp.resolve("image"))) {
            layout.put(document(1));
            assertThatThrownBy(() -> layout.tag(document(1), name)).isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void a_name_of_any_length_is_looked_at_without_going_deep() {
        try (OciLayout layout = OciLayout.open(temp.resolve("image"))) {
            layout.put(document(1));
            String name = "a-".repeat(100_000) + "a";
            layout.tag(document(1), name);
            assertThat(layout.find(name)).isPresent();
            assertThatThrownBy(() -> layout.tag(document(1), name + "-")).isInstanceOf(InvalidInputException.class);
        }
    }
}
