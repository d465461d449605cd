package dev.lading.benchmarks;

import dev.lading.emulation.BinfmtFlag;
import dev.lading.emulation.BinfmtHandler;
import dev.lading.emulation.Emulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** The same launch by a shell, runc and containerd, and what they need; gone when it is closed. */
final class ByHand implements AutoCloseable {
    static final List<String> TRUE = List.of("/bin/busybox", "true");
    private static final String REGISTER = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc;"
            + " printf %s \"$1\" >/proc/sys/fs/binfmt_misc/register; shift; exec \"$@\"";
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final Path folder;
    private final String line;

    ByHand() throws IOException {
        folder = Files.createTempDirectory("lading-bench");
        Emulator emulator = Emulator.of(Path.of("/usr/bin/qemu-aarch64-static"));
        line = BinfmtHandler.of(
                        "a",
                        emulator.target(),
                        emulator.path().toString(),
                        EnumSet.of(BinfmtFlag.FIX_BINARY, BinfmtFlag.PRESERVE_ARGV0, BinfmtFlag.CREDENTIALS))
                .registerLine();
    }

    /** A private table of handlers and a changed root, nothing else. */
    int chroot(Path root) throws IOException, InterruptedException {
        return exitCode(privately(List.of("chroot", root.toString(), TRUE.get(0), TRUE.get(1))));
    }

    private List<String> privately(List<String> command) {
        List<String> words = new ArrayList<>(
                List.of("unshare", "-Urm", "--propagation", "private", "sh", "-c", REGISTER, "sh", line));
        words.addAll(command);
        return words;
    }

    /** As root, with what {@code runc spec} proposes. */
    int runc(Path root) throws IOException, InterruptedException {
        return exitCode(List.of("runc", "run", "--bundle", bundle(root, false).toString(), "lading-bench"));
    }

    /** In a private table of handlers, with what {@code runc spec --rootless} proposes but a second user namespace. */
    int runcPrivately(Path root) throws IOException, InterruptedException {
        return exitCode(privately(List.of(
                "runc",
                "--rootless=true",
                "--root",
                folder.resolve("state").toString(),
                "run",
                "--bundle",
                bundle(root, true).toString(),
                "lading-bench")));
    }

    private Path bundle(Path root, boolean rootless) throws IOException, InterruptedException {
        Path bundle = folder.resolve("bundle-" + rootless + "-" + root.getFileName());
        Path config = bundle.resolve("config.json");
        if (!Files.exists(config)) {
            Files.createDirectory(bundle);
            List<String> spec = List.of("runc", "spec", "--bundle", bundle.toString());
            exitCode(rootless ? List.of("runc", "spec", "--bundle", bundle.toString(), "--rootless") : spec);
            Files.writeString(
                    config,
                    Files.readString(config)
                            .replace("\"terminal\": true", "\"terminal\": false")
                            .replace("\"sh\"", "\"" + String.join("\", \"", TRUE) + "\"")
                            .replace("\"path\": \"rootfs\"", "\"path\": \"" + root + "\"")
                            .replaceAll("\"(uid|gid)Mappings\": \\[[^]]*\\],", "")
                            .replaceAll(",\\s*\\{\\s*\"type\": \"user\"\\s*\\}", ""));
        }
        return bundle;
    }

    /** Starts a containerd, for foreign programs one that has a table of handlers of its own. */
    Containerd containerd(boolean foreign) throws IOException, InterruptedException {
        Path home = Files.createDirectory(folder.resolve("containerd-" + foreign));
        Path config = Files.writeString(
                home.resolve("config.toml"),
                "version = 2\nroot = \"" + home + "/root\"\nstate = \"" + home + "/state\"\n"
                        + "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\n  address = \"" + home
                        + "/socket\"\n[ttrpc]\n  address = \"" + home + "/ttrpc\"\n");
        List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        if (foreign) {
            command.addAll(List.of("unshare", "--user", "--keep-caps", "--mount", "--propagation", "private"));
            command.addAll(List.of("sh", "-pc", "until read -r a </proc/self/uid_map; do :; done; " + REGISTER));
            command.addAll(List.of("sh", line));
        }
        command.addAll(List.of("containerd", "-c", config.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile())
                .start();
        Containerd containerd = new Containerd(process, home.resolve("socket"));
        if (foreign) {
            writeMap(process);
        }
        containerd.await();
        return containerd;
    }

    /** Everything as itself, in two pieces: runc takes one piece for the host's own map. */
    private static void writeMap(Process process) throws IOException {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/user"));
        while (Files.readSymbolicLink(proc.resolve("ns/user")).equals(own)) {
            Thread.onSpinWait();
        }
        for (String map : List.of("gid_map", "uid_map")) {
            Files.writeString(proc.resolve(map), "0 0 4294967294\n4294967294 4294967294 1\n");
        }
    }

    /** A daemon that was started for the race. */
    static final class Containerd implements AutoCloseable {
        private final Process process;
        private final Path socket;

        Containerd(Process process, Path socket) {
            this.process = process;
            this.socket = socket;
        }

        private void await() throws IOException, InterruptedException {
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (!Files.exists(socket) || exitCode(List.of("ctr", "-a", socket.toString(), "version")) != 0) {
                if (System.nanoTime() > deadline || !process.isAlive()) {
                    close();
                    throw new IOException(
                            "containerd does not answer: " + Files.readString(socket.resolveSibling("log")));
                }
                Thread.sleep(50);
            }
        }

        int run(Path root) throws IOException, InterruptedException {
            List<String> words = new ArrayList<>(List.of("ctr", "-a", socket.toString(), "-n", "bench"));
            words.addAll(List.of("run", "--rm", "--rootfs", root.toString(), "lading-bench"));
            words.addAll(TRUE);
            return ByHand.exitCode(words);
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }

    static int exitCode(List<String> words) throws IOException, InterruptedException {
        return start(words).waitFor();
    }

    private static Process start(List<String> words) throws IOException {
        return new ProcessBuilder(words)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(Path.of("/dev/null").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Override
    public void close() throws IOException {
        start(List.of("rm", "-rf", "--one-file-system", folder.toString()))
                .onExit()
                .join();
    }
}
