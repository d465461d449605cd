package dev.lading.oci.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ConflictException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GraphCopyTest {
    private final MemoryStore source = MemoryStore.create();

    private Descriptor blob(MediaType type, String text) {
        return source.ingest(type, out -> {
                    out.write(text.getBytes(UTF_8));
                    return true;
                })
                .descriptor();
    }

    private Descriptor image(Platform platform, String... layers) {
        List<Descriptor> descriptors = new ArrayList<>();
        for (String layer : layers) {
            descriptors.add(blob(MediaType.OCI_LAYER, layer));
        }
        Descriptor config = blob(
                MediaType.OCI_CONFIG, new String(ImageConfig.create(platform).bytes(), UTF_8));
        Document document = Document.of(ImageManifest.of(config, descriptors));
        source.put(document);
        return document.descriptor().withPlatform(platform);
    }

    private ContentGraph index(Descriptor... children) {
        Document document = Document.of(ImageIndex.of(List.of(children)));
        source.put(document);
        return ContentGraph.of(document.descriptor(), source);
    }

    private ContentGraph twoPlatforms() {
        return index(image(Platform.LINUX_AMD64, "shared", "a"), image(Platform.LINUX_ARM64, "shared", "b"));
    }

    /** Forwards to memory and writes down what happens, in order. */
    private static class Recorder implements ContentTarget {
        final MemoryStore kept = MemoryStore.create();
        final List<String> events = Collections.synchronizedList(new ArrayList<>());

        @Override
        public boolean exists(Descriptor descriptor, Role role) {
            return kept.exists(descriptor, role);
        }

        @Override
        public void put(Blob blob) {
            kept.put(blob);
            events.add("blob");
        }

        @Override
        public void put(Document document) {
            kept.put(document);
            events.add(document.descriptor().mediaType().isIndex() ? "index" : "manifest");
        }

        @Override
        public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
            return kept.ingest(mediaType, producer);
        }

        @Override
        public void tag(Document document, String name) {
            kept.tag(document, name);
            events.add("tag " + name);
        }

        @Override
        public String describe() {
            return "recorder";
        }
    }

    @Test
    void each_digest_moves_once_children_before_parents_and_names_last() {
        Recorder target = new Recorder();
        CopyResult result = GraphCopy.from(twoPlatforms()).to(target, "1", "latest");
        assertThat(target.events)
                .containsExactly(
                        "blob", "blob", "blob", "blob", "blob", "manifest", "manifest", "index", "tag 1", "tag latest");
        assertThat(result.copied()).isEqualTo(8);
        assertThat(result.skipped()).isZero();
        assertThat(result.names()).containsExactly("1", "latest");
        assertThat(target.kept.find("latest")).contains(result.descriptor());
    }

    @Test
    void what_is_there_is_skipped_but_still_walked() {
        Recorder target = new Recorder();
        ContentGraph graph = twoPlatforms();
        target.kept.put(graph.document());
        CopyResult result = GraphCopy.from(graph).to(target);
        assertThat(result.skipped()).isEqualTo(1);
        assertThat(result.copied()).isEqualTo(7);
        CopyResult again = GraphCopy.from(graph).to(target);
        assertThat(again.skipped()).isEqualTo(8);
        assertThat(again.bytes()).isZero();
    }

    @Test
    void a_layer_of_an_indexs_type_is_a_blob_and_an_unknown_child_is_a_manifest() {
        Descriptor layer = blob(MediaType.OCI_INDEX, "no index at all");
        Descriptor config = blob(MediaType.OCI_CONFIG, "{}");
        Document manifest = Document.of(ImageManifest.of(config, List.of(layer)));
        source.put(manifest);
        Document unknown = Document.of(new MediaType("application/x-unknown"), "anything".getBytes(UTF_8));
        source.put(unknown);
        Recorder target = new Recorder();
        GraphCopy.from(index(manifest.descriptor(), unknown.descriptor())).to(target);
        assertThat(target.kept.exists(layer, Role.BLOB)).isTrue();
        assertThat(target.kept.exists(unknown.descriptor(), Role.MANIFEST)).isTrue();
    }

    @Test
    void every_start_gets_an_end_and_a_failing_listener_stops_nothing() {
        Map<Digest, List<Transfer.State>> states = Collections.synchronizedMap(new HashMap<>());
        GraphCopy.from(twoPlatforms())
                .listener((transfer, state) -> {
                    states.computeIfAbsent(transfer.descriptor().digest(), d -> new ArrayList<>())
                            .add(state);
                    throw new IllegalStateException("a careless listener");
                })
                .to(new Recorder());
        assertThat(states).hasSize(8);
        assertThat(states.values())
                .allSatisfy(list -> assertThat(list)
                        .containsExactly(Transfer.State.STARTED, Transfer.State.MOVING, Transfer.State.DONE));
    }

    @Test
    void a_missing_blob_of_the_source_is_the_sources_failure_and_no_name_moves() {
        Descriptor absent = Descriptor.of(MediaType.OCI_LAYER, Digest.of(new byte[] {9}), 1);
        Document manifest = Document.of(ImageManifest.of(blob(MediaType.OCI_CONFIG, "{}"), List.of(absent)));
        source.put(manifest);
        Recorder target = new Recorder();
        assertThatThrownBy(() -> GraphCopy.from(ContentGraph.of(manifest.descriptor(), source))
                        .to(target, "1"))
                .isInstanceOf(SourceFailedException.class)
                .hasCauseInstanceOf(NotFoundException.class)
                .hasMessageContaining(absent.digest().toString());
        assertThat(target.kept.find("1")).isEmpty();
    }

    @Test
    void names_that_did_not_all_move_are_told_apart() {
        Recorder target = new Recorder() {
            @Override
            public void tag(Document document, String name) {
                if (name.equals("refused")) {
                    throw new ConflictException("this name does not move");
                }
                if (name.equals("lost")) {
                    throw new UnavailableException("the answer was lost", new IOException("reset"));
                }
                super.tag(document, name);
            }
        };
        PartlyTaggedException refused = catchThrowableOfType(
                PartlyTaggedException.class,
                () -> GraphCopy.from(twoPlatforms()).to(target, "1", "refused", "2"));
        assertThat(refused.moved()).containsExactly("1");
        assertThat(refused.failed()).contains("refused");
        assertThat(refused.untouched()).containsExactly("2");
        PartlyTaggedException lost = catchThrowableOfType(
                PartlyTaggedException.class,
                () -> GraphCopy.from(twoPlatforms()).to(target, "lost", "2"));
        assertThat(lost.unknown()).contains("lost");
        assertThat(lost.failed()).isEqualTo(Optional.empty());
        assertThatThrownBy(() -> GraphCopy.from(twoPlatforms()).to(target, "refused", "2"))
                .isInstanceOf(ConflictException.class);
    }

    /** A source whose blobs are wrong, or never come. */
    private static class OddSource implements ContentSource {
        private final ContentSource inner;
        private final Content blob;

        OddSource(ContentSource inner, Content blob) {
            this.inner = inner;
            this.blob = blob;
        }

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
            return role == Role.BLOB ? blob : inner.fetch(descriptor, role);
        }

        @Override
        public String describe() {
            return "an odd place";
        }
    }

    private record Bytes(byte[] bytes) implements Content {
        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }
    }

    @Test
    void wrong_bytes_are_refused_and_nothing_is_kept_under_their_digest() {
        Descriptor image = image(Platform.LINUX_AMD64);
        Descriptor config = ((ImageManifest) source.document(image).manifest()).config();
        byte[] wrong = source.bytes(config);
        wrong[wrong.length - 1] ^= 1;
        Recorder target = new Recorder();
        assertThatThrownBy(() -> GraphCopy.from(ContentGraph.of(image, new OddSource(source, new Bytes(wrong))))
                        .to(target, "1"))
                .isInstanceOf(ContentMismatchException.class);
        assertThat(target.kept.exists(config, Role.BLOB)).isFalse();
        assertThat(target.events).isEmpty();
    }

    /** Content whose stream says when it is read and then never goes on. */
    private static final class Silent implements Content {
        final CountDownLatch reading = new CountDownLatch(1);
        private final long size;

        Silent(long size) {
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public InputStream open() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    reading.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IOException("interrupted", e);
                    }
                    return -1;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    return read();
                }
            };
        }
    }

    @Test
    @Timeout(10)
    void an_interrupt_ends_a_copy_and_the_flag_is_kept() throws InterruptedException {
        Descriptor image = image(Platform.LINUX_AMD64);
        Silent silent = new Silent(
                ((ImageManifest) source.document(image).manifest()).config().size());
        ContentGraph graph = ContentGraph.of(image, new OddSource(source, silent));
        Recorder target = new Recorder();
        List<Object> outcome = Collections.synchronizedList(new ArrayList<>());
        Thread caller = new Thread(() -> {
            try {
                outcome.add(GraphCopy.from(graph).to(target, "1"));
            } catch (CancelledException e) {
                outcome.add(e);
                outcome.add(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        silent.reading.await();
        caller.interrupt();
        caller.join(2_000);
        assertThat(caller.isAlive()).isFalse();
        assertThat(outcome).hasSize(2);
        assertThat(outcome.get(0)).isInstanceOf(CancelledException.class);
        assertThat(outcome.get(1)).isEqualTo(true);
        assertThat(target.events).isEmpty();
    }

    @Test
    @Timeout(10)
    void a_copy_that_takes_too_long_is_cancelled() {
        Descriptor image = image(Platform.LINUX_AMD64);
        Silent silent = new Silent(
                ((ImageManifest) source.document(image).manifest()).config().size());
        assertThatThrownBy(() -> GraphCopy.from(ContentGraph.of(image, new OddSource(source, silent)))
                        .timeout(Duration.ofMillis(50))
                        .to(new Recorder()))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("in the time it was given");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void a_digest_that_is_named_twice_with_different_types_is_walked_as_both() {
        Descriptor image = image(Platform.LINUX_AMD64, "layer");
        Descriptor leaf = Descriptor.of(new MediaType("application/x-unknown"), image.digest(), image.size());
        Recorder target = new Recorder();
        GraphCopy.from(index(leaf, image)).to(target);
        ImageManifest manifest = (ImageManifest) source.document(image).manifest();
        assertThat(target.kept.exists(manifest.config(), Role.BLOB)).isTrue();
        assertThat(target.kept.exists(manifest.layers().get(0), Role.BLOB)).isTrue();
    }

    @Test
    @Timeout(10)
    void the_first_failure_stops_what_moves_beside_it() {
        Descriptor image = image(Platform.LINUX_AMD64, "layer");
        Descriptor config = ((ImageManifest) source.document(image).manifest()).config();
        Silent silent = new Silent("layer".length());
        ContentSource odd = new OddSource(source, silent) {
            @Override
            public Content fetch(Descriptor descriptor, Role role) {
                if (descriptor.equals(config)) {
                    try {
                        silent.reading.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    throw new NotFoundException("no such blob");
                }
                return super.fetch(descriptor, role);
            }
        };
        assertThatThrownBy(() ->
                        GraphCopy.from(ContentGraph.of(image, odd)).threads(2).to(new Recorder()))
                .isInstanceOf(SourceFailedException.class)
                .hasMessageContaining("no such blob");
    }

    @Test
    void indexes_that_nest_too_deeply_are_refused() {
        ContentGraph graph = index(image(Platform.LINUX_AMD64));
        for (int i = 0; i < ContentGraph.MAX_DEPTH; i++) {
            graph = index(graph.descriptor());
        }
        ContentGraph deep = graph;
        assertThatThrownBy(() -> GraphCopy.from(deep).to(new Recorder()))
                .isInstanceOf(SourceFailedException.class)
                .hasCauseInstanceOf(InvalidInputException.class);
    }

    @Test
    void an_image_is_found_by_platform_and_its_absence_lists_what_there_is() {
        assertThat(twoPlatforms().image(Platform.parse("linux/aarch64")).platform())
                .isEqualTo(Platform.LINUX_ARM64);
        assertThatThrownBy(() -> twoPlatforms().image(Platform.LINUX_S390X))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("linux/s390x")
                .hasMessageContaining("linux/amd64, linux/arm64");
    }
}
