package dev.lading.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.CancelledException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.Role;
import dev.lading.oci.layout.OciLayout;
import dev.lading.registry.RegistryClient;
import dev.lading.registry.Repository;
import dev.lading.testkit.TestImages;
import dev.lading.testsupport.SilentServer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An interrupt ends every verb of a repository whose server says nothing: within 2 s as asserted here, within 100 ms as it
 * should be. Each test prints its longest; {@code -Dlading.rounds=N} makes N rounds of it.
 */
@Timeout(600)
class InterruptTest {
    private static final int ROUNDS = Integer.getInteger("lading.rounds", 5);
    private static final int SIZE = 64 * 1024 * 1024;
    private static final Descriptor LARGE = Descriptor.of(MediaType.OCI_LAYER, Digest.of(new byte[] {1}), SIZE);

    private final Random random = new Random(3);

    @TempDir
    Path temp;

    private interface Ready {
        void await() throws InterruptedException;
    }

    /** Runs a verb again and again, interrupts it some milliseconds after the server is silent, tells the longest. */
    private void measure(String what, Ready ready, Runnable verb) throws InterruptedException {
        long longest = 0;
        for (int round = 0; round < ROUNDS; round++) {
            AtomicReference<Object> outcome = new AtomicReference<>("it returned");
            AtomicReference<Boolean> flag = new AtomicReference<>(false);
            Thread caller = new Thread(
                    () -> {
                        try {
                            verb.run();
                        } catch (RuntimeException | Error e) {
                            outcome.set(e);
                            flag.set(Thread.currentThread().isInterrupted());
                        }
                    },
                    "caller");
            caller.start();
            ready.await();
            // Nothing depends on this: it only makes the interrupt come at another point in each round.
            Thread.sleep(random.nextInt(50));
            long start = System.nanoTime();
            caller.interrupt();
            caller.join(10_000);
            long took = System.nanoTime() - start;
            assertThat(caller.isAlive()).as(what + " goes on").isFalse();
            assertThat(outcome.get()).as(what).isInstanceOf(CancelledException.class);
            assertThat(flag.get()).as(what + " keeps the flag").isTrue();
            assertThat(Duration.ofNanos(took)).as(what).isLessThan(Duration.ofSeconds(2));
            assertThat(ourThreads()).as(what).isZero();
            longest = Math.max(longest, took);
        }
        System.out.printf("interrupt: %s: at most %.1f ms in %d rounds%n", what, longest / 1e6, ROUNDS);
    }

    private static long ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lading"))
                .count();
    }

    private static void again(RegistryClient client, String name, Use use) {
        use.with(client.repository(name));
    }

    private interface Use {
        void with(Repository repository);
    }

    private static Ready nextBytes(SilentServer server) {
        long[] seen = {0};
        return () -> {
            server.awaitBytes(seen[0] + 1, Duration.ofSeconds(10));
            seen[0] = server.bytesRead();
        };
    }

    private void againstSilence(String what, Use use) throws InterruptedException {
        try (SilentServer server = SilentServer.reading();
                RegistryClient client = RegistryClient.anonymous()) {
            measure(what, nextBytes(server), () -> again(client, "127.0.0.1:" + server.port() + "/a", use));
        }
    }

    private void againstStalls(String what, Use use) throws InterruptedException {
        try (StallingServer server = new StallingServer(SIZE, 300_000);
                RegistryClient client = RegistryClient.anonymous()) {
            measure(what, server::awaitStall, () -> again(client, server.name("a"), use));
        }
    }

    @Test
    void looking_up_a_name_ends() throws InterruptedException {
        againstSilence("find", repository -> repository.find("1"));
    }

    @Test
    void looking_for_a_blob_ends() throws InterruptedException {
        againstSilence("exists", repository -> repository.exists(LARGE, Role.BLOB));
    }

    @Test
    void opening_a_blob_ends() throws InterruptedException {
        againstSilence(
                "pull, silent before the answer",
                repository -> MemoryStore.create().put(repository.blob(LARGE)));
    }

    @Test
    void beginning_an_ingest_ends() throws InterruptedException {
        againstSilence("ingest, POST unanswered", repository -> repository.ingest(MediaType.OCI_LAYER, out -> true));
    }

    @Test
    void writing_a_document_ends() throws InterruptedException {
        againstSilence(
                "tag",
                repository ->
                        repository.tag(TestImages.image(Platform.LINUX_AMD64).document(), "1"));
    }

    @Test
    void a_push_of_a_graph_ends_with_all_its_threads() throws InterruptedException {
        ContentGraph image = TestImages.index(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
        againstSilence(
                "copy push", repository -> GraphCopy.from(image).threads(4).to(repository, "1"));
    }

    @Test
    void a_pull_of_a_graph_ends() throws InterruptedException {
        Descriptor index = TestImages.index(Platform.LINUX_AMD64).descriptor();
        againstSilence(
                "copy pull",
                repository -> GraphCopy.from(ContentGraph.of(index, repository)).to(MemoryStore.create()));
    }

    @Test
    void a_download_that_stalls_ends_in_every_target() throws InterruptedException {
        againstStalls(
                "pull to memory, silent in the body",
                repository -> MemoryStore.create().put(repository.blob(LARGE)));
        try (OciLayout layout = OciLayout.open(temp.resolve("layout"))) {
            againstStalls("pull to a layout, silent in the body", repository -> layout.put(repository.blob(LARGE)));
            assertThat(layout.exists(LARGE, Role.BLOB)).isFalse();
        }
    }

    @Test
    void an_ingest_whose_server_stops_reading_ends() throws InterruptedException {
        againstStalls(
                "ingest, server stops reading",
                repository -> repository.ingest(MediaType.OCI_LAYER, out -> {
                    byte[] piece = new byte[64 * 1024];
                    for (int i = 0; i < SIZE / piece.length; i++) {
                        out.write(piece);
                    }
                    return true;
                }));
    }

    @Test
    void a_whole_upload_whose_server_stops_reading_ends() throws InterruptedException {
        againstStalls("put, server stops reading", repository -> repository.put(ZEROS.blob(ZEROS.descriptor)));
    }

    /** Some mebibytes of nothing. */
    private static final Zeros ZEROS = new Zeros(new byte[16 * 1024 * 1024]);

    private static final class Zeros implements ContentSource {
        private final byte[] bytes;
        private final Descriptor descriptor;

        Zeros(byte[] bytes) {
            this.bytes = bytes;
            this.descriptor = Descriptor.of(MediaType.OCI_LAYER, Digest.of(bytes), bytes.length);
        }

        @Override
        public Optional<Descriptor> find(String name) {
            return Optional.empty();
        }

        @Override
        public boolean exists(Descriptor wanted, Role role) {
            return true;
        }

        @Override
        public Content fetch(Descriptor wanted, Role role) {
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

        @Override
        public String describe() {
            return "zeros";
        }
    }
}
