package dev.lading.it.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's containerd with everything it has below one folder. */
public final class Containerd implements AutoCloseable {
    private final PeerProcess process;
    private final Path socket;
    private final Path ctr;

    private Containerd(PeerProcess process, Path socket, Path ctr) {
        this.process = process;
        this.socket = socket;
        this.ctr = ctr;
    }

    /**
     * Starts containerd; the test is skipped, or fails, if it is not installed or this is not root.
     *
     * @return containerd, answering
     */
    public static Containerd start() {
        return start(List.of());
    }

    /**
     * Starts containerd where a table of handlers holds, so that it runs foreign images too.
     *
     * @param tables the table, of all identifiers
     * @return containerd, answering
     */
    public static Containerd startWhere(PrivateTables tables) {
        return start(tables.enter());
    }

    private static Containerd start(List<String> before) {
        Peers.requireRoot();
        Peers.require("runc");
        Path program = Peers.require("containerd");
        Path ctr = Peers.require("ctr");
        Path folder = PeerProcess.newFolder("ctrd");
        Path socket = folder.resolve("sock");
        try {
            Path config = folder.resolve("config.toml");
            Files.writeString(
                    config,
                    "version = 2\nroot = \"" + folder + "/root\"\nstate = \"" + folder + "/state\"\n"
                            + "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\n  address = \"" + socket
                            + "\"\n[ttrpc]\n  address = \"" + folder + "/ttrpc\"\n");
            List<String> command = new ArrayList<>(before);
            command.addAll(List.of(program.toString(), "-c", config.toString()));
            PeerProcess process = PeerProcess.start(folder, command, () -> answers(ctr, socket));
            return new Containerd(process, socket, ctr);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean answers(Path ctr, Path socket) {
        return Files.exists(socket)
                && Command.run(ctr.toString(), "-a", socket.toString(), "version")
                                .exitCode()
                        == 0;
    }

    Path socket() {
        return socket;
    }

    /**
     * Runs ctr in the namespace «test».
     *
     * @param words its words
     * @return what it came to
     */
    public Command ctr(String... words) {
        List<String> command = new ArrayList<>(List.of(ctr.toString(), "-a", socket.toString(), "-n", "test"));
        command.addAll(List.of(words));
        return Command.run(command.toArray(String[]::new));
    }

    @Override
    public void close() {
        process.close();
    }
}
