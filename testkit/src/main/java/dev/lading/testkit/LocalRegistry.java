package dev.lading.testkit;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Reference;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.MemoryStore;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A registry in this process: HTTP on a port of loopback over any {@link ContentStore}, one a repository (distribution-spec
 * 1.1, without deletion and lists).
 *
 * <p>Repositories come into being when they are first written to, in memory unless {@link #serve} gave them another place.
 * Safe for use by many threads. Closing ends every connection and joins every thread.
 */
public final class LocalRegistry implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    private final ServerSocketChannel server;
    private final int port;
    private final Map<String, ContentStore> stores = new ConcurrentHashMap<>();
    private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
    private final Uploads uploads = new Uploads();
    private final Routes routes = new Routes(this, uploads);
    private final Thread acceptor;
    private volatile boolean closed;

    private LocalRegistry(ServerSocketChannel server, int port) {
        this.server = server;
        this.port = port;
        this.acceptor = new Thread(this::accept, "lading registry");
        acceptor.setDaemon(true);
    }

    /**
     * Starts a registry on a free port.
     *
     * @return the registry, answering
     * @throws UnavailableException if no port can be had
     */
    public static LocalRegistry create() {
        return create(0);
    }

    /**
     * Starts a registry on a port.
     *
     * @param port the port on loopback; 0 for a free one
     * @return the registry, answering
     * @throws InvalidInputException if the port is not from 0 to 65535
     * @throws UnavailableException if the port cannot be had
     */
    public static LocalRegistry create(int port) {
        if (port < 0 || port > 65_535) {
            throw new InvalidInputException("a port is from 0 to 65535, not " + port);
        }
        try {
            ServerSocketChannel server = ServerSocketChannel.open();
            try {
                server.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
                InetSocketAddress bound = (InetSocketAddress) server.getLocalAddress();
                LocalRegistry registry = new LocalRegistry(server, bound.getPort());
                registry.acceptor.start();
                return registry;
            } catch (IOException e) {
                server.close();
                throw e;
            }
        } catch (IOException e) {
            throw LadingException.from("cannot listen on 127.0.0.1:" + port, e);
        }
    }

    /**
     * Returns where the registry is.
     *
     * @return host:port
     */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /**
     * Returns the port.
     *
     * @return the port on loopback
     */
    public int port() {
        return port;
    }

    /**
     * Returns the full name of a repository.
     *
     * @param repository its path, such as {@code team/app}
     * @return host:port/path
     * @throws InvalidInputException if the path breaks its grammar
     */
    public String name(String repository) {
        return Reference.of(address(), repository).toString();
    }

    /**
     * Returns the place behind a repository, to be seeded and inspected; it is made if it is not there.
     *
     * @param repository its path
     * @return the place
     * @throws InvalidInputException if the path breaks its grammar
     */
    public ContentStore store(String repository) {
        String checked = Reference.of(address(), repository).repository();
        return stores.computeIfAbsent(checked, name -> MemoryStore.create());
    }

    Optional<ContentStore> knownStore(String repository) {
        return Optional.ofNullable(stores.get(repository));
    }

    /**
     * Serves a place of the caller's as a repository.
     *
     * @param repository its path
     * @param store the place; it is not closed with the registry
     * @throws InvalidInputException if the path breaks its grammar
     */
    public void serve(String repository, ContentStore store) {
        stores.put(Reference.of(address(), repository).repository(), Objects.requireNonNull(store));
    }

    /**
     * Returns the requests answered so far.
     *
     * @return the requests in the order of their answers; one is here before its client has the answer
     */
    public List<RecordedRequest> requests() {
        return List.copyOf(requests);
    }

    /**
     * Returns how many upload sessions are open.
     *
     * @return sessions begun and neither closed nor cancelled
     */
    public int openUploads() {
        return uploads.count();
    }

    private void accept() {
        while (!closed) {
            try {
                SocketChannel connection = server.accept();
                connections.add(connection);
                Thread worker = new Thread(() -> serve(connection), "lading registry connection");
                worker.setDaemon(true);
                workers.add(worker);
                worker.start();
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // One connection that fails to come about is the client's loss; the next may do.
                if (!server.isOpen()) {
                    return;
                }
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            if (closed) {
                return;
            }
            InputStream in = new BufferedInputStream(Channels.newInputStream(connection), BUFFER);
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(connection), BUFFER);
            boolean goesOn = true;
            while (goesOn && !closed) {
                goesOn = serveOne(in, out);
            }
        } catch (IOException e) {
            // The client went away, or the registry is closing: there is nobody left to be told.
            return;
        } finally {
            connections.remove(connection);
            workers.remove(Thread.currentThread());
        }
    }

    private boolean serveOne(InputStream in, OutputStream out) throws IOException {
        Optional<HttpExchange> next;
        try {
            next = HttpExchange.read(in, out, requests::add);
        } catch (HttpFault e) {
            refuse(out, e);
            return false;
        }
        if (next.isEmpty()) {
            return false;
        }
        HttpExchange exchange = next.get();
        try {
            routes.handle(exchange);
            return exchange.endsWell();
        } catch (HttpFault e) {
            if (!exchange.isAnswered()) {
                refuse(out, e);
            }
            return false;
        } finally {
            exchange.recordIfUnanswered();
        }
    }

    private static void refuse(OutputStream out, HttpFault fault) throws IOException {
        byte[] text = (fault.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + fault.status() + " " + fault.status()
                + "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " + text.length + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
        out.write(text);
        out.flush();
    }

    /** Ends every connection and joins every thread; the stores stay as they are. */
    @Override
    public void close() {
        closed = true;
        quietlyClose(server);
        boolean interrupted = join(acceptor);
        connections.forEach(LocalRegistry::quietlyClose);
        for (Thread worker : new ArrayList<>(workers)) {
            interrupted |= join(worker);
        }
        uploads.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void quietlyClose(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // A channel that fails to close is closed all the same.
            return;
        }
    }

    private static boolean join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }
}
