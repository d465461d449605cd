package dev.lading.it.peers;

import dev.lading.emulation.Binfmt;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of handlers in a user namespace of its own, held by a process: tests write to it as they like, and the host's table
 * never changes.
 */
final class PrivateTables implements AutoCloseable {
    private static final String TABLE = "/proc/sys/fs/binfmt_misc";

    private final Process holder;

    private PrivateTables(Process holder) {
        this.holder = holder;
    }

    /** Makes one; the test is skipped, or fails, where the kernel has none. */
    static PrivateTables open() {
        Path unshare = Peers.require("unshare");
        try {
            Process holder = new ProcessBuilder(
                            unshare.toString(),
                            "--user",
                            "--map-root-user",
                            "--mount",
                            "--propagation",
                            "private",
                            "/bin/sh",
                            "-c",
                            "mount -t binfmt_misc none " + TABLE + " && echo ready && read end")
                    .redirectErrorStream(true)
                    .start();
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

    /** The table, as this process reaches it. */
    Binfmt table() {
        return Binfmt.at(Path.of("/proc/" + holder.pid() + "/root" + TABLE));
    }

    /** Runs a command where the table holds. */
    Command run(String... words) {
        List<String> command = new ArrayList<>(List.of(
                Peers.require("nsenter").toString(), "--target", Long.toString(holder.pid()), "--user", "--mount"));
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
