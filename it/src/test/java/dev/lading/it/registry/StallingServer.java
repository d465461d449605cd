package dev.lading.it.registry;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * A registry that begins well and then says nothing more: uploads may begin, their bodies are read for a while; downloads
 * come for a while; an end of a session is never answered. Every stall is told.
 */
final class StallingServer implements AutoCloseable {
    private final ServerSocket server;
    private final long size;
    private final int moved;
    private final Semaphore stalls = new Semaphore(0);
    private final CountDownLatch end = new CountDownLatch(1);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    /**
     * @param size how long every blob is said to be
     * @param moved after how many bytes a body stalls, in either direction
     */
    StallingServer(long size, int moved) {
        this.size = size;
        this.moved = moved;
        try {
            server = new ServerSocket();
            server.setReceiveBufferSize(8 * 1024);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    private void start(Runnable work) {
        Thread thread = new Thread(work, "stalling server");
        threads.add(thread);
        thread.start();
    }

    String name(String repository) {
        return "127.0.0.1:" + server.getLocalPort() + "/" + repository;
    }

    /** Waits until a request has come to a standstill. */
    void awaitStall() throws InterruptedException {
        stalls.acquire();
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
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1024);
            while (true) {
                String method = head(in);
                switch (method) {
                    case "HEAD" -> answer(socket, "404 Not Found\r\nContent-Length: 0");
                    case "POST" ->
                        answer(socket, "202 Accepted\r\nLocation: /v2/a/blobs/uploads/x\r\nContent-Length: 0");
                    case "GET" -> {
                        answer(socket, "200 OK\r\nContent-Length: " + size);
                        socket.getOutputStream().write(new byte[moved]);
                        stall();
                        return;
                    }
                    case "PUT", "PATCH" -> {
                        in.readNBytes(moved);
                        stall();
                        return;
                    }
                    default -> {
                        end.await();
                        return;
                    }
                }
            }
        } catch (IOException | InterruptedException e) {
            // The client went away.
            return;
        } finally {
            sockets.remove(socket);
        }
    }

    private void stall() throws InterruptedException {
        stalls.release();
        end.await();
    }

    private static void answer(Socket socket, String head) throws IOException {
        socket.getOutputStream().write(("HTTP/1.1 " + head + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Reads a head and returns its method. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the client is gone");
            }
            head.append((char) b);
        }
        return head.substring(0, head.indexOf(" "));
    }

    @Override
    public void close() {
        end.countDown();
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
            for (Thread thread : threads) {
                thread.join(5_000);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
