package dev.lading.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ConflictException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ExchangeTest {
    private static final byte[] BLOB = Clients.sample(100);
    private static final Descriptor DESCRIPTOR = Clients.described(BLOB);

    private final List<Duration> pauses = Clients.pauses();

    private static boolean exists(RegistryClient client, ScriptedServer server) {
        return client.repository(server.name("a")).exists(DESCRIPTOR, Role.BLOB);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504, 522})
    void a_burst_of_four_refusals_that_pass_is_survived(int status) {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server =
                        ScriptedServer.answering(talk -> talk.reply(asked.incrementAndGet() < 5 ? status : 200, BLOB));
                RegistryClient client = Clients.client(pauses)) {
            assertThat(exists(client, server)).isTrue();
            assertThat(pauses)
                    .containsExactly(
                            Duration.ofMillis(125),
                            Duration.ofMillis(250),
                            Duration.ofMillis(500),
                            Duration.ofMillis(1000));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 503, 504, 522})
    void five_in_a_row_are_unavailable_with_status_and_attempts(int status) {
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(status, ""));
                RegistryClient client = Clients.client(pauses)) {
            RegistryUnavailableException failure =
                    Clients.failure(RegistryUnavailableException.class, () -> exists(client, server));
            assertThat(failure.facts().status()).hasValue(status);
            assertThat(failure.facts().attempts()).isEqualTo(5);
            assertThat(failure.facts().registry()).isEqualTo("127.0.0.1:" + server.port());
            assertThat(failure).hasMessageContaining("answered " + status + " after 5 attempts");
            assertThat(server.requests()).hasSize(5);
        }
    }

    @Test
    void five_429_are_rate_limited() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(429, "", "Retry-After: 2"));
                RegistryClient client = Clients.client(pauses)) {
            RateLimitedException failure = Clients.failure(RateLimitedException.class, () -> exists(client, server));
            assertThat(failure.facts().attempts()).isEqualTo(5);
            assertThat(failure.retryAfter()).contains(Duration.ofSeconds(2));
            assertThat(failure).hasMessageContaining("asks to wait 2 s");
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 2125", "0, 125", "-1, 125", "soon, 125", "'', 125", "880.092µs, 125", "DATE, 2125", "PAST, 125"})
    void retry_after_is_respected_and_nonsense_is_not(String text, long millis) {
        String value = switch (text) {
            case "DATE" ->
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Clients.NOW.plusSeconds(2).atOffset(ZoneOffset.UTC));
            case "PAST" ->
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Clients.NOW.minusSeconds(9).atOffset(ZoneOffset.UTC));
            default -> text;
        };
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(
                        talk -> talk.reply(asked.getAndIncrement() == 0 ? 429 : 200, BLOB, "Retry-After: " + value));
                RegistryClient client = Clients.client(pauses)) {
            assertThat(exists(client, server)).isTrue();
            assertThat(pauses).containsExactly(Duration.ofMillis(millis));
        }
    }

    @Test
    void a_wait_that_is_too_long_fails_at_once_and_says_how_long() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(429, "", "Retry-After: 1000000000"));
                RegistryClient client = Clients.client(pauses)) {
            RateLimitedException failure = Clients.failure(RateLimitedException.class, () -> exists(client, server));
            assertThat(failure.retryAfter()).contains(Duration.ofSeconds(1_000_000_000));
            assertThat(failure.facts().attempts()).isEqualTo(1);
            assertThat(pauses).isEmpty();
        }
    }

    @Test
    void connections_that_break_are_made_again() {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    switch (asked.getAndIncrement()) {
                        case 0 -> talk.fin();
                        case 1 -> talk.reset();
                        case 2 -> {
                            talk.raw("HTTP/1.1 200 OK\r\nContent-");
                            talk.fin();
                        }
                        case 3 -> {
                            talk.raw("SSH-2.0-nonsense\r\n");
                            talk.fin();
                        }
                        default -> talk.reply(200, BLOB);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            assertThat(exists(client, server)).isTrue();
            assertThat(pauses).hasSize(4);
        }
    }

    @Test
    void an_unreachable_registry_is_named_with_host_and_port() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (RegistryClient client = Clients.client(pauses)) {
            RegistryUnavailableException failure = Clients.failure(
                    RegistryUnavailableException.class, () -> client.resolve("127.0.0.1:" + port + "/team/app:1"));
            assertThat(failure)
                    .hasMessage("cannot find 127.0.0.1:" + port + "/team/app:1: no connection to 127.0.0.1:" + port
                            + ", connection refused. Check that the registry runs there (5 attempts)");
            assertThat(failure.facts().status()).isEqualTo(OptionalInt.empty());
            assertThat(failure.facts().attempts()).isEqualTo(5);
            assertThat(pauses).hasSize(4);
        }
    }

    @Test
    void silence_is_an_error_at_its_limit_and_is_not_asked_again() {
        RegistrySettings settings = RegistrySettings.defaults().withIdleTimeout(Duration.ofMillis(200));
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.readSome(1));
                RegistryClient client = Clients.client(settings, pauses)) {
            assertThatThrownBy(() -> exists(client, server))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("did not answer in time")
                    .hasMessageContaining("200 ms");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_pause_ends_by_an_interrupt() throws InterruptedException {
        List<Throwable> outcome = Clients.throwables();
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(503, "", "Retry-After: 50"));
                RegistryClient client = RegistryClient.anonymous()) {
            Thread caller = new Thread(() -> {
                try {
                    exists(client, server);
                } catch (RuntimeException e) {
                    outcome.add(Thread.currentThread().isInterrupted() ? e : new AssertionError("the flag is lost", e));
                }
            });
            caller.start();
            while (server.requests().isEmpty()) {
                Thread.onSpinWait();
            }
            caller.interrupt();
            caller.join(2_000);
            assertThat(caller.isAlive()).isFalse();
            assertThat(outcome).hasSize(1);
            assertThat(outcome.get(0)).isInstanceOf(CancelledException.class);
        }
    }

    @Test
    void refusals_are_told_apart() {
        check(401, UnauthorizedException.class, "wants credentials");
        check(403, DeniedException.class, "does not allow");
        check(404, NotFoundException.class, "not there");
        check(409, ConflictException.class, "contradicts");
        check(413, InvalidInputException.class, "larger");
        check(415, UnsupportedException.class, "does not carry this out");
        check(400, UnexpectedAnswerException.class, "answered 400");
        check(418, UnexpectedAnswerException.class, "answered 418");
        check(301, UnexpectedAnswerException.class, "answered 301");
        check(299, UnexpectedAnswerException.class, "answered 299");
    }

    private void check(int status, Class<? extends LadingException> type, String said) {
        String body = "{\"errors\":[{\"code\":\"SOME_CODE\",\"message\":\"a\\u001b[31m\\nreason\",\"detail\":{}}]}";
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(status, body));
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.ingest(DESCRIPTOR.mediaType(), out -> true))
                    .isInstanceOf(type)
                    .hasMessageContaining("cannot write new content to " + server.name("a"))
                    .hasMessageContaining("SOME_CODE: a [31m reason")
                    .hasMessageContaining(said);
            assertThat(server.requests()).as("asked once").hasSize(1);
        }
    }

    @Test
    void facts_hold_the_code_of_the_registry() {
        try (ScriptedServer server = ScriptedServer.answering(
                        talk -> talk.reply(403, "{\"errors\":[{\"code\":\"DENIED\"},{\"code\":\"OTHER\"}]}"));
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            DeniedException failure = Clients.failure(
                    DeniedException.class, () -> repository.ingest(DESCRIPTOR.mediaType(), out -> true));
            assertThat(failure.facts().code()).contains("DENIED");
            assertThat(failure.facts().status()).hasValue(403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "{\"errors\":7}", "{\"errors\":[]}", "<html><body>no</body></html>", "plain"})
    void any_error_body_is_survived(String body) {
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(403, body));
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.ingest(DESCRIPTOR.mediaType(), out -> true))
                    .isInstanceOf(DeniedException.class)
                    .hasMessageNotContaining("html");
        }
    }

    @Test
    void an_endless_error_body_is_read_to_its_limit() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    talk.head(403, Long.MAX_VALUE / 16);
                    while (true) {
                        talk.out().write(new byte[8192]);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.ingest(DESCRIPTOR.mediaType(), out -> true))
                    .isInstanceOf(DeniedException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void reading_follows_redirects_to_another_server(int status) {
        try (ScriptedServer storage = ScriptedServer.answering(talk -> talk.reply(200, BLOB));
                ScriptedServer server = ScriptedServer.answering(
                        talk -> talk.reply(status, "", "Location: " + storage.url("/bucket/x?sig=a%2Bb")));
                RegistryClient client = Clients.client(pauses)) {
            assertThat(client.repository(server.name("a")).bytes(DESCRIPTOR)).isEqualTo(BLOB);
            assertThat(storage.requests()).hasSize(1);
            assertThat(storage.requests().get(0).query()).isEqualTo("sig=a%2Bb");
            assertThat(storage.requests().get(0).headers())
                    .containsOnlyKeys("accept-encoding", "connection", "host", "user-agent");
        }
    }

    @Test
    void a_relative_redirect_is_followed_and_a_resumed_read_asks_the_registry_again() {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("GET", "/v2/")) {
                        talk.reply(307, "", "Location: /storage/" + asked.get());
                    } else if (asked.getAndIncrement() == 0) {
                        talk.head(200, BLOB.length);
                        talk.out().write(BLOB, 0, 40);
                        talk.fin();
                    } else {
                        talk.head(206, 60, "Content-Range: bytes 40-99/100");
                        talk.out().write(BLOB, 40, 60);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            assertThat(client.repository(server.name("a")).bytes(DESCRIPTOR)).isEqualTo(BLOB);
            assertThat(server.told())
                    .containsExactly(
                            "GET /v2/a/blobs/" + DESCRIPTOR.digest(),
                            "GET /storage/0",
                            "GET /v2/a/blobs/" + DESCRIPTOR.digest(),
                            "GET /storage/1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/x, loop, 2",
        "/n, 'more than 10 times', 11",
        "http://storage.example/x, 'not this machine', 1",
        "'http://[bad', 'no address', 1",
        "'ftp://127.0.0.1/', 'no address', 1"
    })
    void redirects_that_lead_nowhere_are_refused(String location, String said, int requests) {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(
                        302, "", "Location: " + location + (location.equals("/n") ? asked.getAndIncrement() : "")));
                RegistryClient client = Clients.client(pauses)) {
            assertThatThrownBy(() -> exists(client, server))
                    .isInstanceOf(UnexpectedAnswerException.class)
                    .hasMessageContaining(said);
            assertThat(server.requests()).hasSize(requests);
        }
    }

    @Test
    void a_closed_client_says_so() {
        RegistryClient client = RegistryClient.anonymous();
        Repository repository = client.repository("127.0.0.1:1/a");
        client.close();
        client.close();
        assertThatThrownBy(() -> repository.find("1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void names_are_read_strictly() {
        try (RegistryClient client = RegistryClient.anonymous()) {
            assertThatThrownBy(() -> client.repository("app")).isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> client.repository("127.0.0.1:1/app:1"))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("127.0.0.1:1/app");
            assertThatThrownBy(() -> client.resolve("127.0.0.1:1/app"))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("neither a tag nor a digest");
            assertThat(client.repository("LOCALHOST:1/app").describe()).isEqualTo("localhost:1/app");
        }
    }

    @Test
    void settings_have_their_ranges() {
        RegistrySettings settings = RegistrySettings.defaults();
        assertThatThrownBy(() -> settings.withAttempts(0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> settings.withIngestRuns(0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> settings.withIdleTimeout(Duration.ZERO)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> settings.withLongestWait(Duration.ofMillis(-1)))
                .isInstanceOf(InvalidInputException.class);
        assertThat(settings.withAttempts(2)
                        .withConnectTimeout(Duration.ofSeconds(1))
                        .attempts())
                .isEqualTo(2);
    }
}
