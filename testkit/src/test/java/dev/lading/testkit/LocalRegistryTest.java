package dev.lading.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Manifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.Role;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Speaks raw HTTP to the registry, so that no client's kindness hides a fault. */
@Timeout(30)
class LocalRegistryTest {
    private final LocalRegistry registry = LocalRegistry.create();

    @AfterEach
    void close() {
        registry.close();
    }

    private record Answer(int status, Map<String, String> headers, byte[] body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String text() {
            return new String(body, UTF_8);
        }

        /** Of a Location, what can be asked for on the same connection. */
        String location() {
            return header("location");
        }
    }

    private Answer ask(String method, String path, Map<String, String> headers, byte[] body) throws IOException {
        try (Socket socket = connect()) {
            StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: x\r\n");
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            if (body.length > 0 || method.equals("PUT")) {
                head.append("Content-Length: ").append(body.length).append("\r\n");
            }
            socket.getOutputStream().write((head + "\r\n").getBytes(ISO_8859_1));
            socket.getOutputStream().write(body);
            return answer(socket.getInputStream(), method);
        }
    }

    private Answer ask(String method, String path) throws IOException {
        return ask(method, path, Map.of(), new byte[0]);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), registry.port()));
        return socket;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        return line.toString().strip();
    }

    private static Answer answer(InputStream in, String method) throws IOException {
        String status = line(in);
        assertThat(status).startsWith("HTTP/1.1 ");
        Map<String, String> headers = new HashMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        int length = method.equals("HEAD") ? 0 : Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Answer(Integer.parseInt(status.split(" ", -1)[1]), headers, in.readNBytes(length));
    }

    private static Descriptor blob(byte[] bytes) {
        return Descriptor.of(MediaType.OCI_LAYER, Digest.of(bytes), bytes.length);
    }

    @Test
    void a_seeded_image_is_served_by_tag_and_digest() throws IOException {
        ContentGraph image = TestImages.index(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
        GraphCopy.from(image).to(registry.store("team/app"), "1");
        assertThat(ask("GET", "/v2/").status()).isEqualTo(200);
        Answer byTag = ask("GET", "/v2/team/app/manifests/1");
        assertThat(byTag.status()).isEqualTo(200);
        assertThat(byTag.body()).isEqualTo(image.document().bytes());
        assertThat(byTag.header("content-type")).isEqualTo(MediaType.OCI_INDEX.value());
        assertThat(byTag.header("docker-content-digest"))
                .isEqualTo(image.descriptor().digest().toString());
        Answer head = ask("HEAD", "/v2/team/app/manifests/" + image.descriptor().digest());
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length"))
                .isEqualTo(String.valueOf(image.descriptor().size()));
        assertThat(registry.requests()).hasSize(3).last().satisfies(request -> {
            assertThat(request.method()).isEqualTo("HEAD");
            assertThat(request.status()).isEqualTo(200);
        });
    }

    @Test
    void a_blob_is_uploaded_in_chunks_and_read_by_range() throws IOException {
        byte[] bytes = "0123456789".getBytes(UTF_8);
        Answer begun = ask("POST", "/v2/a/blobs/uploads/");
        assertThat(begun.status()).isEqualTo(202);
        Answer first = ask("PATCH", begun.location(), Map.of("Content-Range", "0-3"), "0123".getBytes(UTF_8));
        assertThat(first.status()).isEqualTo(202);
        assertThat(first.header("range")).isEqualTo("0-3");
        assertThat(ask("PATCH", begun.location(), Map.of("Content-Range", "0-3"), "0123".getBytes(UTF_8))
                        .status())
                .isEqualTo(416);
        assertThat(ask("GET", begun.location()).header("range")).isEqualTo("0-3");
        Answer closed =
                ask("PUT", begun.location() + "&digest=" + Digest.of(bytes), Map.of(), "456789".getBytes(UTF_8));
        assertThat(closed.status()).isEqualTo(201);
        assertThat(registry.openUploads()).isZero();
        String path = "/v2/a/blobs/" + Digest.of(bytes);
        assertThat(ask("GET", path).text()).isEqualTo("0123456789");
        Answer part = ask("GET", path, Map.of("Range", "bytes=4-"), new byte[0]);
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("456789");
        assertThat(part.header("content-range")).isEqualTo("bytes 4-9/10");
        assertThat(ask("GET", path, Map.of("Range", "bytes=2-3"), new byte[0]).text())
                .isEqualTo("23");
        assertThat(ask("GET", path, Map.of("Range", "bytes=10-"), new byte[0]).status())
                .isEqualTo(416);
    }

    @Test
    void a_closing_put_with_a_wrong_digest_stores_nothing() throws IOException {
        byte[] bytes = {1, 2, 3};
        Answer begun = ask("POST", "/v2/a/blobs/uploads/");
        Answer refused = ask("PUT", begun.location() + "&digest=" + Digest.of(new byte[0]), Map.of(), bytes);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("DIGEST_INVALID");
        assertThat(registry.store("a").exists(blob(bytes), Role.BLOB)).isFalse();
        assertThat(ask("DELETE", begun.location()).status()).isEqualTo(204);
        assertThat(ask("GET", begun.location()).status()).isEqualTo(404);
    }

    @Test
    void a_blob_is_uploaded_by_one_request_and_mounted_from_another_repository() throws IOException {
        byte[] bytes = {1, 2, 3};
        Digest digest = Digest.of(bytes);
        assertThat(ask("POST", "/v2/a/blobs/uploads/?digest=" + digest, Map.of(), bytes)
                        .status())
                .isEqualTo(201);
        assertThat(ask("POST", "/v2/b/blobs/uploads/?mount=" + digest + "&from=a")
                        .status())
                .isEqualTo(201);
        assertThat(registry.store("b").exists(blob(bytes), Role.BLOB)).isTrue();
        assertThat(ask("POST", "/v2/b/blobs/uploads/?mount=" + digest + "&from=nobody")
                        .status())
                .isEqualTo(202);
    }

    @Test
    void a_chunked_body_is_read_to_its_last_chunk() throws IOException {
        Answer begun = ask("POST", "/v2/a/blobs/uploads/");
        try (Socket socket = connect()) {
            String request = "PATCH " + begun.location()
                    + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
                    + "GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            assertThat(answer(socket.getInputStream(), "PATCH").header("range")).isEqualTo("0-4");
            assertThat(answer(socket.getInputStream(), "GET").status()).isEqualTo(200);
        }
    }

    @Test
    void a_manifest_that_names_what_is_not_there_is_refused() throws IOException {
        ContentGraph image = TestImages.image(Platform.LINUX_AMD64);
        Answer refused = ask(
                "PUT",
                "/v2/a/manifests/1",
                Map.of("Content-Type", MediaType.OCI_MANIFEST.value()),
                image.document().bytes());
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("MANIFEST_BLOB_UNKNOWN");
        assertThat(registry.store("a").find("1")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\nHost: x\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
                "GET /v2/ HTTP/1.1\nHost: x\n\n",
                "GET /v2/ HTTP/1.1\rHost: x\r\n\r\n",
                "GET  /v2/ HTTP/1.1\r\nHost: x\r\n\r\n",
                "G{T /v2/ HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v2/ SPDY/3\r\nHost: x\r\n\r\n",
                "GET v2/ HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v2/#x HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: x\r\nspace : before\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: x\r\na: b\r\n folded\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: x\r\na: \0\r\n\r\n",
                "PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST /v2/a/blobs/uploads/?digest=sha256:00 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v2/%zz/manifests/1 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v2/%ff/manifests/1 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v2/UPPER/manifests/1 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v2/a/../../manifests/1 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v2/a/manifests/md5:00 HTTP/1.1\r\nHost: x\r\n\r\n",
            })
    void a_request_that_makes_no_sense_is_answered_so(String request) throws IOException {
        assertThat(raw(request).status()).isEqualTo(400);
        assertThat(ask("GET", "/v2/").status()).isEqualTo(200);
    }

    @Test
    void errors_are_json_even_where_no_request_could_be_read() throws IOException {
        Answer refused = raw("nonsense\r\n\r\n");
        assertThat(refused.header("content-type")).isEqualTo("application/json");
        assertThat(refused.text()).startsWith("{\"errors\":[{\"code\":\"UNSUPPORTED\",\"message\":");
        assertThat(refused.header("connection")).isEqualTo("close");
    }

    @Test
    void what_http_lets_a_server_refuse_has_its_own_status() throws IOException {
        assertThat(raw("GET /v2/ HTTP/2.0\r\nHost: x\r\n\r\n").status()).isEqualTo(505);
        assertThat(raw("GET /v2/ HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n")
                        .status())
                .isEqualTo(417);
        assertThat(raw("PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n")
                        .status())
                .isEqualTo(501);
    }

    @Test
    void the_absolute_form_and_an_empty_line_before_are_understood() throws IOException {
        assertThat(raw("\r\nGET http://elsewhere:5000/v2/ HTTP/1.1\r\nHost: x\r\n\r\n")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_connection_ends_where_its_client_wants_and_where_http_1_0_does() throws IOException {
        for (String request :
                List.of("GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET /v2/ HTTP/1.0\r\n\r\n")) {
            try (Socket socket = connect()) {
                socket.getOutputStream().write(request.getBytes(ISO_8859_1));
                assertThat(answer(socket.getInputStream(), "GET").header("connection"))
                        .isEqualTo("close");
                assertThat(hasEnded(socket)).isTrue();
            }
        }
    }

    @Test
    void a_client_that_waits_is_invited_only_if_its_body_is_wanted() throws IOException {
        Answer begun = ask("POST", "/v2/a/blobs/uploads/");
        String expecting = " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
        try (Socket socket = connect()) {
            socket.getOutputStream().write(("PATCH " + begun.location() + expecting).getBytes(ISO_8859_1));
            assertThat(answer(socket.getInputStream(), "PATCH").status()).isEqualTo(100);
            socket.getOutputStream().write("abc".getBytes(ISO_8859_1));
            assertThat(answer(socket.getInputStream(), "PATCH").header("range")).isEqualTo("0-2");
        }
        try (Socket socket = connect()) {
            socket.getOutputStream().write(("PATCH /v2/a/blobs/uploads/none" + expecting).getBytes(ISO_8859_1));
            Answer refused = answer(socket.getInputStream(), "PATCH");
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.header("connection")).isEqualTo("close");
        }
    }

    @Test
    void a_refusal_reaches_a_client_that_goes_on_sending() throws IOException {
        byte[] large = new byte[4 * 1024 * 1024];
        Answer refused = ask("PATCH", "/v2/a/blobs/uploads/none", Map.of(), large);
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.text()).contains("BLOB_UPLOAD_UNKNOWN");
    }

    @Test
    void a_small_body_that_is_refused_does_not_cost_the_connection() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(("PATCH /v2/a/blobs/uploads/none HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                                    + "GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(answer(socket.getInputStream(), "PATCH").status()).isEqualTo(404);
            assertThat(answer(socket.getInputStream(), "GET").status()).isEqualTo(200);
        }
    }

    private Answer raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return answer(socket.getInputStream(), "GET");
        }
    }

    @Test
    void a_head_without_end_is_cut_off() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(("GET /v2/ HTTP/1.1\r\nx: " + "a".repeat(70_000)).getBytes(ISO_8859_1));
            assertThat(answer(socket.getInputStream(), "GET").status()).isEqualTo(431);
        }
    }

    @Test
    void an_upload_that_broke_off_goes_on_where_it_stopped() throws IOException {
        Answer begun = ask("POST", "/v2/a/blobs/uploads/");
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(("PATCH " + begun.location() + " HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
                            .getBytes(ISO_8859_1));
        }
        while (registry.requests().size() < 2) {
            // The broken request is recorded once its end was seen; the time limit of the class ends this.
            Thread.onSpinWait();
        }
        assertThat(ask("GET", begun.location()).header("range")).isEqualTo("0-2");
        assertThat(registry.requests().get(1).status()).isZero();
        assertThat(registry.requests().get(1).bytesReceived()).isEqualTo(3);
        assertThat(ask("PATCH", begun.location(), Map.of("Content-Range", "3-5"), "def".getBytes(UTF_8))
                        .status())
                .isEqualTo(202);
        byte[] whole = "abcdef".getBytes(UTF_8);
        assertThat(ask("PUT", begun.location() + "&digest=" + Digest.of(whole), Map.of(), new byte[0])
                        .status())
                .isEqualTo(201);
        assertThat(registry.store("a").bytes(blob(whole))).isEqualTo(whole);
    }

    @Test
    void a_broken_chunk_is_refused_and_the_session_stays() throws IOException {
        Answer begun = ask("POST", "/v2/a/blobs/uploads/");
        for (String chunks : List.of("xyz\r\n", "3\r\nabcd\r\n0\r\n\r\n", "-1\r\n", "fffffffffffffffff\r\n")) {
            Answer refused = raw("PATCH " + begun.location()
                    + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
            assertThat(refused.status()).as(chunks).isEqualTo(400);
        }
        assertThat(ask("GET", begun.location()).status()).isEqualTo(204);
    }

    @Test
    void a_content_range_that_is_not_true_is_refused_with_the_place_to_go_on() throws IOException {
        Answer begun = ask("POST", "/v2/a/blobs/uploads/");
        byte[] three = "abc".getBytes(UTF_8);
        for (String range : List.of("1-3", "0-1", "0-3", "bytes 0-2", "2-0", "x", "0-99999999999999999999")) {
            Answer refused = ask("PATCH", begun.location(), Map.of("Content-Range", range), three);
            assertThat(refused.status()).as(range).isEqualTo(416);
            assertThat(refused.location()).isEqualTo(begun.location());
        }
        assertThat(raw("PATCH " + begun.location() + " HTTP/1.1\r\nHost: x\r\nContent-Range: 0-3\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
                        .status())
                .isEqualTo(416);
        assertThat(ask("PATCH", begun.location(), Map.of("Content-Range", "0-2"), three)
                        .header("range"))
                .isEqualTo("0-2");
    }

    @Test
    void a_session_is_closed_by_the_right_digest_after_a_wrong_one() throws IOException {
        byte[] bytes = "abc".getBytes(UTF_8);
        Answer begun = ask("POST", "/v2/a/blobs/uploads/");
        String close = begun.location() + "&digest=";
        assertThat(ask("PUT", close + Digest.of(new byte[0]), Map.of(), bytes).status())
                .isEqualTo(400);
        assertThat(ask("PUT", close + "sha256:00", Map.of(), bytes).status()).isEqualTo(400);
        assertThat(ask("PUT", begun.location(), Map.of(), bytes).status()).isEqualTo(400);
        assertThat(ask("PUT", close + Digest.of(bytes), Map.of(), bytes).status())
                .isEqualTo(201);
        assertThat(registry.store("a").bytes(blob(bytes))).isEqualTo(bytes);
        assertThat(ask("PUT", close + Digest.of(bytes), Map.of(), bytes).status())
                .isEqualTo(404);
    }

    @Test
    void the_query_of_a_location_has_to_be_kept_and_the_repository_too() throws IOException {
        String location = ask("POST", "/v2/a/blobs/uploads/").location();
        String bare = location.substring(0, location.indexOf('?'));
        assertThat(ask("GET", bare).text()).contains("BLOB_UPLOAD_INVALID");
        assertThat(ask("GET", location.replace("/v2/a/", "/v2/b/")).status()).isEqualTo(404);
    }

    @Test
    void one_request_with_a_wrong_digest_leaves_no_session() throws IOException {
        assertThat(ask("POST", "/v2/a/blobs/uploads/?digest=" + Digest.of(new byte[0]), Map.of(), new byte[] {1})
                        .status())
                .isEqualTo(400);
        assertThat(registry.openUploads()).isZero();
    }

    @Test
    void sha512_names_blobs_and_manifests() throws IOException {
        byte[] bytes = "abc".getBytes(UTF_8);
        Digest digest = Digest.of(Digest.Algorithm.SHA512, bytes);
        assertThat(ask("POST", "/v2/a/blobs/uploads/?digest=" + digest, Map.of(), bytes)
                        .status())
                .isEqualTo(201);
        assertThat(ask("GET", "/v2/a/blobs/" + digest).text()).isEqualTo("abc");
        byte[] index = ImageIndex.of(List.of()).bytes();
        Digest named = Digest.of(Digest.Algorithm.SHA512, index);
        Map<String, String> type = Map.of("Content-Type", MediaType.OCI_INDEX.value());
        assertThat(ask("PUT", "/v2/a/manifests/" + named, type, index).header("docker-content-digest"))
                .isEqualTo(named.toString());
        assertThat(ask("GET", "/v2/a/manifests/" + named).body()).isEqualTo(index);
        Answer other = ask("PUT", "/v2/a/manifests/" + digest, type, index);
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.text()).contains("DIGEST_INVALID");
    }

    @Test
    void a_manifest_is_taken_as_its_type_says_or_refused() throws IOException {
        byte[] broken = "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}".getBytes(UTF_8);
        Map<String, String> index = Map.of("Content-Type", MediaType.OCI_INDEX.value() + "; charset=utf-8");
        assertThat(ask("PUT", "/v2/a/manifests/1", index, broken).text()).contains("MANIFEST_INVALID");
        assertThat(ask("PUT", "/v2/a/manifests/1", Map.of(), broken).text()).contains("MANIFEST_INVALID");
        assertThat(ask("PUT", "/v2/a/manifests/1", index, new byte[Manifest.MAX_BYTES + 1])
                        .status())
                .isEqualTo(413);
        Map<String, String> unknown = Map.of("Content-Type", "application/vnd.example.new+json");
        assertThat(ask("PUT", "/v2/a/manifests/1", unknown, broken).status()).isEqualTo(201);
        assertThat(ask("GET", "/v2/a/manifests/1").header("content-type"))
                .isEqualTo("application/vnd.example.new+json");
    }

    @Test
    void ranges_are_single_and_within_the_blob() throws IOException {
        byte[] bytes = "0123456789".getBytes(UTF_8);
        registry.store("a").ingest(MediaType.OCI_LAYER, out -> {
            out.write(bytes);
            return true;
        });
        String path = "/v2/a/blobs/" + Digest.of(bytes);
        Map<String, String> right =
                Map.of("bytes=0-0", "0-0/10", "bytes=9-99", "9-9/10", "bytes=-3", "7-9/10", "bytes=-99", "0-9/10");
        for (Map.Entry<String, String> range : right.entrySet()) {
            Answer part = ask("GET", path, Map.of("Range", range.getKey()), new byte[0]);
            assertThat(part.status()).as(range.getKey()).isEqualTo(206);
            assertThat(part.header("content-range")).isEqualTo("bytes " + range.getValue());
        }
        for (String range : List.of("bytes=10-", "bytes=5-4", "bytes=-0")) {
            Answer none = ask("GET", path, Map.of("Range", range), new byte[0]);
            assertThat(none.status()).as(range).isEqualTo(416);
            assertThat(none.header("content-range")).isEqualTo("bytes */10");
        }
        for (String range : List.of("bytes=0-1,3-4", "bytes=-", "lines=1-2", "bytes=a-b")) {
            assertThat(ask("GET", path, Map.of("Range", range), new byte[0]).text())
                    .as(range)
                    .isEqualTo("0123456789");
        }
        assertThat(ask("HEAD", path, Map.of("Range", "bytes=0-1"), new byte[0]).header("content-length"))
                .isEqualTo("10");
    }

    @Test
    void tags_are_listed_in_pages_that_lead_to_each_other() throws IOException {
        ContentGraph image = TestImages.image(Platform.LINUX_AMD64);
        GraphCopy.from(image).to(registry.store("team/app"), "c", "a");
        Map<String, String> type = Map.of("Content-Type", MediaType.OCI_MANIFEST.value());
        assertThat(ask("PUT", "/v2/team/app/manifests/b", type, image.document().bytes())
                        .status())
                .isEqualTo(201);
        assertThat(ask("GET", "/v2/team/app/tags/list").text())
                .isEqualTo("{\"name\":\"team/app\",\"tags\":[\"a\",\"b\",\"c\"]}");
        Answer first = ask("GET", "/v2/team/app/tags/list?n=2");
        assertThat(first.text()).contains("[\"a\",\"b\"]");
        assertThat(first.header("link")).isEqualTo("</v2/team/app/tags/list?n=2&last=b>; rel=\"next\"");
        Answer second = ask("GET", "/v2/team/app/tags/list?n=2&last=b");
        assertThat(second.text()).contains("[\"c\"]");
        assertThat(second.headers()).doesNotContainKey("link");
        assertThat(ask("GET", "/v2/team/app/tags/list?n=3").headers()).doesNotContainKey("link");
        Answer empty = ask("GET", "/v2/team/app/tags/list?n=0");
        assertThat(empty.text()).contains("[]");
        assertThat(empty.headers()).doesNotContainKey("link");
        assertThat(ask("GET", "/v2/team/app/tags/list?n=x").status()).isEqualTo(400);
        assertThat(ask("GET", "/v2/nobody/tags/list").status()).isEqualTo(404);
    }

    @Test
    void a_place_that_fails_is_an_error_and_one_that_stops_early_a_cut() throws IOException {
        byte[] bytes = {1, 2, 3};
        for (Function<InputStream, InputStream> fault : List.<Function<InputStream, InputStream>>of(
                in -> {
                    throw new IllegalStateException("a bug in a place");
                },
                in -> {
                    throw new UncheckedIOException(new IOException("a broken disk"));
                })) {
            registry.serve("a", new OneBlobPlace(bytes, fault));
            Answer failed = ask("GET", "/v2/a/blobs/" + Digest.of(bytes));
            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.text()).contains("UNKNOWN");
        }
        registry.serve("a", new OneBlobPlace(bytes, in -> new ByteArrayInputStream(bytes, 0, 2)));
        Answer cut = ask("GET", "/v2/a/blobs/" + Digest.of(bytes));
        assertThat(cut.header("content-length")).isEqualTo("3");
        assertThat(cut.body()).hasSizeLessThan(3);
    }

    /** A place with one blob, whose stream is what a test makes of it. */
    private record OneBlobPlace(byte[] bytes, Function<InputStream, InputStream> fault) implements ContentStore {
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
            return new Content() {
                @Override
                public long size() {
                    return bytes.length;
                }

                @Override
                public InputStream open() {
                    return fault.apply(new ByteArrayInputStream(bytes));
                }
            };
        }

        @Override
        public void put(Blob blob) {
            throw new UnsupportedException("this place is full");
        }

        @Override
        public void put(Document document) {
            throw new UnsupportedException("this place is full");
        }

        @Override
        public <R> Ingested<R> ingest(MediaType mediaType, Producer<R> producer) {
            throw new UnsupportedException("this place is full");
        }

        @Override
        public void tag(Document document, String name) {
            throw new UnsupportedException("this place is full");
        }

        @Override
        public String describe() {
            return "a test's place";
        }
    }

    @Test
    void a_recorded_request_does_not_print_secrets() throws IOException {
        ask("GET", "/v2/?token=canary1", Map.of("Authorization", "Bearer canary2"), new byte[0]);
        RecordedRequest recorded = registry.requests().get(0);
        assertThat(recorded.header("authorization")).contains("Bearer canary2");
        assertThat(recorded.query()).isEqualTo("token=canary1");
        assertThat(recorded.toString()).startsWith("GET /v2/").doesNotContain("canary");
    }

    @Test
    void what_is_not_there_is_answered_in_the_specifications_words() throws IOException {
        assertThat(ask("GET", "/v2/nobody/manifests/1").text()).contains("NAME_UNKNOWN");
        assertThat(registry.store("a").describe()).isNotEmpty();
        assertThat(ask("GET", "/v2/a/manifests/1").text()).contains("MANIFEST_UNKNOWN");
        assertThat(ask("GET", "/v2/a/blobs/" + Digest.of(new byte[0])).text()).contains("BLOB_UNKNOWN");
        assertThat(ask("GET", "/v2/a/blobs/sha256:00").text()).contains("DIGEST_INVALID");
        assertThat(ask("GET", "/elsewhere").status()).isEqualTo(404);
        assertThat(ask("DELETE", "/v2/a/manifests/1").status()).isEqualTo(405);
    }

    @Test
    void closing_ends_connections_that_hang_and_gives_the_port_back() throws IOException {
        try (Socket hanging = connect()) {
            hanging.getOutputStream().write("GET /v2/ HT".getBytes(ISO_8859_1));
            registry.close();
            assertThat(hasEnded(hanging)).isTrue();
        }
        try (LocalRegistry next = LocalRegistry.create(registry.port())) {
            assertThat(next.address()).isEqualTo(registry.address());
        }
    }

    @Test
    void closing_ends_an_upload_that_hangs_and_a_download_that_nobody_reads_within_two_seconds() throws IOException {
        byte[] bytes = new byte[16 * 1024 * 1024];
        registry.store("a").ingest(MediaType.OCI_LAYER, out -> {
            out.write(bytes);
            return true;
        });
        Answer begun = ask("POST", "/v2/a/blobs/uploads/");
        try (Socket upload = connect();
                Socket download = connect()) {
            upload.getOutputStream()
                    .write(("PATCH " + begun.location() + " HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
                            .getBytes(ISO_8859_1));
            download.getOutputStream()
                    .write(("GET /v2/a/blobs/" + Digest.of(bytes) + " HTTP/1.1\r\nHost: x\r\n\r\n")
                            .getBytes(ISO_8859_1));
            // The first byte of the answer: the server is at it, and will soon find nobody who reads on.
            assertThat(download.getInputStream().read()).isEqualTo('H');
            assertTimeout(Duration.ofSeconds(2), registry::close);
            assertThat(hasEnded(upload)).isTrue();
        }
    }

    @Test
    void an_interrupted_caller_closes_all_the_same_and_keeps_the_flag() throws IOException {
        try (Socket hanging = connect()) {
            Thread.currentThread().interrupt();
            registry.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(hasEnded(hanging)).isTrue();
        }
    }

    /** Ended in order, or reset because it was closed with bytes unread. */
    private static boolean hasEnded(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void a_port_that_is_taken_or_none_is_refused() {
        assertThatThrownBy(() -> LocalRegistry.create(registry.port()))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(registry.address());
        for (int port : List.of(-1, 65_536)) {
            assertThatThrownBy(() -> LocalRegistry.create(port)).isInstanceOf(InvalidInputException.class);
        }
    }
}
