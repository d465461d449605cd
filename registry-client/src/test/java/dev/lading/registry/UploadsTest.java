package dev.lading.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.MountOrigin;
import dev.lading.oci.content.MountsFrom;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.ProducerFailedException;
import dev.lading.oci.content.Role;
import dev.lading.oci.content.SourceFailedException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class UploadsTest {
    // More than the kernel buffers of a connection that nobody reads: so a body can be cut, and be known to be.
    private static final byte[] BYTES = Clients.sample(8_000_000);
    private static final Descriptor DESCRIPTOR = Clients.described(BYTES);
    private static final String SESSION = "/v2/a/blobs/uploads/one";
    private static final Producer<String> PRODUCER = out -> {
        out.write(BYTES);
        return "made";
    };

    private final List<Duration> pauses = Clients.pauses();

    /** A blob whose opened streams come from the test. */
    private static Blob blob(Content content) {
        ContentSource source = new ContentSource() {
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
                return "a test";
            }
        };
        return source.blob(DESCRIPTOR);
    }

    private interface Opening {
        InputStream open() throws IOException;
    }

    private static Blob blob(Opening opening) {
        return blob(new Content() {
            @Override
            public long size() {
                return BYTES.length;
            }

            @Override
            public InputStream open() throws IOException {
                return opening.open();
            }
        });
    }

    private static Blob blob() {
        return blob(() -> new ByteArrayInputStream(BYTES));
    }

    /** What a healthy registry answers to all requests of an upload; a test's script answers first. */
    private static void healthy(ScriptedServer.Talk talk) throws IOException {
        switch (talk.request().method()) {
            case "POST" -> talk.reply(202, "", "Location: " + SESSION + "?_state=a%2Bb");
            case "PATCH" -> talk.reply(202, "", "Location: " + SESSION + "?_state=c");
            case "PUT" -> talk.reply(201, "");
            case "DELETE" -> talk.reply(204, "");
            default -> talk.reply(404, "");
        }
    }

    private Repository repository(RegistryClient client, ScriptedServer server) {
        return client.repository(server.name("a"));
    }

    @Test
    void a_known_blob_goes_by_one_PUT_with_its_length_and_keeps_the_sessions_query() {
        AtomicBoolean whole = new AtomicBoolean();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/")) {
                        whole.set(Arrays.equals(talk.body(), BYTES));
                    }
                    healthy(talk);
                });
                RegistryClient client = Clients.client(pauses)) {
            repository(client, server).put(blob());
            assertThat(whole).isTrue();
            assertThat(server.told()).containsExactly("POST /v2/a/blobs/uploads/", "PUT " + SESSION);
            assertThat(server.requests().get(1).query()).isEqualTo("_state=a%2Bb&digest=" + DESCRIPTOR.digest());
            assertThat(server.requests().get(1).header("content-length")).isEqualTo("" + BYTES.length);
            assertThat(server.requests().get(0).header("content-length")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, FIN", "1, RST", "1000000, FIN", "1000000, RST", "1999999, RST"})
    void a_PUT_that_is_cut_is_sent_again_in_a_new_session_after_a_look(int after, String ending) {
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger puts = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/") && puts.getAndIncrement() == 0) {
                        talk.readSome(after);
                        if (ending.equals("FIN")) {
                            talk.fin();
                        } else {
                            talk.reset();
                        }
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            repository(client, server).put(blob(() -> {
                opened.incrementAndGet();
                return new ByteArrayInputStream(BYTES);
            }));
            assertThat(opened).hasValue(2);
            server.awaitTold("DELETE", 1);
            // The farewell to a session has a connection of its own, so it is heard when it is heard.
            assertThat(server.told())
                    .filteredOn(t -> !t.equals("DELETE " + SESSION))
                    .containsExactly(
                            "POST /v2/a/blobs/uploads/",
                            "PUT " + SESSION,
                            "HEAD /v2/a/blobs/" + DESCRIPTOR.digest(),
                            "POST /v2/a/blobs/uploads/",
                            "PUT " + SESSION);
        }
    }

    @Test
    void a_PUT_whose_answer_was_lost_is_not_sent_again() {
        AtomicBoolean stored = new AtomicBoolean();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/")) {
                        talk.body();
                        stored.set(true);
                        talk.fin();
                    } else if (talk.is("HEAD", "/") && stored.get()) {
                        talk.reply(200, BYTES);
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            repository(client, server).put(blob());
            assertThat(server.told()).filteredOn(t -> t.startsWith("PUT")).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 202, 200})
    void an_answer_that_came_before_the_body_was_read_is_no_success(int status) {
        AtomicInteger puts = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/") && puts.getAndIncrement() == 0) {
                        talk.head(status, 0);
                        talk.fin();
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            repository(client, server).put(blob());
            assertThat(puts).hasValue(2);
        }
    }

    @Test
    void a_refusal_that_came_before_the_body_was_read_is_the_refusal() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/")) {
                        talk.head(403, 0);
                        // Read on, so that no reset takes the answer away.
                        talk.body();
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = repository(client, server);
            assertThatThrownBy(() -> repository.put(blob())).isInstanceOf(DeniedException.class);
            server.awaitTold("DELETE", 1);
            assertThat(server.told()).endsWith("DELETE " + SESSION);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503, 404, 416})
    void a_PUT_that_may_pass_is_sent_again(int status) {
        AtomicInteger puts = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/") && puts.getAndIncrement() == 0) {
                        talk.body();
                        talk.reply(status, "");
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            repository(client, server).put(blob());
            assertThat(puts).hasValue(2);
        }
    }

    @Test
    void a_source_that_fails_is_not_the_wire_and_is_not_repeated() {
        AtomicInteger opened = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/")) {
                        talk.body();
                    }
                    healthy(talk);
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = repository(client, server);
            Blob broken = blob(() -> {
                opened.incrementAndGet();
                return new FilterInputStream(new ByteArrayInputStream(BYTES, 0, 700_000)) {
                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        int n = super.read(buffer, offset, length);
                        if (n < 0) {
                            throw new IOException("the disk is gone");
                        }
                        return n;
                    }
                };
            });
            assertThatThrownBy(() -> repository.put(broken))
                    .isInstanceOf(SourceFailedException.class)
                    .hasMessageContaining("the disk is gone");
            assertThat(opened).hasValue(1);
            assertThat(pauses).isEmpty();
            server.awaitTold("DELETE", 1);
            assertThat(server.told())
                    .containsExactlyInAnyOrder("POST /v2/a/blobs/uploads/", "PUT " + SESSION, "DELETE " + SESSION);
            repository.put(blob());
        }
    }

    @Test
    void a_wrong_byte_of_the_source_never_completes_an_upload() {
        byte[] wrong = BYTES.clone();
        wrong[BYTES.length - 1] ^= 1;
        AtomicInteger completed = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/") && talk.body().length == BYTES.length) {
                        completed.incrementAndGet();
                    }
                    healthy(talk);
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = repository(client, server);
            assertThatThrownBy(() -> repository.put(blob(() -> new ByteArrayInputStream(wrong))))
                    .isInstanceOf(ContentMismatchException.class);
            assertThat(completed).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 202, 204})
    void new_content_goes_by_one_streamed_PATCH_and_a_closing_PUT(int status) {
        AtomicBoolean whole = new AtomicBoolean();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PATCH", "/")) {
                        whole.set(Arrays.equals(talk.body(), BYTES));
                        talk.reply(status, "", "Location: " + SESSION + "?_state=c");
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Ingested<String> ingested = repository(client, server).ingest(MediaType.OCI_LAYER, PRODUCER);
            assertThat(ingested).isEqualTo(new Ingested<>(DESCRIPTOR, "made", 1));
            assertThat(whole).isTrue();
            assertThat(server.requests())
                    .extracting(ScriptedServer.Request::toString)
                    .containsExactly(
                            "POST /v2/a/blobs/uploads/",
                            "PATCH " + SESSION + "?_state=a%2Bb",
                            "PUT " + SESSION + "?_state=c&digest=" + DESCRIPTOR.digest());
            assertThat(server.requests().get(1).header("transfer-encoding")).isEqualTo("chunked");
            assertThat(server.requests().get(2).header("content-length")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FIN", "RST", "503", "404", "429"})
    void a_producer_runs_again_when_the_wire_breaks_and_its_last_run_counts(String kind) {
        AtomicInteger patches = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PATCH", "/") && patches.getAndIncrement() < 2) {
                        talk.readSome(300_000);
                        switch (kind) {
                            case "FIN" -> talk.fin();
                            case "RST" -> talk.reset();
                            default -> talk.head(Integer.parseInt(kind), 0, "Connection: close");
                        }
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Ingested<Integer> ingested = repository(client, server).ingest(MediaType.OCI_LAYER, out -> {
                int run = runs.incrementAndGet();
                out.write(run == 3 ? BYTES : Clients.sample(3_000_000));
                return run;
            });
            assertThat(ingested).isEqualTo(new Ingested<>(DESCRIPTOR, 3, 3));
            assertThat(pauses).hasSize(2);
            server.awaitTold("DELETE", 2);
            assertThat(server.told()).filteredOn(t -> t.startsWith("DELETE")).hasSize(2);
            assertThat(server.told()).filteredOn(t -> t.startsWith("POST")).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void a_producer_runs_at_most_as_often_as_set(int most) {
        AtomicInteger runs = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PATCH", "/")) {
                        talk.readSome(100_000);
                        talk.reset();
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client =
                        Clients.client(RegistrySettings.defaults().withIngestRuns(most), pauses)) {
            Repository repository = repository(client, server);
            assertThatThrownBy(() -> repository.ingest(MediaType.OCI_LAYER, out -> {
                        runs.incrementAndGet();
                        out.write(BYTES);
                        return true;
                    }))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("cannot write new content to " + server.name("a"));
            assertThat(runs).hasValue(most);
            server.awaitTold("DELETE", most);
            assertThat(server.told()).filteredOn(t -> t.startsWith("DELETE")).hasSize(most);
        }
    }

    @Test
    void a_producer_that_fails_by_itself_runs_once_and_its_session_is_asked_to_end() {
        AtomicInteger runs = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PATCH", "/")) {
                        talk.readSome(100_000);
                        talk.fin();
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = repository(client, server);
            assertThatThrownBy(() -> repository.ingest(MediaType.OCI_LAYER, out -> {
                        runs.incrementAndGet();
                        out.write("begun".getBytes(UTF_8));
                        throw new IOException("a file changed");
                    }))
                    .isInstanceOf(ProducerFailedException.class)
                    .hasMessageContaining("a file changed");
            assertThat(runs).hasValue(1);
            server.awaitTold("DELETE", 1);
            assertThat(server.told()).filteredOn(t -> t.startsWith("DELETE")).containsExactly("DELETE " + SESSION);
            IllegalStateException bug = new IllegalStateException("a bug");
            assertThatThrownBy(() -> repository.ingest(MediaType.OCI_LAYER, out -> {
                        throw bug;
                    }))
                    .isSameAs(bug);
        }
    }

    @Test
    void a_closing_PUT_whose_answer_was_lost_is_looked_for() {
        AtomicBoolean stored = new AtomicBoolean();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/")) {
                        stored.set(true);
                        talk.fin();
                    } else if (talk.is("HEAD", "/") && stored.get()) {
                        talk.reply(200, BYTES);
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Ingested<String> ingested = repository(client, server).ingest(MediaType.OCI_LAYER, PRODUCER);
            assertThat(ingested.runs()).isEqualTo(1);
            assertThat(server.told()).filteredOn(t -> t.startsWith("PUT")).hasSize(1);
            assertThat(server.told()).noneMatch(t -> t.startsWith("DELETE"));
        }
    }

    @Test
    void a_session_that_is_lost_before_it_is_closed_begins_anew() {
        AtomicInteger puts = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/") && puts.getAndIncrement() == 0) {
                        talk.reply(404, "{\"errors\":[{\"code\":\"BLOB_UPLOAD_UNKNOWN\"}]}");
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Ingested<String> ingested = repository(client, server).ingest(MediaType.OCI_LAYER, PRODUCER);
            assertThat(ingested).isEqualTo(new Ingested<>(DESCRIPTOR, "made", 2));
        }
    }

    @Test
    void a_registry_that_stored_other_bytes_is_found_out() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/")) {
                        talk.body();
                        talk.reply(
                                201,
                                "",
                                "Docker-Content-Digest: "
                                        + Clients.described(new byte[1]).digest());
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = repository(client, server);
            assertThatThrownBy(() -> repository.put(blob())).isInstanceOf(ContentMismatchException.class);
            assertThatThrownBy(() -> repository.ingest(MediaType.OCI_LAYER, PRODUCER))
                    .isInstanceOf(ContentMismatchException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"none", "http://10.0.0.1/x", "http://storage.example/x", "gopher://x", "http://u:p@127.0.0.1/"})
    void an_upload_is_not_sent_to_wherever_the_registry_says(String location) {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (location.equals("none")) {
                        talk.reply(202, "");
                    } else {
                        talk.reply(202, "", "Location: " + location);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = repository(client, server);
            assertThatThrownBy(() -> repository.put(blob()))
                    .isInstanceOf(UnexpectedAnswerException.class)
                    .hasMessageContaining("Location");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void an_interrupted_caller_waits_no_longer_than_50_ms_for_a_session_to_end() throws InterruptedException {
        AtomicInteger deletes = new AtomicInteger();
        List<Throwable> outcome = Clients.throwables();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PATCH", "/")) {
                        talk.readSome(BYTES.length * 2);
                    } else if (talk.is("DELETE", "/")) {
                        deletes.incrementAndGet();
                        talk.readSome(1);
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Thread caller = new Thread(() -> {
                try {
                    repository(client, server).ingest(MediaType.OCI_LAYER, out -> {
                        out.write(new byte[100_000]);
                        Thread.currentThread().interrupt();
                        out.write(BYTES);
                        return true;
                    });
                } catch (LadingException e) {
                    outcome.add(Thread.currentThread().isInterrupted() ? e : new AssertionError("the flag is lost", e));
                }
            });
            caller.start();
            caller.join(10_000);
            assertThat(outcome).hasSize(1);
            assertThat(outcome.get(0)).isInstanceOf(CancelledException.class);
            assertThat(deletes).hasValue(1);
        }
    }

    private static boolean mount(RegistryClient client, ScriptedServer server, String registry, String from) {
        return client.repository(server.name("a"))
                .ability(MountsFrom.class)
                .orElseThrow()
                .mount(DESCRIPTOR, new MountOrigin(registry, from));
    }

    @ParameterizedTest
    @CsvSource({
        "201, true",
        "202, false",
        "400, false",
        "401, false",
        "404, false",
        "405, false",
        "500, false",
        "429, false"
    })
    void a_mount_is_tried_once_and_every_other_answer_means_copy(int status, boolean mounted) {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("POST", "/")) {
                        talk.reply(status, "", "Location: " + SESSION + "?_state=x");
                    } else {
                        healthy(talk);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            String registry = "127.0.0.1:" + server.port();
            assertThat(mount(client, server, registry, "base/jre")).isEqualTo(mounted);
            assertThat(server.requests().get(0).query()).isEqualTo("mount=" + DESCRIPTOR.digest() + "&from=base/jre");
            if (status == 202) {
                assertThat(server.requests()).last().hasToString("DELETE " + SESSION + "?_state=x");
            } else {
                assertThat(server.requests()).hasSize(1);
            }
        }
    }

    @Test
    void a_mount_whose_wire_breaks_means_copy_and_one_from_elsewhere_is_not_tried() {
        try (ScriptedServer server = ScriptedServer.answering(ScriptedServer.Talk::reset);
                RegistryClient client = Clients.client(pauses)) {
            String registry = "127.0.0.1:" + server.port();
            assertThat(mount(client, server, registry, "base")).isFalse();
            assertThat(server.requests()).hasSize(1);
            assertThat(mount(client, server, registry, "a")).isFalse();
            assertThat(mount(client, server, "registry.example", "base")).isFalse();
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_repository_says_where_its_blobs_can_be_mounted_from() {
        try (RegistryClient client = RegistryClient.anonymous()) {
            assertThat(client.repository("127.0.0.1:5000/base/jre").ability(MountOrigin.class))
                    .contains(new MountOrigin("127.0.0.1:5000", "base/jre"));
            assertThat(client.repository("127.0.0.1:5000/a").ability(Runnable.class))
                    .isEmpty();
        }
    }
}
