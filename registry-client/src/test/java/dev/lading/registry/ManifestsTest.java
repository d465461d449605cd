package dev.lading.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.ConflictException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Manifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Role;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {
    private static final Document INDEX = Document.of(ImageIndex.of(List.of()));
    private static final Digest DIGEST = INDEX.descriptor().digest();
    private static final String TYPE = "Content-Type: " + MediaType.OCI_INDEX;
    private static final String DIGEST_HEADER = "Docker-Content-Digest: " + DIGEST;

    private final List<Duration> pauses = Clients.pauses();

    @Test
    void a_head_that_says_all_is_enough() {
        try (ScriptedServer server =
                        ScriptedServer.answering(talk -> talk.reply(200, INDEX.bytes(), TYPE, DIGEST_HEADER));
                RegistryClient client = Clients.client(pauses)) {
            assertThat(client.repository(server.name("a/b")).find("1")).contains(INDEX.descriptor());
            assertThat(client.repository(server.name("a/b")).find(DIGEST.toString()))
                    .contains(INDEX.descriptor());
            assertThat(server.told()).containsExactly("HEAD /v2/a/b/manifests/1", "HEAD /v2/a/b/manifests/" + DIGEST);
            assertThat(server.requests().get(0).header("accept"))
                    .contains(
                            MediaType.OCI_INDEX.value(),
                            MediaType.OCI_MANIFEST.value(),
                            MediaType.DOCKER_MANIFEST.value(),
                            MediaType.DOCKER_MANIFEST_LIST.value());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"405", "501", "no digest", "no length", "odd digest", "two digests"})
    void a_head_that_does_not_say_all_is_followed_by_reading(String kind) {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (!talk.is("HEAD", "/")) {
                        talk.reply(200, INDEX.bytes(), TYPE + "; charset=utf-8");
                        return;
                    }
                    switch (kind) {
                        case "405", "501" -> talk.reply(Integer.parseInt(kind), "");
                        case "no digest" -> talk.reply(200, INDEX.bytes(), TYPE);
                        case "no length" -> talk.head(200, -1, TYPE, DIGEST_HEADER, "Connection: close");
                        case "odd digest" -> talk.reply(200, INDEX.bytes(), TYPE, "Docker-Content-Digest: md5:00");
                        default ->
                            talk.reply(
                                    200,
                                    INDEX.bytes(),
                                    TYPE,
                                    DIGEST_HEADER,
                                    "Docker-Content-Digest: " + Digest.of(new byte[1]));
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            assertThat(client.repository(server.name("a")).find("1")).contains(INDEX.descriptor());
            assertThat(server.told()).containsExactly("HEAD /v2/a/manifests/1", "GET /v2/a/manifests/1");
        }
    }

    @Test
    void a_sha512_name_is_computed_where_the_registry_only_says_sha256() {
        Digest sha512 = Digest.of(Digest.Algorithm.SHA512, INDEX.bytes());
        try (ScriptedServer server =
                        ScriptedServer.answering(talk -> talk.reply(200, INDEX.bytes(), TYPE, DIGEST_HEADER));
                RegistryClient client = Clients.client(pauses)) {
            assertThat(client.repository(server.name("a")).find(sha512.toString()))
                    .map(Descriptor::digest)
                    .contains(sha512);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"header", "body"})
    void another_digest_than_asked_for_is_a_mismatch(String where) {
        String wanted = Digest.of("something else".getBytes(UTF_8)).toString();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (where.equals("header")) {
                        talk.reply(200, INDEX.bytes(), TYPE, DIGEST_HEADER);
                    } else {
                        talk.reply(200, INDEX.bytes(), TYPE);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.find(wanted))
                    .isInstanceOf(ContentMismatchException.class)
                    .hasMessageContaining(DIGEST.toString());
        }
    }

    @Test
    void a_tag_whose_document_is_not_what_the_header_says_is_a_mismatch() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("HEAD", "/")) {
                        talk.reply(405, "");
                    } else {
                        talk.reply(200, INDEX.bytes(), TYPE, "Docker-Content-Digest: " + Digest.of(new byte[1]));
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.find("1")).isInstanceOf(ContentMismatchException.class);
        }
    }

    @Test
    void a_name_that_is_not_there_is_empty_to_find_and_not_found_to_resolve() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(404, ""));
                RegistryClient client = Clients.client(pauses)) {
            assertThat(client.repository(server.name("team/app")).find("9.9")).isEmpty();
            assertThatThrownBy(() -> client.resolve(server.name("team/app") + ":9.9"))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessage(
                            "there is no «9.9» in " + server.name("team/app") + ". Check the name, or push it first.");
        }
    }

    @Test
    void what_is_neither_tag_nor_digest_is_refused_without_asking() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(500, ""));
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            for (String name : List.of("", "a b", "-x", "../x", "x\r\ny", "sha256:..", "md5:00")) {
                assertThatThrownBy(() -> repository.find(name))
                        .isInstanceOf(LadingException.class)
                        .isNotInstanceOf(RegistryUnavailableException.class);
            }
            assertThatThrownBy(() -> repository.tag(INDEX, "a:b")).isInstanceOf(InvalidInputException.class);
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void a_login_page_in_the_registrys_place_is_named() {
        try (ScriptedServer server =
                        ScriptedServer.answering(talk -> talk.reply(200, "<html>", "Content-Type: text/html"));
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.find("1"))
                    .isInstanceOf(UnexpectedAnswerException.class)
                    .hasMessageContaining("text/html")
                    .hasMessageContaining("login page");
        }
    }

    @Test
    void a_manifest_of_4_MiB_is_read_and_one_byte_more_is_refused() {
        for (int size : List.of(Manifest.MAX_BYTES, Manifest.MAX_BYTES + 1)) {
            try (ScriptedServer server = ScriptedServer.answering(talk -> {
                        if (talk.is("HEAD", "/")) {
                            talk.reply(405, "");
                        } else {
                            talk.reply(200, new byte[size], TYPE);
                        }
                    });
                    RegistryClient client = Clients.client(pauses)) {
                Repository repository = client.repository(server.name("a"));
                if (size == Manifest.MAX_BYTES) {
                    assertThat(repository.find("1")).map(Descriptor::size).contains((long) size);
                } else {
                    assertThatThrownBy(() -> repository.find("1"))
                            .isInstanceOf(InvalidInputException.class)
                            .hasMessageContaining("larger");
                }
            }
        }
    }

    @Test
    void a_document_whose_answer_was_lost_is_looked_for_before_it_is_sent_again() {
        AtomicInteger puts = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/")) {
                        talk.body();
                        puts.incrementAndGet();
                        talk.fin();
                    } else if (puts.get() == 0) {
                        talk.reply(404, "");
                    } else {
                        talk.reply(200, INDEX.bytes(), TYPE, DIGEST_HEADER);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            client.repository(server.name("a")).tag(INDEX, "1");
            assertThat(server.told()).containsExactly("PUT /v2/a/manifests/1", "HEAD /v2/a/manifests/1");
            assertThat(server.requests().get(0).header("content-type")).isEqualTo(MediaType.OCI_INDEX.value());
        }
    }

    @Test
    void a_document_is_sent_again_while_it_is_not_there() {
        AtomicInteger puts = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (!talk.is("PUT", "/")) {
                        talk.reply(404, "");
                    } else if (puts.incrementAndGet() < 3) {
                        talk.reply(503, "");
                    } else {
                        assertThat(talk.body()).isEqualTo(INDEX.bytes());
                        talk.reply(201, "", DIGEST_HEADER);
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            client.repository(server.name("a")).put(INDEX);
            assertThat(puts).hasValue(3);
            assertThat(pauses).containsExactly(Duration.ofMillis(125), Duration.ofMillis(250));
        }
    }

    @Test
    void a_200_to_a_PUT_is_believed_only_after_a_look() {
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("PUT", "/")) {
                        talk.reply(200, "<html>");
                    } else {
                        talk.reply(404, "");
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.put(INDEX))
                    .isInstanceOf(UnexpectedAnswerException.class)
                    .hasMessageContaining("yet it is not there");
        }
    }

    @Test
    void a_registry_that_stored_something_else_is_found_out() {
        try (ScriptedServer server = ScriptedServer.answering(
                        talk -> talk.reply(201, "", "Docker-Content-Digest: " + Digest.of(new byte[1])));
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.put(INDEX)).isInstanceOf(ContentMismatchException.class);
        }
    }

    @Test
    void an_immutable_tag_is_a_conflict_unless_it_is_there_already() {
        byte[] other =
                Document.of(ImageIndex.of(List.of()).withAnnotation("a", "b")).bytes();
        for (boolean same : List.of(true, false)) {
            byte[] held = same ? INDEX.bytes() : other;
            try (ScriptedServer server = ScriptedServer.answering(talk -> {
                        if (talk.is("PUT", "/")) {
                            talk.reply(409, "{\"errors\":[{\"code\":\"TAG_INVALID\",\"message\":\"immutable\"}]}");
                        } else {
                            talk.reply(200, held, TYPE, "Docker-Content-Digest: " + Digest.of(held));
                        }
                    });
                    RegistryClient client = Clients.client(pauses)) {
                Repository repository = client.repository(server.name("a"));
                if (same) {
                    repository.tag(INDEX, "1");
                } else {
                    assertThatThrownBy(() -> repository.tag(INDEX, "1"))
                            .isInstanceOf(ConflictException.class)
                            .hasMessageContaining("TAG_INVALID: immutable");
                }
            }
        }
    }

    @Test
    void a_manifest_that_names_what_is_not_there_is_not_found() {
        try (ScriptedServer server = ScriptedServer.answering(
                        talk -> talk.reply(400, "{\"errors\":[{\"code\":\"MANIFEST_BLOB_UNKNOWN\"}]}"));
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThatThrownBy(() -> repository.put(INDEX))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("MANIFEST_BLOB_UNKNOWN");
        }
    }

    @Test
    void presence_survives_a_registry_without_HEAD() {
        byte[] blob = Clients.sample(100_000);
        try (ScriptedServer server = ScriptedServer.answering(talk -> {
                    if (talk.is("HEAD", "/")) {
                        talk.reply(405, "");
                    } else if (talk.is("GET", "/blobs/")) {
                        talk.reply(200, blob);
                    } else {
                        talk.reply(404, "");
                    }
                });
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThat(repository.exists(Clients.described(blob), Role.BLOB)).isTrue();
            assertThat(repository.exists(INDEX.descriptor(), Role.MANIFEST)).isFalse();
        }
    }

    @Test
    void a_blob_of_another_length_is_not_there_in_full() {
        byte[] blob = Clients.sample(1_000);
        try (ScriptedServer server = ScriptedServer.answering(talk -> talk.reply(200, new byte[999]));
                RegistryClient client = Clients.client(pauses)) {
            Repository repository = client.repository(server.name("a"));
            assertThat(repository.exists(Clients.described(blob), Role.BLOB)).isFalse();
        }
    }
}
