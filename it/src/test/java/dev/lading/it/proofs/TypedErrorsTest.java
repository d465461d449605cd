package dev.lading.it.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lading.build.ImageBuilder;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.Role;
import dev.lading.oci.content.SourceFailedException;
import dev.lading.oci.layout.OciLayout;
import dev.lading.registry.RegistryClient;
import dev.lading.registry.Repository;
import dev.lading.testkit.LocalRegistry;
import dev.lading.testkit.TestImages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong is told by kind and in words, nothing half-written stays, and no tag moves. */
class TypedErrorsTest {
    private final LocalRegistry registry = LocalRegistry.create();
    private final RegistryClient client = RegistryClient.anonymous();
    private final ContentGraph old = TestImages.image(Platform.LINUX_S390X);
    private final ContentGraph image = TestImages.index(Platform.LINUX_AMD64, Platform.LINUX_ARM64);

    @TempDir
    Path temp;

    @AfterEach
    void close() {
        client.close();
        registry.close();
    }

    /** A place whose blobs are not what they were. */
    private record Altered(ContentStore inner, UnaryOperator<byte[]> alteration) implements ContentStore {
        @Override
        public Optional<Descriptor> find(String name) {
            return inner.find(name);
        }

        @Override
        public boolean exists(Descriptor descriptor, Role role) {
            return inner.exists(descriptor, role);
        }

        @Override
        public Content fetch(Descriptor descriptor, Role role) {
            Content content = inner.fetch(descriptor, role);
            if (role == Role.MANIFEST) {
                return content;
            }
            byte[] bytes = alteration.apply(read(content));
            return new Content() {
                @Override
                public long size() {
                    return bytes.length;
                }

                @Override
                public InputStream open() {
                    return new ByteArrayInputStream(bytes);
                }
            };
        }

        private static byte[] read(Content content) {
            try (InputStream in = content.open()) {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void put(Blob blob) {
            inner.put(blob);
        }

        @Override
        public void put(Document document) {
            inner.put(document);
        }

        @Override
        public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
            return inner.ingest(mediaType, producer);
        }

        @Override
        public void tag(Document document, String name) {
            inner.tag(document, name);
        }

        @Override
        public String describe() {
            return inner.describe();
        }
    }

    private Repository serveAltered(UnaryOperator<byte[]> alteration) {
        MemoryStore seeded = MemoryStore.create();
        GraphCopy.from(image).to(seeded, "1");
        registry.serve("team/bad", new Altered(seeded, alteration));
        return client.repository(registry.name("team/bad"));
    }

    /** A layout that has another image under the tag, which must stay there. */
    private OciLayout layoutWithOldTag() {
        OciLayout layout = OciLayout.open(temp.resolve("layout"));
        GraphCopy.from(old).to(layout, "1");
        return layout;
    }

    private void assertUntouched(OciLayout layout) throws IOException {
        assertThat(layout.find("1"))
                .map(Descriptor::digest)
                .contains(old.descriptor().digest());
        try (Stream<Path> files = Files.walk(temp.resolve("layout/blobs"))) {
            for (Path blob : files.filter(Files::isRegularFile).toList()) {
                assertThat(Digest.of(Files.readAllBytes(blob)).hex())
                        .isEqualTo(blob.getFileName().toString());
            }
        }
        try (Stream<Path> files = Files.list(temp.resolve("layout"))) {
            assertThat(files.filter(f -> f.getFileName().toString().startsWith(".ingest")))
                    .isEmpty();
        }
    }

    @Test
    void a_wrong_byte_a_short_and_a_long_body_are_a_mismatch() throws IOException {
        List<UnaryOperator<byte[]>> alterations = List.of(
                bytes -> {
                    byte[] wrong = bytes.clone();
                    wrong[wrong.length / 2] ^= 1;
                    return wrong;
                },
                bytes -> Arrays.copyOf(bytes, bytes.length - 1),
                bytes -> Arrays.copyOf(bytes, bytes.length + 10));
        try (OciLayout layout = layoutWithOldTag()) {
            for (UnaryOperator<byte[]> alteration : alterations) {
                Repository bad = serveAltered(alteration);
                assertThatThrownBy(() -> GraphCopy.from(bad.resolve("1")).to(layout, "1"))
                        .isInstanceOf(ContentMismatchException.class)
                        .hasMessageContaining("sha256:");
                assertUntouched(layout);
            }
        }
    }

    @Test
    void a_missing_blob_is_the_sources_failure_and_names_the_digest() throws IOException {
        Descriptor absent = Descriptor.of(MediaType.OCI_LAYER, Digest.of(new byte[] {7}), 1);
        MemoryStore seeded = MemoryStore.create();
        ContentGraph whole = TestImages.image(Platform.LINUX_AMD64);
        GraphCopy.from(whole).to(seeded);
        Document holed = Document.of(((ImageManifest) whole.document().manifest()).append(absent));
        seeded.put(holed);
        seeded.tag(holed, "1");
        registry.serve("team/holed", seeded);
        Repository repository = client.repository(registry.name("team/holed"));
        try (OciLayout layout = layoutWithOldTag()) {
            SourceFailedException failed = catchThrowableOfType(
                    SourceFailedException.class,
                    () -> GraphCopy.from(repository.resolve("1")).to(layout, "1"));
            assertThat(failed)
                    .hasCauseInstanceOf(NotFoundException.class)
                    .hasMessageContaining(absent.digest().toString());
            assertUntouched(layout);
        }
    }

    @Test
    void an_unknown_tag_names_place_and_tag() {
        Repository repository = client.repository(registry.name("team/app"));
        assertThat(repository.find("absent")).isEmpty();
        assertThatThrownBy(() -> repository.resolve("absent"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("absent")
                .hasMessageContaining(registry.name("team/app"));
    }

    @Test
    void an_unreachable_registry_is_unavailable_and_named() {
        String name = registry.name("team/app");
        registry.close();
        assertThatThrownBy(() -> client.repository(name).find("1"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(registry.address());
    }

    @Test
    void a_folder_that_is_not_there_moves_no_tag_in_a_registry() {
        Repository repository = client.repository(registry.name("team/app"));
        GraphCopy.from(old).to(repository, "1");
        Path absent = temp.resolve("absent");
        assertThatThrownBy(() -> ImageBuilder.fromNothing()
                        .platforms(Platform.LINUX_AMD64)
                        .layer(LayerRecipe.folder(absent))
                        .build(repository, "1"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining(absent.toString());
        assertThat(registry.store("team/app").find("1"))
                .map(Descriptor::digest)
                .contains(old.descriptor().digest());
        assertThat(registry.openUploads()).isZero();
    }

    @Test
    void within_a_registry_blobs_are_mounted_and_not_sent() {
        GraphCopy.from(image).to(registry.store("team/from"), "1");
        Repository from = client.repository(registry.name("team/from"));
        Repository to = client.repository(registry.name("team/to"));
        assertThat(GraphCopy.from(from.resolve("1")).to(to, "1").mounted()).isEqualTo(4);
        assertThat(registry.store("team/to").find("1"))
                .map(Descriptor::digest)
                .contains(image.descriptor().digest());
    }
}
