package dev.lading.it.emulation;

import dev.lading.emulation.HostExecution;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** What a JVM is asked to do that runs inside a root file system of another machine. */
public final class InsideProgram {
    private InsideProgram() {}

    /**
     * Prints the machine, what a child says of it, what eight threads came to, and whether the library sees that it is emulated.
     *
     * @param words not looked at
     */
    public static void main(String[] words) throws IOException, InterruptedException, ExecutionException {
        System.out.println(System.getProperty("os.arch"));
        Process child = new ProcessBuilder("sh", "-c", "uname -m; exit 7").start();
        child.getOutputStream().close();
        System.out.print(new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        System.out.println("child " + child.waitFor());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> sums = IntStream.range(0, 64)
                    .mapToObj(i -> threads.submit(() ->
                            IntStream.rangeClosed(0, 1000 * i).map(n -> n % 7).sum()))
                    .toList();
            long sum = 0;
            for (Future<Integer> each : sums) {
                sum += each.get();
            }
            System.out.println(sum);
        } finally {
            threads.shutdownNow();
        }
        HostExecution host = HostExecution.detect();
        System.out.println(host.host() + " emulated " + host.emulatedBy().isPresent());
    }
}
