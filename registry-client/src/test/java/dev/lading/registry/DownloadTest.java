package dev.lading.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.Role;
import dev.lading.registry.internal.http.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DownloadTest {
    private static final int SIZE = 1_000_000;
    private static final byte[] BLOB = Clients.sample(SIZE);
    private static final Descriptor DESCRIPTOR = Clients.described(BLOB);

    private final List<Duration> pauses = Clients.pauses();
    private final AtomicLong atReader = new AtomicLong();

    private RegistryClient client(RegistrySettings settings) {
        return new RegistryClient(
                new CountingWire(Wire.open(settings.connectTimeout(), settings.idleTimeout()), atReader),
                settings,
                Clients.pacing(pauses));
    }

    private RegistryClient client() {
        return client(RegistrySettings.defaults());
    }

    private static int from(ScriptedServer.Talk talk) {
        String range = talk.request().header("Range");
        return range.isEmpty() ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    }

    /** Sends the head of a right answer from where it was asked. */
    private static int head(ScriptedServer.Talk talk) throws IOException {
        int from = from(talk);
        if (from == 0) {
            talk.head(200, SIZE);
        } else {
            talk.head(206, SIZE - from, "Content-Range: bytes " + from + "-" + (SIZE - 1) + "/" + SIZE);
        }
        return from;
    }

    private static void send(ScriptedServer.Talk talk, int from, int to) throws IOException {
        talk.out().write(BLOB, from, to - from);
        talk.out().flush();
    }

    private static void right(ScriptedServer.Talk talk) throws IOException {
        send(talk, head(talk), SIZE);
    }

    private static void end(ScriptedServer.Talk talk, String ending) throws IOException {
        if (ending.equals("FIN")) {
            talk.fin();
        } else {
            talk.reset();
        }
    }

    private static byte[] read(RegistryClient client, ScriptedServer server) {
        Repository repository = client.repository(server.name("a"));
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            repository.blob(DESCRIPTOR).writeTo(read);
        } catch (IOException e) {
            throw new AssertionError("an array takes every byte", e);
        }
        return read.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "0, FIN", "1, FIN", "16384, FIN", "500000, FIN", "999999, FIN",
        "0, RST", "1, RST", "16384, RST", "500000, RST", "999999, RST"
    })
    void a_download_that_is_cut_goes_on_where_it_stopped(int after, String ending) {
        List<Integer> starts = new ArrayList<>();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    starts.add(from(talk));
                    if (starts.size() > 1) {
                        right(talk);
                        return;
                    }
                    head(talk);
                    send(talk, 0, after);
                    end(talk, ending);
                });
                RegistryClient client = client()) {
            assertThat(read(client, server)).isEqualTo(BLOB);
            assertThat(starts).hasSize(2);
            // A reset may take with it what was sent and not yet read; an orderly end may not.
            assertThat(starts.get(1)).isLessThanOrEqualTo(after);
            if (ending.equals("FIN")) {
                assertThat(starts.get(1)).isEqualTo(after);
            }
            assertThat(atReader.get()).isBetween((long) SIZE, SIZE + 64 * 1024L);
        }
    }

    @Test
    void cuts_at_many_places_of_one_download_are_all_survived() {
        Random random = new Random(7);
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    int from = head(talk);
                    int to = Math.min(SIZE, from + 1 + random.nextInt(40_000));
                    send(talk, from, to);
                    if (to < SIZE) {
                        talk.fin();
                    }
                });
                // Each answer moves: two attempts are enough for any number of cuts.
                RegistryClient client = client(RegistrySettings.defaults().withAttempts(2))) {
            assertThat(read(client, server)).isEqualTo(BLOB);
            assertThat(server.requests()).hasSizeGreaterThan(25);
            assertThat(atReader).hasValue(SIZE);
        }
    }

    @Test
    void a_download_that_does_not_move_ends_after_five_attempts() {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    head(talk);
                    if (asked.getAndIncrement() == 0) {
                        send(talk, 0, 1_000);
                    }
                    talk.fin();
                });
                RegistryClient client = client()) {
            assertThatThrownBy(() -> read(client, server))
                    .isInstanceOf(LadingException.class)
                    .hasMessageContaining("cannot read " + DESCRIPTOR.digest())
                    .hasMessageContaining("5 attempts");
            // The first answer moved, so what follows it has five failures of its own, the cut included.
            assertThat(asked).hasValue(5);
            assertThat(pauses)
                    .containsExactly(
                            Duration.ofMillis(125),
                            Duration.ofMillis(250),
                            Duration.ofMillis(500),
                            Duration.ofMillis(1000));
        }
    }

    @Test
    void a_server_without_ranges_is_read_again_and_skipped() {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    talk.head(200, SIZE);
                    if (asked.getAndIncrement() == 0) {
                        send(talk, 0, SIZE / 2);
                        talk.fin();
                    } else {
                        send(talk, 0, SIZE);
                    }
                });
                RegistryClient client = client()) {
            assertThat(read(client, server)).isEqualTo(BLOB);
            assertThat(asked).hasValue(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"other start", "no Content-Range", "416"})
    void a_range_that_is_not_the_one_asked_for_is_not_taken(String kind) {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    int from = from(talk);
                    if (from > 0 && kind.equals("416")) {
                        talk.reply(416, "");
                    } else if (from > 0) {
                        int start = kind.equals("other start") ? from - 1 : from;
                        String range = "Content-Range: bytes " + start + "-" + (SIZE - 1) + "/" + SIZE;
                        talk.head(206, SIZE - start, kind.equals("other start") ? range : "X: y");
                        send(talk, start, SIZE);
                        talk.fin();
                    } else if (asked.getAndIncrement() == 0) {
                        talk.head(200, SIZE);
                        send(talk, 0, SIZE / 2);
                        talk.fin();
                    } else {
                        right(talk);
                    }
                });
                RegistryClient client = client()) {
            assertThat(read(client, server)).isEqualTo(BLOB);
            assertThat(server.requests())
                    .extracting(r -> r.header("Range"))
                    .containsExactly("", "bytes=" + SIZE / 2 + "-", "");
        }
    }

    @Test
    void a_range_of_other_content_is_a_mismatch() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    int from = from(talk);
                    if (from == 0) {
                        talk.head(200, SIZE);
                        send(talk, 0, SIZE / 2);
                        talk.fin();
                    } else {
                        talk.head(
                                206, SIZE - from, "Content-Range: bytes " + from + "-" + (SIZE - 1) + "/" + (SIZE + 1));
                    }
                });
                RegistryClient client = client()) {
            assertThatThrownBy(() -> read(client, server)).isInstanceOf(ContentMismatchException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-SIZE, -1, 1, 10})
    void another_length_is_refused_before_the_body_is_read(int more) {
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.head(200, SIZE + more));
                RegistryClient client = client()) {
            assertThatThrownBy(() -> read(client, server))
                    .isInstanceOf(ContentMismatchException.class)
                    .hasMessageContaining("announces " + (SIZE + more) + " bytes");
            assertThat(atReader).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void a_body_without_a_length_is_judged_by_its_end(int more) {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    talk.head(200, -1, "Transfer-Encoding: chunked");
                    byte[] body = Arrays.copyOf(BLOB, SIZE + more);
                    talk.raw(Integer.toHexString(body.length) + "\r\n");
                    talk.out().write(body);
                    talk.raw("\r\n0\r\n\r\n");
                });
                RegistryClient client = client(RegistrySettings.defaults().withAttempts(1))) {
            if (more == 0) {
                assertThat(read(client, server)).isEqualTo(BLOB);
            } else if (more > 0) {
                assertThatThrownBy(() -> read(client, server))
                        .isInstanceOf(ContentMismatchException.class)
                        .hasMessageContaining("more bytes follow");
            } else {
                assertThatThrownBy(() -> read(client, server)).isInstanceOf(LadingException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, SIZE / 2, SIZE - 1})
    void one_wrong_byte_is_refused(int at) {
        byte[] wrong = BLOB.clone();
        wrong[at] ^= 1;
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(200, wrong));
                RegistryClient client = client()) {
            assertThatThrownBy(() -> read(client, server)).isInstanceOf(ContentMismatchException.class);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void content_that_was_encoded_on_the_way_is_refused() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(200, BLOB, "Content-Encoding: gzip"));
                RegistryClient client = client()) {
            assertThatThrownBy(() -> read(client, server)).hasMessageContaining("encoded (gzip)");
            assertThat(server.requests().get(0).header("accept-encoding")).isEqualTo("identity");
        }
    }

    @Test
    void a_digest_header_that_contradicts_is_refused() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(
                        200,
                        BLOB,
                        "Docker-Content-Digest: "
                                + Clients.described(new byte[1]).digest()));
                RegistryClient client = client()) {
            assertThatThrownBy(() -> read(client, server)).isInstanceOf(ContentMismatchException.class);
        }
    }

    @Test
    void a_missing_blob_is_not_found() {
        try (ScriptedServer server = ScriptedServer.answering(
                        talk -> talk.reply(404, "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\"}]}"));
                RegistryClient client = client()) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.bytes(DESCRIPTOR))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessage(
                            "cannot read " + DESCRIPTOR.digest() + " from " + server.name("a") + ": it is not there.");
        }
    }

    @Test
    void an_unread_answer_is_cut_and_not_drained() throws IOException {
        AtomicLong sent = new AtomicLong();
        int endless = 64 * 1024 * 1024;
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    talk.head(200, endless);
                    byte[] piece = new byte[64 * 1024];
                    for (int i = 0; i < endless / piece.length; i++) {
                        talk.out().write(piece);
                        sent.addAndGet(piece.length);
                    }
                });
                RegistryClient client = client()) {
            Descriptor large = Descriptor.of(DESCRIPTOR.mediaType(), DESCRIPTOR.digest(), endless);
            try (InputStream in =
                    client.repository(server.name("a")).fetch(large, Role.BLOB).open()) {
                assertThat(in.readNBytes(1_000)).hasSize(1_000);
            }
        }
        // What two socket buffers hold may have been sent; a drained answer would be all of it.
        assertThat(sent.get()).isLessThan(endless / 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_connection_whose_answer_was_read_serves_the_next_request(boolean chunked) {
        List<Integer> ports = new ArrayList<>();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    ports.add(talk.clientPort());
                    if (chunked && talk.is("GET", "/")) {
                        talk.head(200, -1, "Transfer-Encoding: chunked");
                        talk.raw(Integer.toHexString(SIZE) + "\r\n");
                        talk.out().write(BLOB);
                        talk.raw("\r\n0\r\n\r\n");
                    } else {
                        talk.reply(200, BLOB);
                    }
                });
                RegistryClient client = client()) {
            for (int i = 0; i < 3; i++) {
                assertThat(read(client, server)).isEqualTo(BLOB);
                assertThat(client.repository(server.name("a")).exists(DESCRIPTOR, Role.BLOB))
                        .isTrue();
            }
            assertThat(ports).hasSize(6).containsOnly(ports.get(0));
        }
    }

    @Test
    void a_thousand_refused_reads_leave_no_connection() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    talk.head(200, SIZE + 1);
                    talk.fin();
                });
                RegistryClient client = client()) {
            for (int i = 0; i < 1_000; i++) {
                assertThatThrownBy(() -> read(client, server)).isInstanceOf(ContentMismatchException.class);
            }
        }
    }
}
