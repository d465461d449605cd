package dev.lading.testsupport;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The threads and sockets of one server, ended together. */
final class Crew implements AutoCloseable {
    /** Work that ends by an {@link IOException} when its socket is closed. */
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static final long JOIN_SECONDS = 10;

    private final String name;
    private final List<Closeable> sockets = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private boolean closed;

    Crew(String name) {
        this.name = name;
    }

    /** Closes the socket with the crew; at once when the crew is closed already. */
    synchronized <T extends Closeable> T owns(T socket) throws IOException {
        if (closed) {
            socket.close();
            throw new IOException(name + " is closed");
        }
        sockets.add(socket);
        return socket;
    }

    synchronized void start(String job, Work work) throws IOException {
        if (closed) {
            throw new IOException(name + " is closed");
        }
        Thread thread = new Thread(() -> run(work), name + "-" + job);
        threads.removeIf(other -> !other.isAlive());
        threads.add(thread);
        thread.start();
    }

    private static void run(Work work) {
        try {
            work.run();
        } catch (IOException | InterruptedException expected) {
            // How such work ends: its socket was closed under it, or the crew was.
        }
    }

    /** Closes one socket of the crew before the others. */
    void closeNow(Closeable socket) {
        synchronized (this) {
            sockets.remove(socket);
        }
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError("cannot close a socket of " + name, e);
        }
    }

    @Override
    public void close() {
        List<Closeable> toClose;
        List<Thread> toJoin;
        synchronized (this) {
            closed = true;
            toClose = List.copyOf(sockets);
            toJoin = List.copyOf(threads);
        }
        toClose.forEach(this::closeNow);
        toJoin.forEach(Thread::interrupt);
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(JOIN_SECONDS);
        for (Thread thread : toJoin) {
            while (thread.isAlive()) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (millis <= 0) {
                    throw new AssertionError("thread " + thread.getName() + " does not end");
                }
                try {
                    thread.join(millis);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
