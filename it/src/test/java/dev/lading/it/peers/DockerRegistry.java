package dev.lading.it.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Debian's docker-registry on a free port of loopback. */
public final class DockerRegistry implements AutoCloseable {
    private final PeerProcess process;
    private final int port;

    private DockerRegistry(PeerProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts the registry; the test is skipped, or fails, if it is not installed.
     *
     * @return the registry, answering
     */
    public static DockerRegistry start() {
        Path program = Peers.require("docker-registry");
        Path folder = PeerProcess.newFolder("registry");
        try {
            int port = freePort();
            Path config = folder.resolve("config.yml");
            Files.writeString(
                    config,
                    "version: 0.1\nlog:\n  level: warn\nstorage:\n  filesystem:\n    rootdirectory: " + folder
                            + "/data\n  delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:" + port + "\n");
            PeerProcess process = PeerProcess.start(
                    folder, List.of(program.toString(), "serve", config.toString()), () -> answers(port));
            return new DockerRegistry(process, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
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
     * @param repository its path
     * @return host:port/path
     */
    public String name(String repository) {
        return address() + "/" + repository;
    }

    @Override
    public void close() {
        process.close();
    }
}
