package dev.lading.it.peers;

import dev.lading.emulation.Binfmt;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of handlers in a user namespace of its own, held by a process: tests write to it as they like, and the host's table
 * never changes.
 */
public final class PrivateTables implements AutoCloseable {
    private static final String TABLE = "/proc/sys/fs/binfmt_misc";
    private static final String MOUNTED = "mount -t binfmt_misc none " + TABLE + " && echo ready && read end";

    private final Process holder;

    private PrivateTables(Process holder) {
        this.holder = holder;
    }

    /**
     * Makes one where root is the only identifier; the test is skipped, or fails, where the kernel has none.
     *
     * @return the table, empty
     */
    public static PrivateTables open() {
        return open(List.of("--map-root-user"), List.of("-c", MOUNTED), false);
    }

    /**
     * Makes one where each identifier is what it is outside, so that whole systems can be installed and container engines run
     * where it holds. For root only.
     *
     * @return the table, empty
     */
    public static PrivateTables ofAllIdentifiers() {
        Peers.requireRoot();
        // A shell that starts before its map is written must not give up rights (-p), and waits for it.
        String mapped = "until read -r inside outside count </proc/self/uid_map; do :; done; " + MOUNTED;
        return open(List.of("--keep-caps"), List.of("-p", "-c", mapped), true);
    }

    private static PrivateTables open(List<String> options, List<String> shell, boolean map) {
        List<String> command = new ArrayList<>(
                List.of(Peers.require("unshare").toString(), "--user", "--mount", "--propagation", "private"));
        command.addAll(options);
        command.add("/bin/sh");
        command.addAll(shell);
        try {
            Process holder =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            if (map) {
                writeMap(holder);
            }
            BufferedReader said = holder.inputReader(StandardCharsets.UTF_8);
            String line = said.readLine();
            if (!"ready".equals(line)) {
                holder.destroyForcibly();
                throw new AssertionError("no private table of handlers: " + line);
            }
            return new PrivateTables(holder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeMap(Process holder) throws IOException {
        Path process = Path.of("/proc/" + holder.pid());
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/user"));
        while (holder.isAlive()
                && Files.readSymbolicLink(process.resolve("ns/user")).equals(own)) {
            Thread.onSpinWait();
        }
        Files.writeString(process.resolve("gid_map"), "0 0 65536\n");
        Files.writeString(process.resolve("uid_map"), "0 0 65536\n");
    }

    /**
     * The table, as this process reaches it.
     *
     * @return the table
     */
    public Binfmt table() {
        return Binfmt.at(Path.of("/proc/" + holder.pid() + "/root" + TABLE));
    }

    /**
     * The words before a command that have it run where the table holds.
     *
     * @return the words
     */
    public List<String> enter() {
        return List.of(
                Peers.require("nsenter").toString(), "--target", Long.toString(holder.pid()), "--user", "--mount");
    }

    /**
     * Runs a command where the table holds.
     *
     * @param words the command
     * @return what it came to
     */
    public Command run(String... words) {
        List<String> command = new ArrayList<>(enter());
        command.addAll(List.of(words));
        return Command.run(command.toArray(String[]::new));
    }

    /** Runs the lading command where the table holds. */
    Command lading(String... words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.lading.cli.Main"));
        command.addAll(List.of(words));
        return run(command.toArray(String[]::new));
    }

    @Override
    public void close() {
        holder.destroyForcibly();
        try {
            holder.waitFor();
            holder.getInputStream().close();
            holder.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
