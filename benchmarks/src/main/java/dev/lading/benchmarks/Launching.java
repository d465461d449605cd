package dev.lading.benchmarks;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.oci.CancelledException;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What does a launch cost from a warm JVM, beside the same by hand and beside {@code ctr run}? And how long does it take from an
 * interrupt until all has ended? Round robin, so that all meet the same neighbours. Tables in milliseconds; a ratio is the median
 * of the rounds' ratios, a difference the median of the rounds' differences, and in parentheses stands what the least of each
 * give.
 *
 * <p>Arguments: a root file system with {@code /bin/busybox} for this host's platform, one for arm64 (both with {@code /proc},
 * {@code /dev} and {@code /sys}), and the number of rounds. Wants runc, bubblewrap, containerd and qemu-aarch64-static; what only
 * root may do is left out for others.
 */
public final class Launching {
    private static final int WARM_ROUNDS = 30;
    private static final List<BackEnd> BACK_ENDS = List.of(BackEnd.RUNTIME, BackEnd.BUBBLEWRAP, BackEnd.NAMESPACES);
    private static final String RUNC = "runc by hand";
    private static final String CHROOT = "chroot by hand";

    private Launching() {}

    private record Way(String name, Callable<Integer> launch, double[] millis) {
        Way(String name, int rounds, Callable<Integer> launch) {
            this(name, launch, new double[rounds]);
        }
    }

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
        boolean root = "root".equals(System.getProperty("user.name"));
        try (ByHand byHand = new ByHand()) {
            List<Way> natives = new ArrayList<>();
            List<Way> foreigns = new ArrayList<>();
            natives.add(new Way(RUNC, rounds, () -> root ? byHand.runc(own) : byHand.runcPrivately(own)));
            foreigns.add(new Way(RUNC, rounds, () -> byHand.runcPrivately(foreign)));
            foreigns.add(new Way(CHROOT, rounds, () -> byHand.chroot(foreign)));
            for (BackEnd backEnd : BACK_ENDS) {
                Launcher launcher = Launcher.on(host).backEnd(backEnd);
                Launcher arm64 = launcher.root(foreign).platform(Platform.LINUX_ARM64);
                natives.add(new Way(backEnd.toString(), rounds, () -> exit(launcher.root(own))));
                foreigns.add(new Way(backEnd.toString(), rounds, () -> exit(arm64)));
            }
            if (root) {
                try (ByHand.Containerd plain = byHand.containerd(false);
                        ByHand.Containerd withTable = byHand.containerd(true)) {
                    natives.add(new Way("ctr run", rounds, () -> plain.run(own)));
                    foreigns.add(new Way("ctr run", rounds, () -> withTable.run(foreign)));
                    race(natives, foreigns, rounds);
                }
            } else {
                race(natives, foreigns, rounds);
            }
        }
        interrupts(host, own, foreign, rounds);
    }

    private static int exit(Launcher launcher) {
        return launcher.run(ByHand.TRUE).exitCode();
    }

    private static void race(List<Way> natives, List<Way> foreigns, int rounds) throws Exception {
        List<Way> all = new ArrayList<>(natives);
        all.addAll(foreigns);
        for (int round = -WARM_ROUNDS; round < rounds; round++) {
            for (Way way : all) {
                long begin = System.nanoTime();
                int code = way.launch.call();
                way.millis[Math.max(0, round)] = (System.nanoTime() - begin) / 1e6;
                if (code != 0) {
                    throw new IOException(way.name + " ended with " + code);
                }
            }
        }
        print("native", natives);
        print("arm64", foreigns);
    }

    private static void print(String platform, List<Way> ways) {
        System.out.println("\n| " + platform + " | median | least | × runc by hand | above chroot by hand |");
        System.out.println("|---|---|---|---|---|");
        for (Way way : ways) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %s | %s |%n",
                    way.name,
                    median(way.millis),
                    least(way.millis),
                    beside(way, RUNC, ways, true),
                    beside(way, CHROOT, ways, false));
        }
    }

    private static String beside(Way way, String name, List<Way> ways, boolean ratio) {
        for (Way other : ways) {
            if (other.name.equals(name) && !way.name.equals(name)) {
                double[] each = new double[way.millis.length];
                for (int i = 0; i < each.length; i++) {
                    each[i] = ratio ? way.millis[i] / other.millis[i] : way.millis[i] - other.millis[i];
                }
                double least =
                        ratio ? least(way.millis) / least(other.millis) : least(way.millis) - least(other.millis);
                return String.format(Locale.ROOT, ratio ? "%.2f (%.2f)" : "%.1f (%.1f)", median(each), least);
            }
        }
        return "";
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double least(double[] values) {
        return Arrays.stream(values).min().orElse(Double.NaN);
    }

    private static void interrupts(HostExecution host, Path own, Path foreign, int rounds) throws Exception {
        System.out.println("\n| from an interrupt to the end of all | median | longest |");
        System.out.println("|---|---|---|");
        for (BackEnd backEnd : BACK_ENDS) {
            Launcher launcher = Launcher.on(host).backEnd(backEnd);
            Launcher arm64 = launcher.root(foreign).platform(Platform.LINUX_ARM64);
            for (boolean emulated : new boolean[] {false, true}) {
                Launcher each = emulated ? arm64 : launcher.root(own);
                double[] millis = new double[rounds];
                for (int round = 0; round < rounds; round++) {
                    millis[round] = interrupt(each);
                }
                System.out.printf(
                        Locale.ROOT,
                        "| %s, %s | %.1f | %.1f |%n",
                        backEnd,
                        emulated ? "arm64" : "native",
                        median(millis),
                        Arrays.stream(millis).max().orElse(Double.NaN));
            }
        }
    }

    /** Interrupts a program that has said that it is there; returns the milliseconds until its run has. */
    private static double interrupt(Launcher launcher) throws Exception {
        CountDownLatch there = new CountDownLatch(1);
        AtomicReference<Object> outcome = new AtomicReference<>("nothing");
        Launcher told = launcher.stdout(new OutputStream() {
            @Override
            public void write(int b) {
                there.countDown();
            }
        });
        Thread thread = new Thread(() -> {
            try {
                outcome.set(told.run("/bin/busybox", "sh", "-c", "echo x; exec /bin/busybox sleep 1000"));
            } catch (RuntimeException e) {
                outcome.set(e);
                there.countDown();
            }
        });
        thread.start();
        there.await();
        long begin = System.nanoTime();
        thread.interrupt();
        thread.join();
        double millis = (System.nanoTime() - begin) / 1e6;
        if (!(outcome.get() instanceof CancelledException)) {
            throw new IOException("the run was not cancelled but came to " + outcome.get());
        }
        return millis;
    }
}
