package dev.lading.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.ProducerFailedException;
import dev.lading.oci.content.Role;
import dev.lading.oci.content.SourceFailedException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every place for content must do, as tests: extend this with the way to a fresh, empty place. Its first case is content
 * that lies about itself.
 *
 * <p>JUnit makes a new object for each test, and so a new place; {@link #store()} is asked once a test.
 */
@Timeout(60)
// JUnit is optional here: who has no tests compiles without it, who subclasses this has it.
@SuppressWarnings("exports")
public abstract class ContentStoreContract {
    private static final MediaType LAYER = MediaType.OCI_LAYER;

    /** For subclasses. */
    protected ContentStoreContract() {}

    /**
     * Gives the place under test.
     *
     * @return an empty place
     */
    protected abstract ContentStore store();

    /** A place of one blob whose content is whatever a test says, under whatever descriptor. */
    private record OneBlob(Content content) implements ContentSource {
        @Override
        public Optional<Descriptor> find(String name) {
            return Optional.empty();
        }

        @Override
        public boolean exists(Descriptor descriptor, Role role) {
            return true;
        }

        @Override
        public Content fetch(Descriptor descriptor, Role role) {
            return content;
        }

        @Override
        public String describe() {
            return "a test's source";
        }
    }

    private static byte[] sample(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static Descriptor described(byte[] bytes) {
        return Descriptor.of(LAYER, Digest.of(bytes), bytes.length);
    }

    /** Content that says one size and gives other bytes. */
    private static Content lying(long size, byte[] bytes) {
        return new Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }

    private static Content honest(byte[] bytes) {
        return lying(bytes.length, bytes);
    }

    private static void put(ContentStore store, Descriptor descriptor, Content content) {
        store.put(new OneBlob(content).blob(descriptor));
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] wrong = bytes.clone();
        wrong[at] ^= 1;
        return wrong;
    }

    /** Content that lies is refused, nothing of it is there afterwards, and the right bytes are still taken. */
    @Test
    void lying_content_is_refused_and_leaves_nothing() {
        ContentStore store = store();
        byte[] right = sample(100_000);
        Descriptor descriptor = described(right);
        List<Content> lies = List.of(
                honest(flipped(right, 0)),
                honest(flipped(right, right.length / 2)),
                honest(flipped(right, right.length - 1)),
                lying(right.length, Arrays.copyOf(right, right.length - 1)),
                lying(right.length, Arrays.copyOf(right, right.length + 1)),
                lying(right.length - 1, right),
                lying(right.length + 1, right),
                honest(new byte[0]));
        for (Content lie : lies) {
            assertThatThrownBy(() -> put(store, descriptor, lie)).isInstanceOf(ContentMismatchException.class);
            assertThat(store.exists(descriptor, Role.BLOB)).isFalse();
        }
        put(store, descriptor, honest(right));
        assertThat(store.bytes(descriptor)).isEqualTo(right);
    }

    /** A source that breaks in the middle is the source's failure. */
    @Test
    void a_source_that_breaks_is_the_sources_failure_and_leaves_nothing() {
        ContentStore store = store();
        byte[] right = sample(100_000);
        Descriptor descriptor = described(right);
        Content broken = new Content() {
            @Override
            public long size() {
                return right.length;
            }

            @Override
            public InputStream open() {
                return new FilterInputStream(new ByteArrayInputStream(right, 0, right.length / 2)) {
                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        int n = super.read(buffer, offset, length);
                        if (n < 0) {
                            throw new IOException("the source's wire broke");
                        }
                        return n;
                    }
                };
            }
        };
        assertThatThrownBy(() -> put(store, descriptor, broken))
                .isInstanceOf(SourceFailedException.class)
                .hasMessageContaining("the source's wire broke");
        assertThat(store.exists(descriptor, Role.BLOB)).isFalse();
    }

    /** A producer that fails by itself runs once. */
    @Test
    void a_producer_that_fails_runs_once_and_leaves_nothing() {
        ContentStore store = store();
        byte[] begun = sample(70_000);
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> store.ingest(LAYER, out -> {
                    runs.incrementAndGet();
                    out.write(begun);
                    throw new IOException("the producer gave up");
                }))
                .isInstanceOf(ProducerFailedException.class)
                .hasMessageContaining("the producer gave up");
        assertThat(runs).hasValue(1);
        assertThat(store.exists(described(begun), Role.BLOB)).isFalse();
    }

    /** Digest and size of an ingest are those of the bytes written, however they were cut. */
    @Test
    void an_ingest_tells_digest_and_size_of_what_was_written() {
        ContentStore store = store();
        for (int size : List.of(0, 1, 65_535, 65_536, 65_537, 300_000)) {
            byte[] bytes = sample(size);
            Ingested<String> ingested = store.ingest(LAYER, out -> {
                int at = 0;
                for (int piece = 1; at < bytes.length; piece = piece * 3 + 1) {
                    int n = Math.min(piece, bytes.length - at);
                    out.write(bytes, at, n);
                    at += n;
                }
                return "found out";
            });
            assertThat(ingested.descriptor()).isEqualTo(described(bytes));
            assertThat(ingested.result()).isEqualTo("found out");
            assertThat(ingested.runs()).isEqualTo(1);
            assertThat(store.exists(ingested.descriptor(), Role.BLOB)).isTrue();
            assertThat(store.bytes(ingested.descriptor())).isEqualTo(bytes);
        }
    }

    /** Content can be opened in the middle, raw. */
    @Test
    void raw_content_opens_at_a_position() throws IOException {
        ContentStore store = store();
        byte[] bytes = sample(100_000);
        put(store, described(bytes), honest(bytes));
        Content content = store.fetch(described(bytes), Role.BLOB);
        for (int from : List.of(0, 1, 99_999)) {
            try (InputStream in = content.open(from)) {
                assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, from, bytes.length));
            }
        }
    }

    /** A document comes back as it went in and is found by tag and by digest. */
    @Test
    void a_document_keeps_its_bytes_and_is_found_by_tag_and_digest() {
        ContentStore store = store();
        String text = "{ \"schemaVersion\": 2, \"mediaType\": \"" + MediaType.OCI_INDEX
                + "\",\n  \"manifests\": [], \"x-unknown\": {\"n\": 1.10, \"e\": 1e2}}";
        Document document = Document.of(MediaType.OCI_INDEX, text.getBytes(UTF_8));
        assertThat(store.find("1")).isEmpty();
        assertThat(store.find(document.descriptor().digest().toString())).isEmpty();
        assertThat(store.exists(document.descriptor(), Role.MANIFEST)).isFalse();
        store.put(document);
        assertThat(store.exists(document.descriptor(), Role.MANIFEST)).isTrue();
        assertThat(store.find("1")).isEmpty();
        store.tag(document, "1");
        Descriptor found = store.find("1").orElseThrow();
        assertThat(found.digest()).isEqualTo(document.descriptor().digest());
        assertThat(found.mediaType()).isEqualTo(MediaType.OCI_INDEX);
        assertThat(store.document(found).bytes()).isEqualTo(text.getBytes(UTF_8));
        assertThat(store.find(found.digest().toString())).map(Descriptor::size).contains((long) text.length());
    }

    /** A tag moves; what it named before stays. */
    @Test
    void a_tag_moves() {
        ContentStore store = store();
        Document first = Document.of(ImageIndex.of(List.of()).withAnnotation("number", "1"));
        Document second = Document.of(ImageIndex.of(List.of()).withAnnotation("number", "2"));
        for (Document document : List.of(first, second)) {
            store.put(document);
            store.tag(document, "latest");
            assertThat(store.find("latest"))
                    .map(Descriptor::digest)
                    .contains(document.descriptor().digest());
        }
        assertThat(store.exists(first.descriptor(), Role.MANIFEST)).isTrue();
    }

    /** What is not there is not found, by kind and by name. */
    @Test
    void what_is_not_there_is_not_found() {
        ContentStore store = store();
        Descriptor absent = described(sample(10));
        assertThat(store.exists(absent, Role.BLOB)).isFalse();
        assertThat(store.exists(absent, Role.MANIFEST)).isFalse();
        assertThatThrownBy(() -> store.bytes(absent)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> store.document(absent)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> store.resolve("no-such-tag"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no-such-tag");
    }

    /** A layer may carry any type and stays a blob. */
    @Test
    void the_role_comes_from_the_place_and_not_from_the_type() {
        ContentStore store = store();
        byte[] bytes = "no index at all".getBytes(UTF_8);
        Descriptor descriptor = Descriptor.of(MediaType.OCI_INDEX, Digest.of(bytes), bytes.length);
        put(store, descriptor, honest(bytes));
        assertThat(store.exists(descriptor, Role.BLOB)).isTrue();
        assertThat(store.bytes(descriptor)).isEqualTo(bytes);
    }

    /** A graph goes in and comes out whole. */
    @Test
    void a_graph_goes_in_and_comes_out() {
        ContentStore store = store();
        ContentGraph graph = TestImages.index(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
        GraphCopy.from(graph).to(store, "1", "latest");
        MemoryStore back = MemoryStore.create();
        assertThat(GraphCopy.from(store.resolve("latest")).to(back, "1").copied())
                .isEqualTo(7);
        assertThat(back.find("1"))
                .map(Descriptor::digest)
                .contains(graph.descriptor().digest());
        assertThat(GraphCopy.from(graph).to(store, "1").copied()).isZero();
    }

    /** One blob from many threads at once. */
    @Test
    void the_same_blob_may_come_from_many_threads_at_once() throws InterruptedException {
        ContentStore store = store();
        byte[] bytes = sample(200_000);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(new Thread(() -> {
                try {
                    put(store, described(bytes), honest(bytes));
                } catch (RuntimeException | Error e) {
                    failures.add(e);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(store.bytes(described(bytes))).isEqualTo(bytes);
    }

    /** An interrupt that came before ends the verb, keeps the flag, leaves nothing. */
    @Test
    void an_interrupt_before_a_verb_cancels_it_and_keeps_the_flag() {
        ContentStore store = store();
        byte[] bytes = sample(100_000);
        List<Runnable> verbs = List.of(
                () -> put(store, described(bytes), honest(bytes)),
                () -> store.ingest(LAYER, out -> {
                    out.write(bytes);
                    return true;
                }));
        for (Runnable verb : verbs) {
            Thread.currentThread().interrupt();
            boolean flag;
            try {
                assertThatThrownBy(verb::run).isInstanceOf(CancelledException.class);
            } finally {
                flag = Thread.interrupted();
            }
            assertThat(flag).as("the interrupt flag afterwards").isTrue();
            assertThat(store.exists(described(bytes), Role.BLOB)).isFalse();
        }
    }

    /** An interrupt in the middle ends an ingest whose producer would go on for ever. */
    @Test
    void an_interrupt_ends_a_producer_that_never_ends() throws InterruptedException {
        ContentStore store = store();
        CountDownLatch writing = new CountDownLatch(1);
        List<Object> outcome = Collections.synchronizedList(new ArrayList<>());
        Thread caller = new Thread(() -> {
            try {
                outcome.add(store.ingest(LAYER, out -> {
                    byte[] piece = new byte[1_000];
                    while (true) {
                        out.write(piece);
                        writing.countDown();
                    }
                }));
            } catch (LadingException e) {
                outcome.add(e);
                outcome.add(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        writing.await();
        caller.interrupt();
        caller.join(2_000);
        assertThat(caller.isAlive()).as("still running 2 s after the interrupt").isFalse();
        assertThat(outcome).hasSize(2);
        assertThat(outcome.get(0)).isInstanceOf(CancelledException.class);
        assertThat(outcome.get(1)).isEqualTo(true);
    }

    /** A blob of some mebibytes goes in and comes out. */
    @Test
    void a_larger_blob_goes_in_and_comes_out() throws IOException {
        ContentStore store = store();
        byte[] bytes = sample(8 * 1024 * 1024 + 1);
        put(store, described(bytes), honest(bytes));
        try (InputStream in = store.blob(described(bytes)).open()) {
            assertThat(Digest.of(in.readAllBytes())).isEqualTo(Digest.of(bytes));
        }
    }
}
