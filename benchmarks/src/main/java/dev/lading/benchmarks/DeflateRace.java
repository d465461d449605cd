package dev.lading.benchmarks;

import dev.lading.gzip.GzipEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * How much processor time does our gzip take beside the JDK's at the same level, and how large is it? Each level in a virtual
 * machine of its own, rounds by turns, the thread's own time: it holds on a busy machine where a clock does not. Then two threads
 * beside one, by the clock.
 *
 * <p>Arguments: the number of rounds, then the levels; 7 rounds of 1, 6 and 9 if there are none.
 */
public final class DeflateRace {
    private static final int WRITE_BYTES = 64 * 1024;

    private static final class Counted extends OutputStream {
        private long count;

        @Override
        public void write(int b) {
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            count += length;
        }
    }

    private DeflateRace() {}

    /**
     * Races.
     *
     * @param args rounds and levels
     * @throws IOException if the inputs cannot be read
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 3 && args[0].equals("level")) {
            level(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
            return;
        }
        List<String> levels = args.length > 1 ? Arrays.asList(args).subList(1, args.length) : List.of("1", "6", "9");
        System.out.println(
                "| level, input | MB | ours MB/s | JDK MB/s | CPU ×, median (best) | size against the JDK | two"
                        + " threads: wall ×, best | CPU × |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        for (String level : levels) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    DeflateRace.class.getName(),
                    "level",
                    level,
                    args.length > 0 ? args[0] : "7"));
            int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (exit != 0) {
                throw new IOException("level " + level + " failed with " + exit);
            }
        }
    }

    private static void level(int level, int rounds) throws IOException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (String name : DeflateInputs.ALL) {
            byte[] content = DeflateInputs.of(name);
            double[] ratios = new double[rounds];
            long bestOurs = Long.MAX_VALUE;
            long bestJdk = Long.MAX_VALUE;
            long bestOne = Long.MAX_VALUE;
            long bestTwo = Long.MAX_VALUE;
            long bestOneCpu = Long.MAX_VALUE;
            long bestTwoCpu = Long.MAX_VALUE;
            long ourSize = ours(content, level, 1);
            long jdkSize = jdk(content, level);
            for (int round = 0; round < rounds; round++) {
                long a = threads.getCurrentThreadCpuTime();
                ours(content, level, 1);
                long b = threads.getCurrentThreadCpuTime();
                jdk(content, level);
                long c = threads.getCurrentThreadCpuTime();
                ratios[round] = (double) (c - b) / (b - a);
                bestOurs = Math.min(bestOurs, b - a);
                bestJdk = Math.min(bestJdk, c - b);
                for (int count = 1; count <= 2; count++) {
                    long cpu = processCpu();
                    long start = System.nanoTime();
                    ours(content, level, count);
                    long wall = System.nanoTime() - start;
                    long spent = processCpu() - cpu;
                    if (count == 1) {
                        bestOne = Math.min(bestOne, wall);
                        bestOneCpu = Math.min(bestOneCpu, spent);
                    } else {
                        bestTwo = Math.min(bestTwo, wall);
                        bestTwoCpu = Math.min(bestTwoCpu, spent);
                    }
                }
            }
            Arrays.sort(ratios);
            System.out.printf(
                    Locale.ROOT,
                    "| %d, %s | %.0f | %.0f | %.0f | %.2f (%.2f) | %+.2f %% | %.2f | %.2f |%n",
                    level,
                    name,
                    content.length / 1e6,
                    content.length * 1e3 / bestOurs,
                    content.length * 1e3 / bestJdk,
                    ratios[rounds / 2],
                    (double) bestJdk / bestOurs,
                    100.0 * (ourSize - jdkSize) / jdkSize,
                    (double) bestOne / bestTwo,
                    (double) bestTwoCpu / bestOneCpu);
        }
    }

    static long processCpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    static long ours(byte[] content, int level, int threads) throws IOException {
        Counted out = new Counted();
        try (GzipEncoder encoder = new GzipEncoder(out, level, threads)) {
            for (int pos = 0; pos < content.length; pos += WRITE_BYTES) {
                encoder.write(content, pos, Math.min(WRITE_BYTES, content.length - pos));
            }
            encoder.finish();
        }
        return out.count;
    }

    static long jdk(byte[] content, int level) {
        Deflater deflater = new Deflater(level, true);
        CRC32 crc = new CRC32();
        byte[] buffer = new byte[WRITE_BYTES];
        long count = 18;
        for (int pos = 0; pos < content.length; pos += WRITE_BYTES) {
            int n = Math.min(WRITE_BYTES, content.length - pos);
            crc.update(content, pos, n);
            deflater.setInput(content, pos, n);
            while (!deflater.needsInput()) {
                count += deflater.deflate(buffer);
            }
        }
        deflater.finish();
        while (!deflater.finished()) {
            count += deflater.deflate(buffer);
        }
        deflater.end();
        return count;
    }
}
