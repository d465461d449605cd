package dev.lading.benchmarks;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.RunResult;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What is the choice of a processor worth for an arm64 program that was built with pointer authentication? A shell's loop in
 * Debian 13, which is, with the processor that Lading chooses, QEMU's own default and cortex-a72; and in Debian 12, which is
 * not. Round robin; a table in seconds.
 *
 * <p>Arguments: the root file systems of Debian 13 and of Debian 12 for arm64, with {@code /bin/dash}, and the number of rounds.
 */
public final class PointerAuthentication {
    private static final String LOOP = "i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done";

    private PointerAuthentication() {}

    /**
     * Measures.
     *
     * @param arguments as the class says
     * @throws Exception if a program fails
     */
    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[2]);
        Launcher launcher = Launcher.on(HostExecution.detect())
                .platform(Platform.LINUX_ARM64)
                .backEnd(BackEnd.NAMESPACES);
        Launcher thirteen = launcher.root(Path.of(arguments[0]));
        Launcher twelve = launcher.root(Path.of(arguments[1]));
        Map<String, Launcher> ways = new LinkedHashMap<>();
        ways.put("Debian 13, chosen by Lading", thirteen);
        ways.put("Debian 13, cortex-a72", thirteen.cpuModel("cortex-a72"));
        ways.put("Debian 13, QEMU's default (max)", thirteen.cpuModel("max"));
        ways.put("Debian 12, chosen by Lading", twelve);
        ways.put("Debian 12, QEMU's default (max)", twelve.cpuModel("max"));
        Map<String, double[]> seconds = new LinkedHashMap<>();
        ways.keySet().forEach(name -> seconds.put(name, new double[rounds]));
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Launcher> way : ways.entrySet()) {
                long begin = System.nanoTime();
                RunResult run = way.getValue().run("/bin/dash", "-c", LOOP);
                seconds.getOrDefault(way.getKey(), new double[rounds])[round] = (System.nanoTime() - begin) / 1e9;
                if (run.exitCode() != 0) {
                    throw new IOException(way.getKey() + " ended with " + run.exitCode() + ": " + run.stderr());
                }
            }
        }
        System.out.println("\n| 30,000 turns of a shell's loop, arm64 | median, s | least, s |");
        System.out.println("|---|---|---|");
        seconds.forEach((name, each) -> {
            Arrays.sort(each);
            System.out.printf(Locale.ROOT, "| %s | %.2f | %.2f |%n", name, each[rounds / 2], each[0]);
        });
    }
}
