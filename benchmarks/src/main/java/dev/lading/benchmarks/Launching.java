package dev.lading.benchmarks;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.BinfmtFlag;
import dev.lading.emulation.BinfmtHandler;
import dev.lading.emulation.Emulator;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.RunResult;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * What does a launch cost from a warm JVM, beside the same by hand? Round robin, so that all meet the same neighbours; the
 * median and the least of each, in milliseconds.
 *
 * <p>Arguments: a root file system with {@code /bin/true} for this host's platform, one for arm64 (both with {@code /proc},
 * {@code /dev} and {@code /sys}), and the number of rounds. Wants runc and qemu-aarch64-static; what root may do is left out for
 * others.
 */
public final class Launching {
    private static final String STEPS = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc;"
            + " printf %s \"$1\" >/proc/sys/fs/binfmt_misc/register; exec chroot \"$2\" /bin/true";

    private Launching() {}

    /**
     * Measures.
     *
     * @param arguments as the class says
     * @throws Exception if a program fails
     */
    public static void main(String[] arguments) throws Exception {
        Path own = Path.of(arguments[0]).toRealPath();
        Path foreign = Path.of(arguments[1]).toRealPath();
        int rounds = Integer.parseInt(arguments[2]);
        HostExecution host = HostExecution.detect();
        Map<String, Callable<Integer>> ways = new LinkedHashMap<>();
        Path bundle = Files.createTempDirectory("lading-bench");
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root) {
            ways.put("native, runc by hand", () -> runc(bundle, own));
        }
        for (BackEnd backEnd : List.of(BackEnd.RUNTIME, BackEnd.BUBBLEWRAP, BackEnd.NAMESPACES)) {
            Launcher launcher = Launcher.on(host).root(own).backEnd(backEnd);
            ways.put("native, " + backEnd, () -> exit(launcher.run("/bin/true")));
        }
        ways.put("arm64, chroot in a private namespace by hand", () -> byHand(foreign));
        for (BackEnd backEnd : List.of(BackEnd.RUNTIME, BackEnd.BUBBLEWRAP, BackEnd.NAMESPACES)) {
            Launcher launcher = Launcher.on(host)
                    .root(foreign)
                    .platform(Platform.LINUX_ARM64)
                    .backEnd(backEnd);
            ways.put("arm64, " + backEnd, () -> exit(launcher.run("/bin/true")));
        }
        report(ways, rounds);
    }

    private static void report(Map<String, Callable<Integer>> ways, int rounds) throws Exception {
        Map<String, long[]> times = new LinkedHashMap<>();
        ways.keySet().forEach(name -> times.put(name, new long[rounds]));
        for (int warm = 0; warm < 3; warm++) {
            for (Callable<Integer> way : ways.values()) {
                way.call();
            }
        }
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Callable<Integer>> way : ways.entrySet()) {
                long begin = System.nanoTime();
                int code = way.getValue().call();
                times.getOrDefault(way.getKey(), new long[rounds])[round] = System.nanoTime() - begin;
                if (code != 0) {
                    throw new IOException(way.getKey() + " ended with " + code);
                }
            }
        }
        times.forEach((name, each) -> {
            Arrays.sort(each);
            System.out.printf("%-46s median %6.1f   least %6.1f%n", name, each[rounds / 2] / 1e6, each[0] / 1e6);
        });
    }

    private static int exit(RunResult run) {
        return run.exitCode();
    }

    private static int byHand(Path root) throws IOException, InterruptedException {
        Emulator emulator = Emulator.of(Path.of("/usr/bin/qemu-aarch64-static"));
        String line = BinfmtHandler.of(
                        "a",
                        emulator.target(),
                        emulator.path().toString(),
                        EnumSet.of(BinfmtFlag.FIX_BINARY, BinfmtFlag.PRESERVE_ARGV0, BinfmtFlag.CREDENTIALS))
                .registerLine();
        return wait(
                List.of("unshare", "-Urm", "--propagation", "private", "sh", "-c", STEPS, "sh", line, root.toString()));
    }

    private static int runc(Path bundle, Path root) throws IOException, InterruptedException {
        Path config = bundle.resolve("config.json");
        if (!Files.exists(config)) {
            wait(List.of("runc", "spec", "--bundle", bundle.toString()));
            String spec = Files.readString(config)
                    .replace("\"terminal\": true", "\"terminal\": false")
                    .replace("\"sh\"", "\"/bin/true\"")
                    .replace("\"path\": \"rootfs\"", "\"path\": \"" + root + "\"");
            Files.writeString(config, spec);
        }
        return wait(List.of("runc", "run", "--bundle", bundle.toString(), "lading-bench"));
    }

    private static int wait(List<String> words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(words))
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(Path.of("/dev/null").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return process.waitFor();
    }
}
