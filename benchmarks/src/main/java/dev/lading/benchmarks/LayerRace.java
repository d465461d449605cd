package dev.lading.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
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
 * <p>{@code LayerRace WORK-FOLDER ROUNDS INPUT…}, an input being {@code app} or {@code text}, in four layers {@code app4} or
 * {@code text4}, {@code small} or {@code small-plain} (not compressed). A rival that is not installed is named as missing.
 */
public final class LayerRace {
    private static final String OUT = "@out@";

    /** One who takes part: a shell line that makes the layers below {@link #OUT}. */
    private record Rival(String name, String program, String line) {}

    /** One run. */
    private record Run(double wall, double processor, long bytes) {}

    private final Path work;
    private final int rounds;
    private final Shell shell;
    private final PrintStream report = System.out;

    private LayerRace(Path work, int rounds) {
        this.work = work;
        this.rounds = rounds;
        this.shell = new Shell(work);
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
        boolean layered = input.endsWith("4");
        List<Path> layers = new RaceInputs(work.resolve("inputs")).of(input.replaceFirst("4$|-plain$", ""));
        // Compared as one layer, the folders are those below one root.
        List<Path> folders =
                layered || layers.size() == 1 ? layers : List.of(layers.get(0).getParent());
        List<Rival> all = rivals(folders, plain);
        List<Rival> present = all.stream()
                .filter(r -> r.program().equals("java") || Shell.installed(r.program()))
                .toList();
        Map<Rival, List<Run>> runs = new LinkedHashMap<>();
        List<Double> hashing = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            for (Rival rival : present) {
                Run run = once(rival);
                // The first round warms the page cache.
                if (round > 0) {
                    runs.computeIfAbsent(rival, r -> new ArrayList<>()).add(run);
                }
            }
            hashing.add(hashing());
        }
        print(
                input,
                folders,
                runs,
                all.stream().filter(r -> !present.contains(r)).toList());
        if (plain) {
            printWithoutHashing(runs, Shell.median(hashing));
        }
    }

    private static List<Rival> rivals(List<Path> folders, boolean plain) {
        String compression = plain ? "none" : "gzip";
        String paths = folders.stream().map(f -> "'" + f + "'").collect(Collectors.joining(" "));
        String machine = "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -cp '"
                + System.getProperty("java.class.path") + "' ";
        String java = machine + "dev.lading.benchmarks.";
        List<Rival> rivals = new ArrayList<>();
        rivals.add(
                new Rival("lading, 2 threads", "java", java + "RaceLading " + compression + " 2 " + OUT + " " + paths));
        rivals.add(
                new Rival("lading, 1 thread", "java", java + "RaceLading " + compression + " 1 " + OUT + " " + paths));
        rivals.add(new Rival("jib-core", "java", java + "RaceJib " + compression + " 0 " + OUT + " " + paths));
        // What it leaves behind lies beside the layers, where it is not counted.
        rivals.add(new Rival(
                "oras-java",
                "java",
                "mkdir -p " + OUT + ".temporary && " + machine + "-Djava.io.tmpdir=" + OUT
                        + ".temporary dev.lading.benchmarks.RaceOras " + compression + " 0 " + OUT + " " + paths));
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

    private Run once(Rival rival) throws Exception {
        Path out = work.resolve("out");
        clean();
        String line = rival.line().replace(OUT, "'" + out + "'");
        Shell.Times times = shell.run(line);
        long bytes;
        try (Stream<Path> files = Files.walk(out)) {
            bytes = files.filter(Files::isRegularFile)
                    .mapToLong(LayerRace::size)
                    .sum();
        }
        clean();
        return new Run(times.wall(), times.processor(), bytes);
    }

    private void clean() throws IOException {
        Shell.delete(work.resolve("out"));
        Shell.delete(work.resolve("out.temporary"));
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

    /** SHA-256 hides the rest where the processor has no instructions for it; each hashes its layer once. */
    private void printWithoutHashing(Map<Rival, List<Run>> runs, double secondsPerByte) {
        Run ours = median(runs.values().iterator().next());
        double ourHashing = ours.bytes() * secondsPerByte;
        runs.forEach((rival, list) -> {
            if (rival.name().equals("jib-core")) {
                Run theirs = median(list);
                double theirHashing = theirs.bytes() * secondsPerByte;
                report.printf(
                        Locale.ROOT,
                        "%nWith the time that SHA-256 of each one's bytes took between the rounds off both (%.2f s off ours, %.2f s"
                                + " off jib-core's), jib-core takes %.2f × our wall time and %.2f × our CPU.%n",
                        ourHashing,
                        theirHashing,
                        (theirs.wall() - theirHashing) / (ours.wall() - ourHashing),
                        (theirs.processor() - theirHashing) / (ours.processor() - ourHashing));
            }
        });
    }

    /** {@return the seconds that SHA-256 takes for a byte, the code warm} */
    private static double hashing() throws NoSuchAlgorithmException {
        byte[] bytes = new byte[32 << 20];
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            MessageDigest.getInstance("SHA-256").digest(bytes);
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e9 / bytes.length;
    }

    private static Run median(List<Run> runs) {
        return new Run(
                Shell.median(runs.stream().map(Run::wall).toList()),
                Shell.median(runs.stream().map(Run::processor).toList()),
                runs.get(0).bytes());
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
