package dev.lading.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.Role;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
                "nonsense\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nno colon\r\n\r\n",
                "GET http://x/v2/ HTTP/1.1\r\n\r\n",
                "PUT /v2/a/manifests/1 HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "PUT /v2/a/manifests/1 HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "PUT /v2/a/manifests/1 HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "PUT /v2/a/manifests/1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "GET /v2/%zz/manifests/1 HTTP/1.1\r\n\r\n",
                "GET /v2/UPPER/manifests/1 HTTP/1.1\r\n\r\n",
            })
    void a_request_that_makes_no_sense_is_answered_so(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            assertThat(answer(socket.getInputStream(), "GET").status()).isEqualTo(400);
        }
        assertThat(ask("GET", "/v2/").status()).isEqualTo(200);
    }

    @Test
    void a_head_without_end_is_cut_off() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(("GET /v2/ HTTP/1.1\r\nx: " + "a".repeat(70_000)).getBytes(ISO_8859_1));
            assertThat(answer(socket.getInputStream(), "GET").status()).isEqualTo(431);
        }
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
