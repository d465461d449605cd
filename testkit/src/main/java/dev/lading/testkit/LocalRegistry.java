package dev.lading.testkit;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Reference;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.MemoryStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A registry in this process: HTTP on a port of loopback over any {@link ContentStore}, one a repository (distribution-spec
 * 1.1, without deletion and referrers).
 *
 * <p>Repositories come into being when they are first written to, in memory unless {@link #serve} gave them another place.
 * Content is served as its place has it, unverified, so that a place that lies can be tested against; what is uploaded is
 * verified before it is there. Requests are read strictly. Uploads wait in files of the temporary folder, so memory does not
 * grow with them, until their digest is known.
 *
 * <p>Safe for use by many threads. Closing ends every connection and joins every thread.
 */
public final class LocalRegistry implements AutoCloseable {
    /** The newest requests that are kept: more than any test makes, few enough for a server that runs for days. */
    private static final int MAX_REQUESTS = 10_000;

    private final Map<String, HostedStore> stores = new ConcurrentHashMap<>();
    private final Deque<RecordedRequest> requests = new ArrayDeque<>();
    private final Uploads uploads = new Uploads();
    private final HttpServer server;

    private LocalRegistry(int port) {
        this.server = HttpServer.start(port, new Routes(stores, uploads), this::record);
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
        return new LocalRegistry(port);
    }

    /**
     * Returns where the registry is.
     *
     * @return host:port
     */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /**
     * Returns the port.
     *
     * @return the port on loopback
     */
    public int port() {
        return server.port();
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
     * Returns the place behind a repository, to be seeded and inspected; it is made if it is not there. The registry lists
     * the tags that are set through it or by clients.
     *
     * @param repository its path
     * @return the place
     * @throws InvalidInputException if the path breaks its grammar
     */
    public ContentStore store(String repository) {
        return hosted(stores, Reference.of(address(), repository).repository());
    }

    static HostedStore hosted(Map<String, HostedStore> stores, String repository) {
        return stores.computeIfAbsent(repository, name -> new HostedStore(MemoryStore.create()));
    }

    /**
     * Serves a place of the caller's as a repository, instead of what was served under its path before.
     *
     * @param repository its path
     * @param store the place; it is not closed with the registry
     * @throws InvalidInputException if the path breaks its grammar
     */
    public void serve(String repository, ContentStore store) {
        stores.put(Reference.of(address(), repository).repository(), new HostedStore(store));
    }

    /**
     * Returns the requests answered so far, at most the newest {@value #MAX_REQUESTS}.
     *
     * @return the requests in the order of their answers; one is here before its client has the answer
     */
    public List<RecordedRequest> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    private void record(RecordedRequest request) {
        synchronized (requests) {
            if (requests.size() == MAX_REQUESTS) {
                requests.removeFirst();
            }
            requests.addLast(request);
        }
    }

    /**
     * Returns how many upload sessions are open.
     *
     * @return sessions begun and neither closed nor cancelled
     */
    public int openUploads() {
        return uploads.count();
    }

    /**
     * Ends every connection, joins every thread and removes unfinished uploads; the stores stay as they are. An interrupt
     * of the caller's does not keep it from that.
     *
     * @throws UnavailableException if a store keeps a thread for more than 2 s, or the uploads cannot be removed
     */
    @Override
    public void close() {
        boolean ended = server.close();
        uploads.close();
        if (!ended) {
            throw new UnavailableException("the registry on " + address()
                    + " was closed, but a thread of it does not end: it is inside a place that it serves, and that place "
                    + "ignores interrupts");
        }
    }
}
