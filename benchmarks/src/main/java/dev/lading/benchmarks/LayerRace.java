package dev.lading.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How long do layers take, beside others? Whole processes in interleaved rounds: wall time, processor time of the process and
 * all it starts, bytes written; medians, best, ratios. Prints Markdown.
 *
 * <p>{@code LayerRace WORK-FOLDER ROUNDS INPUT…}, an input being {@code app}, {@code app4} (four layers), {@code small},
 * {@code small-plain} (not compressed) or {@code text}. A rival that is not installed is named as missing.
 */
public final class LayerRace {
    private static final String OUT = "@out@";

    /** One who takes part: a shell line that makes the layers below {@link #OUT}. */
    private record Rival(String name, String program, String line) {}

    /** One run. */
    private record Run(double wall, double processor, long bytes) {}

    private final Path work;
    private final int rounds;
    private final PrintStream report = System.out;

    private LayerRace(Path work, int rounds) {
        this.work = work;
        this.rounds = rounds;
    }

    /**
     * Runs the races.
     *
     * @param args the work folder, the rounds, the inputs
     * @throws Exception if something cannot be run
     */
    public static void main(String[] args) throws Exception {
        LayerRace race = new LayerRace(Path.of(args[0]).toAbsolutePath(), Integer.parseInt(args[1]));
        for (String input : List.of(args).subList(2, args.length)) {
            race.run(input);
        }
    }

    private void run(String input) throws Exception {
        boolean plain = input.endsWith("-plain");
        boolean layered = input.equals("app4");
        List<Path> layers = new RaceInputs(work.resolve("inputs")).of(layered ? "app" : input.replace("-plain", ""));
        // Compared as one layer, the folders are those below one root.
        List<Path> folders =
                layered || layers.size() == 1 ? layers : List.of(layers.get(0).getParent());
        List<Rival> all = rivals(folders, plain);
        List<Rival> present = all.stream().filter(r -> installed(r.program())).toList();
        Map<Rival, List<Run>> runs = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (Rival rival : present) {
                Run run = once(rival);
                // The first round warms the page cache.
                if (round > 0) {
                    runs.computeIfAbsent(rival, r -> new ArrayList<>()).add(run);
                }
            }
        }
        print(
                input,
                folders,
                runs,
                all.stream().filter(r -> !present.contains(r)).toList());
    }

    private static List<Rival> rivals(List<Path> folders, boolean plain) {
        String compression = plain ? "none" : "gzip";
        String paths = folders.stream().map(f -> "'" + f + "'").collect(Collectors.joining(" "));
        String java = "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -cp '"
                + System.getProperty("java.class.path") + "' dev.lading.benchmarks.";
        List<Rival> rivals = new ArrayList<>();
        rivals.add(
                new Rival("lading, 2 threads", "java", java + "RaceLading " + compression + " 2 " + OUT + " " + paths));
        rivals.add(
                new Rival("lading, 1 thread", "java", java + "RaceLading " + compression + " 1 " + OUT + " " + paths));
        rivals.add(new Rival("jib-core", "java", java + "RaceJib " + compression + " 0 " + OUT + " " + paths));
        StringBuilder shell = new StringBuilder("mkdir -p " + OUT);
        StringBuilder umoci = new StringBuilder("umoci init --layout " + OUT + " && umoci new --image " + OUT + ":t");
        int number = 0;
        for (Path folder : folders) {
            String tar = "tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C '" + folder + "' -cf - .";
            String file = OUT + "/layer" + number++;
            shell.append(" && ").append(tar).append(plain ? "" : " | tee >(sha256sum >" + file + ".diff) | pigz -6 -n");
            shell.append(" | tee ").append(file).append(" | sha256sum");
            umoci.append(" && umoci insert --image ")
                    .append(OUT)
                    .append(":t '")
                    .append(folder)
                    .append("' /app");
        }
        rivals.add(new Rival("tar, pigz -6, sha256sum", "pigz", shell.toString()));
        if (!plain) {
            rivals.add(new Rival("umoci", "umoci", umoci.toString()));
            // As an archive, the way it was measured where the figure to beat comes from.
            String archive = " && skopeo copy -q oci:" + OUT + ":t oci-archive:" + OUT + ".tar && rm -r " + OUT
                    + " && mkdir " + OUT + " && mv " + OUT + ".tar " + OUT + "/archive";
            rivals.add(new Rival("umoci, skopeo to an archive", "skopeo", umoci + archive));
        }
        return rivals;
    }

    private static boolean installed(String program) {
        return program.equals("java")
                || Stream.of("/usr/bin", "/usr/local/bin").anyMatch(f -> Files.isExecutable(Path.of(f, program)));
    }

    private Run once(Rival rival) throws Exception {
        Path out = work.resolve("out");
        delete(out);
        String line = rival.line().replace(OUT, "'" + out + "'");
        Path times = work.resolve("times");
        Path log = work.resolve("log");
        // The shell counts the processor time of all that it waited for.
        Process shell = new ProcessBuilder(
                        "/bin/bash",
                        "-o",
                        "pipefail",
                        "-c",
                        "TIMEFORMAT='%R %U %S'; { time { ( " + line + " ) >'" + log + "' 2>&1 ; } ; } 2>'" + times
                                + "'")
                .inheritIO()
                .start();
        if (shell.waitFor() != 0) {
            throw new IOException(rival.name() + " failed: " + Files.readString(log));
        }
        String[] numbers = Files.readString(times).trim().split("\\s+", -1);
        long bytes;
        try (Stream<Path> files = Files.walk(out)) {
            bytes = files.filter(Files::isRegularFile)
                    .mapToLong(LayerRace::size)
                    .sum();
        }
        delete(out);
        return new Run(
                Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]) + Double.parseDouble(numbers[2]), bytes);
    }

    private void print(String input, List<Path> folders, Map<Rival, List<Run>> runs, List<Rival> missing)
            throws IOException {
        long files = 0;
        long bytes = 0;
        for (Path folder : folders) {
            try (Stream<Path> all = Files.walk(folder)) {
                List<Path> regular = all.filter(Files::isRegularFile).toList();
                files += regular.size();
                bytes += regular.stream().mapToLong(LayerRace::size).sum();
            }
        }
        Run ours = median(runs.values().iterator().next());
        report.printf(
                Locale.ROOT,
                "%n### %s: %,d files, %,d MB, %d layer%s, %d rounds%n%n",
                input,
                files,
                bytes / 1_000_000,
                folders.size(),
                folders.size() == 1 ? "" : "s",
                rounds);
        report.println("| | wall, s | best | CPU, s | bytes | wall / ours | CPU / ours | bytes / ours |");
        report.println("|---|---|---|---|---|---|---|---|");
        runs.forEach((rival, list) -> {
            Run median = median(list);
            double best = list.stream().mapToDouble(Run::wall).min().orElseThrow();
            report.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.2f | %,d | %.2f | %.2f | %.4f |%n",
                    rival.name(),
                    median.wall(),
                    best,
                    median.processor(),
                    median.bytes(),
                    median.wall() / ours.wall(),
                    median.processor() / ours.processor(),
                    (double) median.bytes() / ours.bytes());
        });
        missing.forEach(rival -> report.println("| " + rival.name() + " | not installed | | | | | | |"));
    }

    private static Run median(List<Run> runs) {
        return new Run(
                middle(runs.stream().map(Run::wall).sorted().toList()),
                middle(runs.stream().map(Run::processor).sorted().toList()),
                runs.get(0).bytes());
    }

    private static double middle(List<Double> sorted) {
        return sorted.get(sorted.size() / 2);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
