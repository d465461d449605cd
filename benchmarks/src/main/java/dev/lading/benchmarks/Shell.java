package dev.lading.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Lines for bash, and what they took: wall time, and the processor time of all that bash waited for. */
final class Shell {
    /** Seconds. */
    record Times(double wall, double processor) {}

    private final Path work;

    /** Puts its notes into the folder. */
    Shell(Path work) {
        this.work = work;
    }

    Times run(String line) throws IOException, InterruptedException {
        Path times = work.resolve("times");
        Path log = work.resolve("log");
        String timed = "TIMEFORMAT='%R %U %S'; { time { ( " + line + " ) >'" + log + "' 2>&1 ; } ; } 2>'" + times + "'";
        Process shell = new ProcessBuilder("/bin/bash", "-o", "pipefail", "-c", timed)
                .inheritIO()
                .start();
        if (shell.waitFor() != 0) {
            throw new IOException("this failed: " + line + "\n" + Files.readString(log));
        }
        String[] numbers = Files.readString(times).trim().split("\\s+", -1);
        return new Times(
                Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]) + Double.parseDouble(numbers[2]));
    }

    static boolean installed(String program) {
        return Stream.of("/usr/bin", "/usr/local/bin").anyMatch(f -> Files.isExecutable(Path.of(f, program)));
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
