package dev.lading.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP proxy on loopback that forwards to one port and cuts connections when told to.
 *
 * <p>A cut is set by {@link #cut}: the next connection that has carried so many bytes in one direction ends there, by
 * FIN or by RST, on both of its sides. Bytes are counted a connection, so a connection that carries several requests
 * is cut at their sum. Safe to ask from any thread. {@link #close} ends all connections and joins all threads.
 */
public final class CuttingProxy implements AutoCloseable {
    /** Which way the bytes go that a cut counts. */
    public enum Direction {
        /** From the client to the target: a request, an upload. */
        TO_TARGET,
        /** From the target to the client: an answer, a download. */
        TO_CLIENT
    }

    /** How a connection ends. */
    public enum Ending {
        /** Orderly: the peer reads an end of the stream. */
        FIN,
        /** By a reset: the peer's next read or write fails, and what it has not read yet may be lost. */
        RST
    }

    private record Cut(Direction direction, long afterBytes, Ending ending) {}

    /** After a FIN: how long the other side's bytes are read and dropped, so that closing sends no RST of its own. */
    private static final int DRAIN_MILLIS = 100;

    private final int targetPort;
    private final ServerSocket server;
    private final Crew crew = new Crew("cutting-proxy");
    private final Map<Direction, AtomicLong> bytes = new EnumMap<>(Direction.class);
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger cutsDone = new AtomicInteger();
    private final Object cutLock = new Object();
    private Cut cut = new Cut(Direction.TO_TARGET, Long.MAX_VALUE, Ending.FIN);
    private int cutsLeft;

    private CuttingProxy(int targetPort, ServerSocket server) {
        this.targetPort = targetPort;
        this.server = server;
        for (Direction direction : Direction.values()) {
            bytes.put(direction, new AtomicLong());
        }
    }

    /**
     * Starts a proxy on a free port of loopback.
     *
     * @param targetPort the port on loopback to forward to
     * @return the running proxy; close it
     */
    public static CuttingProxy to(int targetPort) {
        try {
            CuttingProxy proxy =
                    new CuttingProxy(targetPort, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            proxy.crew.owns(proxy.server);
            proxy.crew.start("accept", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on loopback", e);
        }
    }

    /**
     * Cuts the next connections that carry so many bytes; replaces what an earlier call has set.
     *
     * @param direction whose bytes count
     * @param afterBytes how many bytes of a connection still pass; the next one does not
     * @param ending how both sides end
     * @param times how many connections are cut in all; those after them pass
     * @return this
     */
    public CuttingProxy cut(Direction direction, long afterBytes, Ending ending, int times) {
        synchronized (cutLock) {
            cut = new Cut(direction, afterBytes, ending);
            cutsLeft = times;
        }
        return this;
    }

    /**
     * Cuts one connection; see {@link #cut(Direction, long, Ending, int)}.
     *
     * @param direction whose bytes count
     * @param afterBytes how many bytes of the connection still pass
     * @param ending how both sides end
     * @return this
     */
    public CuttingProxy cutOnce(Direction direction, long afterBytes, Ending ending) {
        return cut(direction, afterBytes, ending, 1);
    }

    /** {@return the port on loopback to connect to} */
    public int port() {
        return server.getLocalPort();
    }

    /**
     * {@return how many bytes were forwarded, over all connections}
     *
     * @param direction which way
     */
    public long bytes(Direction direction) {
        return counter(direction).get();
    }

    /** {@return how many connections were accepted} */
    public int connections() {
        return connections.get();
    }

    /** {@return how many connections were cut} */
    public int cuts() {
        return cutsDone.get();
    }

    /** Ends every connection and joins every thread of the proxy. */
    @Override
    public void close() {
        crew.close();
    }

    private AtomicLong counter(Direction direction) {
        AtomicLong counter = bytes.get(direction);
        if (counter == null) {
            throw new IllegalArgumentException("no such direction: " + direction);
        }
        return counter;
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = crew.owns(server.accept());
            connections.incrementAndGet();
            Socket target;
            try {
                target = crew.owns(new Socket(InetAddress.getLoopbackAddress(), targetPort));
            } catch (IOException unreachable) {
                client.close();
                continue;
            }
            client.setTcpNoDelay(true);
            target.setTcpNoDelay(true);
            Connection connection = new Connection(client, target);
            crew.start("to-target", () -> connection.pump(client, target, Direction.TO_TARGET));
            crew.start("to-client", () -> connection.pump(target, client, Direction.TO_CLIENT));
        }
    }

    /** How many of the next bytes may pass before a cut, negative when this direction is not to be cut. */
    private long allowance(Direction direction, long forwarded) {
        synchronized (cutLock) {
            return cutsLeft > 0 && cut.direction() == direction ? Math.max(0, cut.afterBytes() - forwarded) : -1;
        }
    }

    /** Takes one of the cuts left, if this one is still due. */
    private boolean takeCut(Direction direction, long forwarded) {
        synchronized (cutLock) {
            if (cutsLeft > 0 && cut.direction() == direction && forwarded >= cut.afterBytes()) {
                cutsLeft--;
                return true;
            }
            return false;
        }
    }

    private Ending ending() {
        synchronized (cutLock) {
            return cut.ending();
        }
    }

    private final class Connection {
        private final Socket client;
        private final Socket target;
        private final AtomicInteger ended = new AtomicInteger();
        private volatile boolean dropping;

        Connection(Socket client, Socket target) {
            this.client = client;
            this.target = target;
        }

        void pump(Socket from, Socket to, Direction direction) throws IOException {
            try {
                InputStream in = from.getInputStream();
                byte[] buffer = new byte[16 * 1024];
                long forwarded = 0;
                for (int read; (read = in.read(buffer)) >= 0; ) {
                    if (dropping) {
                        continue;
                    }
                    long allowed = allowance(direction, forwarded);
                    int passing = allowed < 0 ? read : (int) Math.min(read, allowed);
                    to.getOutputStream().write(buffer, 0, passing);
                    forwarded += passing;
                    counter(direction).addAndGet(passing);
                    if (passing < read && takeCut(direction, forwarded)) {
                        cutsDone.incrementAndGet();
                        end(from, ending());
                        return;
                    }
                    if (passing < read) {
                        // Another connection took the cut in between: this one passes.
                        to.getOutputStream().write(buffer, passing, read - passing);
                        forwarded += read - passing;
                        counter(direction).addAndGet(read - passing);
                    }
                }
                to.shutdownOutput();
            } catch (IOException broken) {
                // A peer that breaks off breaks off on the other side too; a cut is already ending both.
                if (!dropping) {
                    end(from, Ending.RST);
                }
            } finally {
                if (ended.incrementAndGet() == 2) {
                    crew.closeNow(client);
                    crew.closeNow(target);
                }
            }
        }

        private void end(Socket from, Ending ending) throws IOException {
            dropping = true;
            if (ending == Ending.RST) {
                for (Socket socket : new Socket[] {client, target}) {
                    if (!socket.isClosed()) {
                        socket.setSoLinger(true, 0);
                    }
                    crew.closeNow(socket);
                }
                return;
            }
            client.shutdownOutput();
            target.shutdownOutput();
            drain(from);
            crew.closeNow(client);
            crew.closeNow(target);
        }

        private void drain(Socket from) {
            long deadline = System.nanoTime() + DRAIN_MILLIS * 1_000_000L;
            byte[] buffer = new byte[16 * 1024];
            try {
                from.setSoTimeout(DRAIN_MILLIS);
                while (System.nanoTime() < deadline && from.getInputStream().read(buffer) >= 0) {
                    // Dropped.
                }
            } catch (IOException expected) {
                // Silent or gone: nothing more comes, which is what was waited for.
            }
        }
    }
}
