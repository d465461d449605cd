package dev.lading.it.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's Docker engine over a containerd of its own, with everything it has below one folder. */
public final class Dockerd implements AutoCloseable {
    private final Containerd containerd;
    private final PeerProcess process;
    private final Path docker;
    private final Path socket;

    private Dockerd(Containerd containerd, PeerProcess process, Path docker, Path socket) {
        this.containerd = containerd;
        this.process = process;
        this.docker = docker;
        this.socket = socket;
    }

    /**
     * Starts the engine; the test is skipped, or fails, if it is not installed or this is not root.
     *
     * @return the engine, answering
     */
    public static Dockerd start() {
        Path program = Peers.require("dockerd");
        Path docker = Peers.require("docker");
        Containerd containerd = Containerd.start();
        try {
            Path folder = PeerProcess.newFolder("dockerd");
            Path socket = folder.resolve("sock");
            PeerProcess process = PeerProcess.start(
                    folder,
                    List.of(
                            program.toString(),
                            "--data-root",
                            folder + "/data",
                            "--exec-root",
                            folder + "/exec",
                            "--pidfile",
                            folder + "/pid",
                            "--host",
                            "unix://" + socket,
                            "--containerd",
                            containerd.socket().toString(),
                            "--iptables=false",
                            "--ip6tables=false",
                            "--ip-forward=false",
                            "--ip-masq=false",
                            "--bridge=none",
                            "--userland-proxy=false"),
                    () -> Files.exists(socket)
                            && docker(docker, socket, "version").exitCode() == 0);
            return new Dockerd(containerd, process, docker, socket);
        } catch (RuntimeException | Error e) {
            containerd.close();
            throw e;
        }
    }

    private static Command docker(Path docker, Path socket, String... words) {
        List<String> command = new ArrayList<>(List.of(docker.toString(), "-H", "unix://" + socket));
        command.addAll(List.of(words));
        return Command.run(command.toArray(String[]::new));
    }

    /**
     * Runs the docker command.
     *
     * @param words its words
     * @return what it came to
     */
    public Command docker(String... words) {
        return docker(docker, socket, words);
    }

    @Override
    public void close() {
        process.close();
        containerd.close();
    }
}
