package dev.lading.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.content.Blob;
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
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

    /**
     * Gives another handle on the place that {@link #store()} gave, as another process would have it.
     *
     * @return the same place once more, or empty if there is only the one handle
     */
    protected Optional<ContentStore> reopen() {
        return Optional.empty();
    }

    /**
     * Says whether the place takes manifests of types that it does not know.
     *
     * @return true, unless a subclass knows better
     */
    protected boolean takesUnknownTypes() {
        return true;
    }

    /**
     * Says whether the place keeps a document under its sha512 digest.
     *
     * @return true, unless a subclass knows better
     */
    protected boolean namesDocumentsBySha512() {
        return true;
    }

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

    /** Nothing at all is content too, and can be lied about. */
    @Test
    void an_empty_blob_is_taken_and_more_in_its_place_is_refused() {
        ContentStore store = store();
        Descriptor empty = described(new byte[0]);
        assertThatThrownBy(() -> put(store, empty, lying(0, new byte[] {1})))
                .isInstanceOf(ContentMismatchException.class);
        assertThat(store.exists(empty, Role.BLOB)).isFalse();
        put(store, empty, honest(new byte[0]));
        assertThat(store.exists(empty, Role.BLOB)).isTrue();
        assertThat(store.bytes(empty)).isEmpty();
    }

    /** A descriptor with the right digest and a wrong size names nothing. */
    @Test
    void a_wrong_size_is_refused_and_is_not_there_even_where_the_digest_is() {
        ContentStore store = store();
        byte[] right = sample(1_000);
        Descriptor wrong = Descriptor.of(LAYER, Digest.of(right), 999);
        assertThatThrownBy(() -> put(store, wrong, honest(right))).isInstanceOf(ContentMismatchException.class);
        assertThat(store.exists(described(right), Role.BLOB)).isFalse();
        put(store, described(right), honest(right));
        assertThat(store.exists(wrong, Role.BLOB)).isFalse();
        assertThatThrownBy(() -> store.bytes(wrong)).isInstanceOf(LadingException.class);
    }

    /** The other registered algorithm (image-spec, descriptor.md, «Registered algorithms»). */
    @Test
    void sha512_names_content_as_well() {
        ContentStore store = store();
        byte[] bytes = sample(1_000);
        Descriptor descriptor = Descriptor.of(LAYER, Digest.of(Digest.Algorithm.SHA512, bytes), bytes.length);
        assertThatThrownBy(() -> put(store, descriptor, honest(flipped(bytes, 500))))
                .isInstanceOf(ContentMismatchException.class);
        assertThat(store.exists(descriptor, Role.BLOB)).isFalse();
        put(store, descriptor, honest(bytes));
        assertThat(store.bytes(descriptor)).isEqualTo(bytes);
    }

    /** New content is named by sha512 where the caller asks for it. */
    @Test
    void new_content_can_be_named_by_sha512() {
        ContentStore store = store();
        byte[] bytes = sample(10_000);
        Descriptor named = store.ingest(LAYER, Digest.Algorithm.SHA512, out -> {
                    out.write(bytes);
                    return true;
                })
                .descriptor();
        assertThat(named).isEqualTo(Descriptor.of(LAYER, Digest.of(Digest.Algorithm.SHA512, bytes), bytes.length));
        assertThat(store.exists(named, Role.BLOB)).isTrue();
        assertThat(store.bytes(named)).isEqualTo(bytes);
    }

    /** An index by sha512 with all that is below it goes in, is found by its digest, and comes out. */
    @Test
    void a_graph_named_by_sha512_goes_in_and_comes_out() {
        ContentStore store = store();
        ContentGraph graph = TestImages.index(Digest.Algorithm.SHA512, Platform.LINUX_AMD64, Platform.LINUX_ARM64);
        Document index = graph.document();
        if (!namesDocumentsBySha512()) {
            assertThatThrownBy(() -> GraphCopy.from(graph).to(store)).isInstanceOf(LadingException.class);
            return;
        }
        GraphCopy.from(graph).to(store);
        assertThat(store.find(index.descriptor().digest().toString())).contains(index.descriptor());
        MemoryStore back = MemoryStore.create();
        ContentGraph stored = store.resolve(index.descriptor().digest().toString());
        assertThat(GraphCopy.from(stored).to(back).copied()).isEqualTo(7);
        assertThat(back.document(index.descriptor()).bytes()).isEqualTo(index.bytes());
        assertThat(stored.image(Platform.LINUX_ARM64).config().platform()).isEqualTo(Platform.LINUX_ARM64);
        store.tag(index, "1");
        assertThat(store.resolve("1").document().bytes()).isEqualTo(index.bytes());
    }

    /** A source that cannot even be opened is the source's failure too, whatever it throws. */
    @Test
    void a_source_that_cannot_be_opened_is_the_sources_failure() {
        ContentStore store = store();
        Descriptor descriptor = described(sample(10));
        for (Exception fault :
                List.of(new IOException("the source is closed"), new UnavailableException("the source is closed"))) {
            Content closed = new Content() {
                @Override
                public long size() {
                    return 10;
                }

                @Override
                public InputStream open() throws IOException {
                    if (fault instanceof IOException broken) {
                        throw broken;
                    }
                    throw new UnavailableException(String.valueOf(fault.getMessage()));
                }
            };
            assertThatThrownBy(() -> put(store, descriptor, closed))
                    .isInstanceOf(SourceFailedException.class)
                    .hasMessageContaining("the source is closed");
            assertThat(store.exists(descriptor, Role.BLOB)).isFalse();
        }
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

    /** A fault of the producer's code is nobody's kind: it passes as it is. */
    @Test
    void a_fault_in_a_producer_passes_and_leaves_nothing() {
        ContentStore store = store();
        byte[] begun = sample(70_000);
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> store.ingest(LAYER, out -> {
                    runs.incrementAndGet();
                    out.write(begun);
                    throw new IllegalStateException("a fault in the producer");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a fault in the producer");
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

    /** What one handle has written, another one reads. */
    @Test
    void another_handle_on_the_place_sees_what_was_written() {
        ContentStore store = store();
        ContentGraph graph = TestImages.image(Platform.LINUX_AMD64);
        GraphCopy.from(graph).to(store, "1");
        ContentGraph seen = reopen().orElse(store).resolve("1");
        assertThat(seen.document().bytes()).isEqualTo(graph.document().bytes());
        assertThat(GraphCopy.from(seen).to(MemoryStore.create()).copied()).isEqualTo(3);
    }

    /** A tag leads to a document that is there, or is not set. */
    @Test
    void a_tag_never_names_what_is_not_there() {
        ContentStore store = store();
        // Its configuration is nowhere, so no place can take it with the tag.
        Document holed = TestImages.image(Platform.LINUX_AMD64).document();
        assertThatThrownBy(() -> store.tag(holed, "holed")).isInstanceOf(LadingException.class);
        assertThat(store.find("holed")).isEmpty();
        assertThat(store.exists(holed.descriptor(), Role.MANIFEST)).isFalse();
        // A registry takes the bytes with the tag; other places have to have them.
        Document whole = Document.of(ImageIndex.of(List.of()));
        try {
            store.tag(whole, "whole");
            assertThat(store.find("whole"))
                    .map(Descriptor::digest)
                    .contains(whole.descriptor().digest());
            assertThat(store.document(whole.descriptor()).bytes()).isEqualTo(whole.bytes());
        } catch (NotFoundException e) {
            assertThat(e).hasMessageContaining(whole.descriptor().digest().toString());
            assertThat(store.find("whole")).isEmpty();
        }
    }

    /** What is no tag is refused before anything is written. */
    @Test
    void what_is_no_tag_is_refused() {
        ContentStore store = store();
        Document document = Document.of(ImageIndex.of(List.of()));
        store.put(document);
        for (String name : List.of("", "-1", "a b", "sha256:00", "../up")) {
            assertThatThrownBy(() -> store.tag(document, name)).as(name).isInstanceOf(InvalidInputException.class);
        }
    }

    /** Tags set at once by many are all there afterwards. */
    @Test
    void tags_set_from_many_threads_are_all_kept() throws InterruptedException {
        ContentStore store = store();
        List<Document> documents = IntStream.range(0, 8)
                .mapToObj(i -> Document.of(ImageIndex.of(List.of()).withAnnotation("number", String.valueOf(i))))
                .toList();
        inThreads(8, i -> {
            store.put(documents.get(i));
            store.tag(documents.get(i), "tag-" + i);
        });
        for (int i = 0; i < 8; i++) {
            assertThat(store.find("tag-" + i))
                    .map(Descriptor::digest)
                    .contains(documents.get(i).descriptor().digest());
        }
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

    /** The same in a graph: only the place of a descriptor says where its content is asked for. */
    @Test
    void a_layer_of_an_indexs_type_travels_as_a_blob() {
        ContentStore store = store();
        MemoryStore origin = MemoryStore.create();
        byte[] config = ImageConfig.create(Platform.LINUX_AMD64).bytes();
        Descriptor configured = origin.ingest(MediaType.OCI_CONFIG, out -> {
                    out.write(config);
                    return true;
                })
                .descriptor();
        Descriptor odd = origin.ingest(MediaType.OCI_INDEX, out -> {
                    out.write("no index at all".getBytes(UTF_8));
                    return true;
                })
                .descriptor();
        Document manifest = Document.of(ImageManifest.of(configured, List.of(odd)));
        origin.put(manifest);
        GraphCopy.from(ContentGraph.of(manifest.descriptor(), origin)).to(store, "odd");
        MemoryStore back = MemoryStore.create();
        GraphCopy.from(store.resolve("odd")).to(back, "odd");
        assertThat(back.bytes(odd)).isEqualTo("no index at all".getBytes(UTF_8));
    }

    /** What a place does not know it keeps, or refuses; a copy takes it for a leaf. */
    @Test
    void a_manifest_of_an_unknown_type_is_kept_as_it_is_or_refused() {
        ContentStore store = store();
        MediaType type = new MediaType("application/vnd.example.new.v1+json");
        byte[] bytes = ("{ \"mediaType\": \"" + type + "\", \"layers\": \"no list\" }").getBytes(UTF_8);
        Document document = Document.of(type, bytes);
        if (!takesUnknownTypes()) {
            assertThatThrownBy(() -> store.put(document)).isInstanceOf(LadingException.class);
            assertThat(store.exists(document.descriptor(), Role.MANIFEST)).isFalse();
            return;
        }
        store.put(document);
        store.tag(document, "new");
        assertThat(store.find("new")).map(Descriptor::mediaType).contains(type);
        assertThat(store.find(document.descriptor().digest().toString()))
                .map(Descriptor::mediaType)
                .contains(type);
        MemoryStore back = MemoryStore.create();
        GraphCopy.from(store.resolve("new")).to(back);
        assertThat(back.document(document.descriptor()).bytes()).isEqualTo(bytes);
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
        inThreads(8, i -> put(store, described(bytes), honest(bytes)));
        assertThat(store.bytes(described(bytes))).isEqualTo(bytes);
    }

    private static void inThreads(int count, IntConsumer work) throws InterruptedException {
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            threads.add(new Thread(() -> {
                try {
                    work.accept(number);
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

    /** An interrupt that came before ends reading too, and does no harm to what is there. */
    @Test
    void an_interrupt_before_reading_cancels_it_and_keeps_the_flag() {
        ContentStore store = store();
        byte[] bytes = sample(100_000);
        put(store, described(bytes), honest(bytes));
        Document document = Document.of(ImageIndex.of(List.of()));
        store.put(document);
        Blob blob = store.blob(described(bytes));
        ThrowingCallable reading = () -> {
            try (InputStream in = blob.open()) {
                in.readAllBytes();
            }
        };
        for (ThrowingCallable interrupted : List.<ThrowingCallable>of(
                () -> store.bytes(described(bytes)), () -> store.document(document.descriptor()), reading)) {
            Thread.currentThread().interrupt();
            boolean flag;
            try {
                // A verb is cancelled; a stream, which may have no other words, throws an IOException.
                assertThatThrownBy(interrupted)
                        .isInstanceOfAny(
                                CancelledException.class, interrupted == reading ? IOException.class : Error.class);
            } finally {
                flag = Thread.interrupted();
            }
            assertThat(flag).as("the interrupt flag afterwards").isTrue();
        }
        assertThat(store.bytes(described(bytes))).isEqualTo(bytes);
        assertThat(store.document(document.descriptor()).bytes()).isEqualTo(document.bytes());
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
