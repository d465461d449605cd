package dev.lading.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One request and its answer on a connection (RFC 9112, as much of it as registries and their clients use).
 *
 * <p>Heads are bounded, bodies are streams. What of a body the handler left is read up to a bound, so that the connection
 * can serve the next request; past it the connection ends.
 */
final class HttpExchange {
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int MAX_DRAINED_BYTES = 1024 * 1024;
    private static final int MAX_CHUNK_LINE = 1024;
    private static final long CHUNKED = -1;

    private final String method;
    private final String path;
    private final String query;
    private final Map<String, List<String>> headers;
    private final OutputStream out;
    private final Consumer<RecordedRequest> records;
    private final Body body;
    private int status;

    private HttpExchange(
            String method,
            String path,
            String query,
            Map<String, List<String>> headers,
            InputStream in,
            OutputStream out,
            Consumer<RecordedRequest> records)
            throws HttpFault {
        this.method = method;
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.out = out;
        this.records = records;
        this.body = new Body(in, framing(headers));
    }

    /** Reads the head of the next request; empty if the client has ended the connection. */
    static Optional<HttpExchange> read(InputStream in, OutputStream out, Consumer<RecordedRequest> records)
            throws IOException {
        Optional<String> first = line(in, MAX_HEAD_BYTES);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        String[] words = first.get().split(" ", -1);
        if (words.length != 3 || !words[2].startsWith("HTTP/1.") || !words[1].startsWith("/")) {
            throw new HttpFault(400, "this is not a request of HTTP/1.1");
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        int left = MAX_HEAD_BYTES;
        while (true) {
            String text = line(in, left).orElseThrow(() -> new HttpFault(400, "the head ended early"));
            if (text.isEmpty()) {
                break;
            }
            left -= text.length() + 2;
            int colon = text.indexOf(':');
            if (colon < 1 || text.charAt(0) == ' ' || text.charAt(0) == '\t') {
                throw new HttpFault(400, "a header is written name: value");
            }
            headers.computeIfAbsent(text.substring(0, colon).toLowerCase(Locale.ROOT), n -> new ArrayList<>())
                    .add(text.substring(colon + 1).strip());
        }
        int question = words[1].indexOf('?');
        return Optional.of(new HttpExchange(
                words[0],
                question < 0 ? words[1] : words[1].substring(0, question),
                question < 0 ? "" : words[1].substring(question + 1),
                headers,
                in,
                out,
                records));
    }

    private static Optional<String> line(InputStream in, int maxBytes) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                String text = line.toString(ISO_8859_1);
                return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
            }
            line.write(b);
            if (line.size() > maxBytes) {
                throw new HttpFault(431, "the head is too long");
            }
        }
        if (line.size() > 0) {
            throw new HttpFault(400, "the head ended early");
        }
        return Optional.empty();
    }

    private static long framing(Map<String, List<String>> headers) throws HttpFault {
        List<String> codings = headers.getOrDefault("transfer-encoding", List.of());
        List<String> lengths = headers.getOrDefault("content-length", List.of());
        if (!codings.isEmpty()) {
            if (!lengths.isEmpty() || codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
                throw new HttpFault(400, "a body is framed by one Content-Length or by chunks");
            }
            return CHUNKED;
        }
        if (lengths.isEmpty()) {
            return 0;
        }
        if (lengths.size() > 1 || !lengths.get(0).matches("[0-9]{1,18}")) {
            throw new HttpFault(400, "Content-Length is one number");
        }
        return Long.parseLong(lengths.get(0));
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    String query() {
        return query;
    }

    /** The value of a parameter of the query, decoded. */
    Optional<String> parameter(String name) throws HttpFault {
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).equals(name)) {
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
        return bytes.toString(UTF_8);
    }

    Optional<String> header(String name) {
        return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** The body; a client that waits for a word before it sends gets it at the first read. */
    InputStream body() {
        return body;
    }

    boolean isAnswered() {
        return status != 0;
    }

    /** Answers with a body in memory. */
    void answer(int newStatus, Map<String, String> answerHeaders, byte[] bytes) throws IOException {
        head(newStatus, answerHeaders, bytes.length);
        if (!method.equals("HEAD")) {
            out.write(bytes);
        }
        out.flush();
    }

    /** Answers with a stream of known length. */
    void answer(int newStatus, Map<String, String> answerHeaders, InputStream content, long length) throws IOException {
        head(newStatus, answerHeaders, length);
        if (!method.equals("HEAD")) {
            byte[] buffer = new byte[64 * 1024];
            for (long left = length; left > 0; ) {
                int n = content.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (n < 0) {
                    throw new IOException("the content ended " + left + " bytes early");
                }
                out.write(buffer, 0, n);
                left -= n;
            }
        }
        out.flush();
    }

    private void head(int newStatus, Map<String, String> answerHeaders, long length) throws IOException {
        status = newStatus;
        // Before the client can know of the answer, so that who asks after a call finds the call's requests.
        records.accept(recorded());
        StringBuilder head = new StringBuilder("HTTP/1.1 " + newStatus + " " + newStatus + "\r\n");
        answerHeaders.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (newStatus != 204) {
            head.append("Content-Length: ").append(length).append("\r\n");
        }
        head.append("Docker-Distribution-Api-Version: registry/2.0\r\n\r\n");
        out.write(head.toString().getBytes(ISO_8859_1));
    }

    /** Records a request whose connection broke before it was answered. */
    void recordIfUnanswered() {
        if (!isAnswered()) {
            records.accept(recorded());
        }
    }

    /** Says whether the connection can serve another request, having read what was left of the body. */
    boolean endsWell() throws IOException {
        if (header("connection").filter(v -> v.equalsIgnoreCase("close")).isPresent()) {
            return false;
        }
        if (body.waitsForContinue()) {
            // The client has been answered without its body; it may send it or not, so nothing can follow.
            return false;
        }
        byte[] buffer = new byte[8 * 1024];
        int drained = 0;
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            drained += n;
            if (drained > MAX_DRAINED_BYTES) {
                return false;
            }
        }
        return true;
    }

    private RecordedRequest recorded() {
        return new RecordedRequest(method, path, query, headers, body.received.get(), status);
    }

    /** A request's body by its length or its chunks. */
    private final class Body extends InputStream {
        private final InputStream in;
        private final boolean chunked;
        private long left;
        private boolean ended;
        private boolean asked;
        private final AtomicLong received = new AtomicLong();

        Body(InputStream in, long framing) {
            this.in = in;
            this.chunked = framing == CHUNKED;
            this.left = chunked ? 0 : framing;
            this.ended = framing == 0;
        }

        boolean waitsForContinue() {
            return !asked
                    && !ended
                    && header("expect")
                            .filter(v -> v.equalsIgnoreCase("100-continue"))
                            .isPresent();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (waitsForContinue()) {
                out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
                out.flush();
            }
            asked = true;
            if (left == 0 && chunked && !ended) {
                nextChunk();
            }
            if (ended || left == 0) {
                ended = true;
                return -1;
            }
            int n = in.read(buffer, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new IOException("the client ended its body early");
            }
            left -= n;
            received.addAndGet(n);
            if (left == 0 && chunked) {
                if (!chunkLine().isEmpty()) {
                    throw new HttpFault(400, "a chunk is longer than it says");
                }
            }
            return n;
        }

        private void nextChunk() throws IOException {
            String size = chunkLine();
            int semicolon = size.indexOf(';');
            String digits = (semicolon < 0 ? size : size.substring(0, semicolon)).strip();
            if (!digits.matches("[0-9A-Fa-f]{1,15}")) {
                throw new HttpFault(400, "a chunk begins with its size");
            }
            left = Long.parseLong(digits, 16);
            if (left == 0) {
                ended = true;
                String trailer = chunkLine();
                while (!trailer.isEmpty()) {
                    trailer = chunkLine();
                }
            }
        }

        private String chunkLine() throws IOException {
            return line(in, MAX_CHUNK_LINE).orElseThrow(() -> new IOException("the client ended its body early"));
        }
    }
}
