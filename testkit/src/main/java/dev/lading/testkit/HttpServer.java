package dev.lading.testkit;

import dev.lading.oci.LadingException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A port of loopback: one thread takes connections, and each connection has its own. */
final class HttpServer {
    /** Above what clients open, below what exhausts a machine; further ones wait. */
    private static final int MAX_CONNECTIONS = 256;

    private static final int BUFFER = 64 * 1024;
    /** Who is silent for so long has gone, and holds a thread. */
    private static final int IDLE_MILLIS = 120_000;
    /** How long and how much a client that was refused may still send, so that it can see the answer. */
    private static final int LINGER_MILLIS = 500;

    private static final long MAX_LINGERED_BYTES = 16 * 1024 * 1024;
    private static final long CLOSE_MILLIS = 2_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Answers requests. */
    interface Service {
        /** Answers one request, whatever is wrong with it; throws only what its connection throws. */
        void handle(HttpExchange exchange) throws IOException;

        /** Answers what was no request. */
        void refuse(OutputStream out, HttpFault fault) throws IOException;
    }

    private final ServerSocketChannel listener;
    private final int port;
    private final Service service;
    private final Consumer<RecordedRequest> records;
    private final Semaphore permits = new Semaphore(MAX_CONNECTIONS);
    private final AtomicInteger count = new AtomicInteger();
    /** The acceptor alone adds; a thread stays here until it has ended, so that closing joins it. */
    private final Map<Thread, SocketChannel> connections = new ConcurrentHashMap<>();

    private final Thread acceptor;
    private volatile boolean closed;

    private HttpServer(ServerSocketChannel listener, int port, Service service, Consumer<RecordedRequest> records) {
        this.listener = listener;
        this.port = port;
        this.service = service;
        this.records = records;
        this.acceptor = new Thread(this::accept, "lading registry " + port);
        acceptor.setDaemon(true);
    }

    static HttpServer start(int port, Service service, Consumer<RecordedRequest> records) {
        try {
            ServerSocketChannel listener = ServerSocketChannel.open();
            try {
                listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
                int bound = ((InetSocketAddress) listener.getLocalAddress()).getPort();
                HttpServer server = new HttpServer(listener, bound, service, records);
                server.acceptor.start();
                return server;
            } catch (IOException e) {
                listener.close();
                throw e;
            }
        } catch (IOException e) {
            throw LadingException.from("cannot listen on 127.0.0.1:" + port, e);
        }
    }

    int port() {
        return port;
    }

    private void accept() {
        while (!closed) {
            try {
                permits.acquire();
                if (closed) {
                    return;
                }
                start(listener.accept());
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                permits.release();
                if (!closed) {
                    // Out of descriptors, most likely: some connection must end before it gets better.
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private void start(SocketChannel connection) {
        connections.keySet().removeIf(thread -> !thread.isAlive());
        Thread thread = new Thread(() -> serve(connection), acceptor.getName() + "-" + count.incrementAndGet());
        thread.setDaemon(true);
        connections.put(thread, connection);
        thread.start();
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            // The adaptor's streams, for they alone know timeouts; closing the channel ends them.
            Socket socket = connection.socket();
            socket.setSoTimeout(IDLE_MILLIS);
            InputStream in = new BufferedInputStream(socket.getInputStream(), BUFFER);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
            while (serveOne(in, out)) {
                // The next one.
            }
            linger(connection);
        } catch (IOException e) {
            // The client went away or is silent, or the registry is closing: there is nobody left to be told.
            return;
        } finally {
            permits.release();
        }
    }

    private boolean serveOne(InputStream in, OutputStream out) throws IOException {
        Optional<HttpExchange> next;
        try {
            next = HttpExchange.read(in, out, records);
        } catch (HttpFault e) {
            service.refuse(out, e);
            return false;
        }
        if (next.isEmpty()) {
            return false;
        }
        HttpExchange exchange = next.get();
        try {
            service.handle(exchange);
            return exchange.endsWell();
        } catch (HttpFault e) {
            if (!exchange.isAnswered()) {
                exchange.record(e.status());
                service.refuse(out, e);
            }
            return false;
        } finally {
            exchange.record(0);
        }
    }

    /** A socket that is closed with bytes unread is reset, and a reset may overtake the answer. */
    private static void linger(SocketChannel connection) throws IOException {
        connection.shutdownOutput();
        connection.socket().setSoTimeout(LINGER_MILLIS);
        InputStream rest = connection.socket().getInputStream();
        byte[] buffer = new byte[8 * 1024];
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS);
        long total = 0;
        for (int n = rest.read(buffer); n >= 0; n = rest.read(buffer)) {
            total += n;
            if (total > MAX_LINGERED_BYTES || System.nanoTime() > until) {
                return;
            }
        }
    }

    /** Ends the port, the connections and the threads; returns whether all threads have ended within 2 s. */
    boolean close() {
        closed = true;
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        closeQuietly(listener);
        // Not by an interrupt: one that meets an accept which has just succeeded loses the connection, open for ever.
        permits.release();
        // First the acceptor: after its end no connection is added.
        interrupted |= join(acceptor, deadline);
        connections.forEach((thread, connection) -> {
            closeQuietly(connection);
            // For one that is not at its socket but in a store.
            thread.interrupt();
        });
        boolean ended = !acceptor.isAlive();
        for (Thread thread : connections.keySet()) {
            interrupted |= join(thread, deadline);
            ended &= !thread.isAlive();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }

    private static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // A channel that fails to close is closed all the same.
            return;
        }
    }

    /** Joins even for a caller who is being cancelled, for that one cleans up; returns whether an interrupt came. */
    private static boolean join(Thread thread, long deadline) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0) {
                return interrupted;
            }
            try {
                thread.join(millis);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }
}
