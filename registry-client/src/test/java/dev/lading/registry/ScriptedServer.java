package dev.lading.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A server on loopback that answers each request as a test's script says, byte by byte if it must be. */
final class ScriptedServer implements AutoCloseable {
    /** Answers one request. */
    @FunctionalInterface
    interface Script {
        void answer(Talk talk) throws IOException;
    }

    /** A request as it was sent; the body is read only when the script asks for it. */
    record Request(String method, String path, String query, Map<String, String> headers) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        @Override
        public String toString() {
            return method + " " + path + (query.isEmpty() ? "" : "?" + query);
        }
    }

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ServerSocket server;
    private final Script script;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    private ScriptedServer(ServerSocket server, Script script) {
        this.server = server;
        this.script = script;
    }

    static ScriptedServer answering(Script script) {
        try {
            ScriptedServer scripted =
                    new ScriptedServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
            scripted.start(scripted::accept);
            return scripted;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start(Runnable work) {
        Thread thread = new Thread(work, "scripted server");
        threads.add(thread);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    /** Returns the name of a repository here. */
    String name(String path) {
        return "127.0.0.1:" + port() + "/" + path;
    }

    String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Returns the requests in short: method and path. */
    List<String> told() {
        return requests.stream().map(r -> r.method() + " " + r.path()).toList();
    }

    /** Waits until some requests of a method are here: a client does not wait for the answer to its farewell. */
    void awaitTold(String method, int count) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        synchronized (requests) {
            while (requests.stream().filter(r -> r.method().equals(method)).count() < count) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return; // what is missing is the assertion's to tell
                }
                try {
                    requests.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                Optional<Request> request = read(in);
                if (request.isEmpty()) {
                    return;
                }
                synchronized (requests) {
                    requests.add(request.get());
                    requests.notifyAll();
                }
                Talk talk = new Talk(socket, in, request.get());
                script.answer(talk);
                if (socket.isClosed() || socket.isOutputShutdown() || !talk.bodyRead()) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client went away.
        } catch (RuntimeException | Error e) {
            faults.add(e);
        } finally {
            sockets.remove(socket);
        }
    }

    private static Optional<Request> read(InputStream in) throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        String[] parts = first.split(" ", -1);
        int query = parts[1].indexOf('?');
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return Optional.of(new Request(
                parts[0],
                query < 0 ? parts[1] : parts[1].substring(0, query),
                query < 0 ? "" : parts[1].substring(query + 1),
                headers));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(ISO_8859_1);
    }

    /** One request and the way to answer it. */
    static final class Talk {
        private final Socket socket;
        private final InputStream in;
        private final Request request;
        private boolean bodyRead;

        Talk(Socket socket, InputStream in, Request request) {
            this.socket = socket;
            this.in = in;
            this.request = request;
            this.bodyRead = request.header("Content-Length").matches("0?")
                    && request.header("Transfer-Encoding").isEmpty();
        }

        Request request() {
            return request;
        }

        boolean is(String method, String pathPart) {
            return request.method().equals(method) && request.path().contains(pathPart);
        }

        boolean bodyRead() {
            return bodyRead;
        }

        byte[] body() throws IOException {
            bodyRead = true;
            String length = request.header("Content-Length");
            if (!length.isEmpty()) {
                return in.readNBytes(Integer.parseInt(length));
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            if (request.header("Transfer-Encoding").equals("chunked")) {
                for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
                    body.write(in.readNBytes(size));
                    line(in);
                }
                line(in);
            }
            return body.toByteArray();
        }

        /** Reads so many bytes of the body as they are on the wire. */
        void readSome(int bytes) throws IOException {
            in.readNBytes(bytes);
        }

        OutputStream out() throws IOException {
            return socket.getOutputStream();
        }

        void raw(String text) throws IOException {
            out().write(text.getBytes(ISO_8859_1));
            out().flush();
        }

        /** Sends status line, headers and the length, but no body. */
        void head(int status, long length, String... headers) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " x\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            if (length >= 0) {
                head.append("Content-Length: ").append(length).append("\r\n");
            }
            raw(head + "\r\n");
        }

        void reply(int status, String body, String... headers) throws IOException {
            reply(status, body.getBytes(UTF_8), headers);
        }

        void reply(int status, byte[] body, String... headers) throws IOException {
            if (!bodyRead) {
                body();
            }
            head(status, body.length, headers);
            if (!request.method().equals("HEAD")) {
                out().write(body);
                out().flush();
            }
        }

        int clientPort() {
            return socket.getPort();
        }

        /** Ends the connection in order. */
        void fin() throws IOException {
            socket.close();
        }

        /** Ends the connection by a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    /** Ends everything; a script that failed by itself fails the test here. */
    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean interrupted = Thread.interrupted();
        for (Thread thread : new ArrayList<>(threads)) {
            try {
                thread.join(5_000);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!faults.isEmpty()) {
            throw new AssertionError("the script failed", faults.get(0));
        }
    }
}
