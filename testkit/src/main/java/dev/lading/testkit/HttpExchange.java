package dev.lading.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One request and its answer on a connection (RFC 9112).
 *
 * <p>Requests are read strictly: what two servers could understand in two ways is refused, so that a client's mistake shows
 * in its tests and not at a stricter registry. Heads are bounded, bodies are streams.
 */
final class HttpExchange {
    /** For the request line and all headers together; real clients stay far below. */
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    /** What is left of a body is read up to this size, so that the connection can serve the next request. */
    private static final int MAX_DRAINED_BYTES = 64 * 1024;

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#]+", Pattern.CASE_INSENSITIVE);

    private final String method;
    private final String path;
    private final String query;
    private final Map<String, List<String>> headers;
    private final boolean persistent;
    private final OutputStream out;
    private final Consumer<RecordedRequest> records;
    private final HttpBody body;
    private boolean recorded;
    private boolean answered;
    private boolean goesOn;

    private HttpExchange(
            String method,
            String target,
            Map<String, List<String>> headers,
            boolean persistent,
            HttpBody body,
            OutputStream out,
            Consumer<RecordedRequest> records) {
        int question = target.indexOf('?');
        this.method = method;
        this.path = question < 0 ? target : target.substring(0, question);
        this.query = question < 0 ? "" : target.substring(question + 1);
        this.headers = headers;
        this.persistent = persistent;
        this.body = body;
        this.out = out;
        this.records = records;
    }

    /** Reads the head of the next request; empty if the client has ended the connection. */
    static Optional<HttpExchange> read(InputStream in, OutputStream out, Consumer<RecordedRequest> records)
            throws IOException {
        HttpLines lines = new HttpLines(in, MAX_HEAD_BYTES);
        Optional<String> first = lines.nextOrEnd();
        // One empty line may be left over from the request before (RFC 9112, 2.2).
        if (first.isPresent() && first.get().isEmpty()) {
            first = lines.nextOrEnd();
        }
        if (first.isEmpty()) {
            return Optional.empty();
        }
        String[] words = first.get().split(" ", -1);
        if (words.length != 3 || !TOKEN.matcher(words[0]).matches()) {
            throw new HttpFault(400, "a request begins with METHOD target HTTP/1.1");
        }
        if (!words[2].equals("HTTP/1.1") && !words[2].equals("HTTP/1.0")) {
            throw new HttpFault(words[2].startsWith("HTTP/") ? 505 : 400, "only HTTP/1.1 and HTTP/1.0 are spoken here");
        }
        boolean modern = words[2].equals("HTTP/1.1");
        Map<String, List<String>> headers = headers(lines);
        int hosts = headers.getOrDefault("host", List.of()).size();
        if (hosts > 1 || modern && hosts == 0) {
            throw new HttpFault(400, "a request has one Host");
        }
        String connection =
                String.join(",", headers.getOrDefault("connection", List.of())).toLowerCase(Locale.ROOT);
        boolean persistent = modern ? !connection.contains("close") : connection.contains("keep-alive");
        HttpBody body = new HttpBody(in, framing(headers), expectsContinue(headers), () -> {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            out.flush();
        });
        return Optional.of(new HttpExchange(words[0], localTarget(words[1]), headers, persistent, body, out, records));
    }

