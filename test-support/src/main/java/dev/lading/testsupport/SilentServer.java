package dev.lading.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A server on loopback that accepts, reads, and never answers.
 *
 * <p>Safe to ask from any thread. {@link #close} ends all connections and joins all threads.
 */
public final class SilentServer implements AutoCloseable {
    /** Small, so that a client's writes block soon after the server stops to read. */
    private static final int RECEIVE_BUFFER_BYTES = 8 * 1024;

    private final ServerSocket server;
    private final long readsAtMost;
    private final Crew crew = new Crew("silent-server");
    private final Object counts = new Object();
    private int connections;
    private long bytesRead;

    private SilentServer(ServerSocket server, long readsAtMost) {
        this.server = server;
        this.readsAtMost = readsAtMost;
    }

    /** {@return a running server that reads whatever comes; close it} */
    public static SilentServer reading() {
        return readingAtMost(Long.MAX_VALUE);
    }

    /**
     * Starts a server that stops to read, so that the client's writes block once the buffers of both are full.
     *
     * @param bytes how many bytes of each connection are read
     * @return the running server; close it
     */
    public static SilentServer readingAtMost(long bytes) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SilentServer silent = new SilentServer(socket, bytes);
            silent.crew.owns(socket);
            silent.crew.start("accept", silent::accept);
            return silent;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on loopback", e);
        }
    }

    /** {@return the port on loopback to connect to} */
    public int port() {
        return server.getLocalPort();
    }

    /** {@return how many connections were accepted} */
    public int connections() {
        synchronized (counts) {
            return connections;
        }
    }

    /** {@return how many bytes were read, over all connections} */
    public long bytesRead() {
        synchronized (counts) {
            return bytesRead;
        }
    }

    /**
     * Waits until so many bytes have been read in all.
     *
     * @param bytes how many
     * @param atMost how long to wait
     * @throws AssertionError if they do not come in time
     * @throws InterruptedException if interrupted while waiting
     */
    public void awaitBytes(long bytes, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (counts) {
            while (bytesRead < bytes) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    throw new AssertionError("the silent server has read " + bytesRead + " of " + bytes
                            + " bytes after " + atMost + ", over " + connections + " connections");
                }
                counts.wait(millis);
            }
        }
    }

    /** Ends every connection and joins every thread of the server. */
    @Override
    public void close() {
        crew.close();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = crew.owns(server.accept());
            synchronized (counts) {
                connections++;
                counts.notifyAll();
            }
            crew.start("read", () -> read(client));
        }
    }

    private void read(Socket client) throws IOException, InterruptedException {
        try (client) {
            InputStream in = client.getInputStream();
            byte[] buffer = new byte[8 * 1024];
            long left = readsAtMost;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    crew.closeNow(client);
                    return;
                }
                left -= read;
                synchronized (counts) {
                    bytesRead += read;
                    counts.notifyAll();
                }
            }
            // Keeps the connection, and reads no more, until the crew is interrupted.
            new CountDownLatch(1).await();
        }
    }
}