    private static Map<String, List<String>> headers(HttpLines lines) throws IOException {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            int colon = line.indexOf(':');
            // Refuses folded lines and white space before the colon too (RFC 9112, 5.1 and 5.2).
            if (colon < 1 || !TOKEN.matcher(line.substring(0, colon)).matches()) {
                throw new HttpFault(400, "a header is written name: value");
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return headers;
    }

    /** Every server takes the absolute form too (RFC 9112, 3.2.2). */
    private static String localTarget(String target) throws HttpFault {
        Matcher origin = ORIGIN.matcher(target);
        String local = origin.lookingAt() ? target.substring(origin.end()) : target;
        if (!local.startsWith("/") || local.indexOf('#') >= 0) {
            throw new HttpFault(400, "what is asked for is a path that begins with a slash");
        }
        return local;
    }

    private static long framing(Map<String, List<String>> headers) throws HttpFault {
        List<String> codings = headers.getOrDefault("transfer-encoding", List.of());
        List<String> lengths = headers.getOrDefault("content-length", List.of());
        if (!codings.isEmpty()) {
            if (!lengths.isEmpty()) {
                throw new HttpFault(400, "a body is framed by one Content-Length or by chunks, not by both");
            }
            if (codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
                throw new HttpFault(501, "the one transfer coding known here is chunked");
            }
            return HttpBody.CHUNKED;
        }
        if (lengths.isEmpty()) {
            return 0;
        }
        if (lengths.size() > 1 || !LENGTH.matcher(lengths.get(0)).matches()) {
            throw new HttpFault(400, "Content-Length is one number");
        }
        return Long.parseLong(lengths.get(0));
    }

    private static boolean expectsContinue(Map<String, List<String>> headers) throws HttpFault {
        List<String> expected = headers.getOrDefault("expect", List.of());
        if (!expected.stream().allMatch(word -> word.equalsIgnoreCase("100-continue"))) {
            throw new HttpFault(417, "the one expectation known here is 100-continue");
        }
        return !expected.isEmpty();
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    /** The value of a parameter of the query, decoded. */
    Optional<String> parameter(String name) throws HttpFault {
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && decoded(pair.substring(0, equals)).equals(name)) {
                return Optional.of(decoded(pair.substring(equals + 1)));
            }
        }
        return Optional.empty();
    }

    static String decoded(String text) throws HttpFault {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= text.length()
                        || Character.digit(text.charAt(i + 1), 16) < 0
                        || Character.digit(text.charAt(i + 2), 16) < 0) {
                    throw new HttpFault(400, "a percent sign is followed by two hexadecimal digits");
                }
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new HttpFault(400, "a path or a query is UTF-8 when it is decoded");
        }
    }

    Optional<String> header(String name) {
        return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    InputStream body() {
        return body;
    }

    boolean isAnswered() {
        return answered;
    }

    /** Answers with a body in memory. */
    void answer(int status, Map<String, String> answerHeaders, byte[] bytes) throws IOException {
        answer(status, answerHeaders, new ByteArrayInputStream(bytes), bytes.length);
    }

    /** Answers with a stream of known length; one that ends early ends the connection, the client's only sign of it. */
    void answer(int status, Map<String, String> answerHeaders, InputStream content, long length) throws IOException {
        answered = true;
        goesOn = persistent && body.isWorthDraining(MAX_DRAINED_BYTES);
        // Before the client can know of the answer, so that who asks after a call finds the call's requests.
        record(status);
        writeHead(out, status, answerHeaders, length, goesOn);
        try {
            if (!method.equals("HEAD")) {
                copy(content, length);
            }
        } finally {
            // After a failure too: what was read is sent, as by a registry whose disk broke.
            out.flush();
        }
    }

    private void copy(InputStream content, long length) throws IOException {
        byte[] buffer = new byte[(int) Math.max(1, Math.min(64 * 1024, length))];
        for (long left = length; left > 0; ) {
            int n = content.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                throw new IOException("the content ended " + left + " bytes early");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    static void writeHead(OutputStream out, int status, Map<String, String> headers, long length, boolean goesOn)
            throws IOException {
        // The words behind the number are read by nobody (RFC 9112, 4).
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " " + status + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (status != 204) {
            head.append("Content-Length: ").append(length).append("\r\n");
        }
        if (!goesOn) {
            head.append("Connection: close\r\n");
        }
        head.append("Docker-Distribution-Api-Version: registry/2.0\r\n\r\n");
        out.write(head.toString().getBytes(ISO_8859_1));
    }

    /** Records what this request came to, once; 0 says that its connection broke before it was answered. */
    void record(int status) {
        if (!recorded) {
            recorded = true;
            records.accept(new RecordedRequest(method, path, query, headers, body.received(), status));
        }
    }

    /** Says whether the connection can serve another request, having read what was left of the body. */
    boolean endsWell() throws IOException {
        if (goesOn) {
            body.drain();
        }
        return goesOn;
    }
}
