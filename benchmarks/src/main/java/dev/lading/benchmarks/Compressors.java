package dev.lading.benchmarks;

import dev.lading.layer.Compression;
import dev.lading.layer.LayerRecipe;
import dev.lading.layer.LayerWriter;
import dev.lading.oci.layout.OciLayout;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * How much processor time does gzip take, whoever makes it, and how small does it get, beside what no program can be faster than?
 * Ours and the JDK's in a warm virtual machine, each level in its own; the others as whole processes, by turns. Prints a table for
 * each input of {@link DeflateInputs}.
 *
 * <p>{@code Compressors WORK-FOLDER ROUNDS [INPUT…]}. A program that is not installed is named as missing.
 */
public final class Compressors {
    private static final List<Integer> JDK_LEVELS = List.of(1, 6, 9);

    /** What cannot be undercut, in this machine; not a level of anything. */
    private static final int LIMITS = 0;

    /** A program that makes gzip of its standard input, and the levels it is asked for. */
    private record Program(String name, String options, List<Integer> levels) {}

    private static final List<Program> PROGRAMS = List.of(
            new Program("gzip", "-n -c", JDK_LEVELS),
            new Program("pigz", "-n -c", JDK_LEVELS),
            new Program("libdeflate-gzip", "-c", JDK_LEVELS),
            new Program("igzip", "-c", List.of(0, 1, 2, 3)));

    /** How the rows of a table follow one another, by their first words. */
    private static final List<String> ORDER =
            List.of("limit", "GNU", "layer", "lading", "JDK", "gzip", "pigz", "libdeflate-gzip", "igzip");

    /** Something measured: seconds of processor time, and how many bytes came out (-1 where that says nothing). */
    private record Row(String tool, List<Double> seconds, long size) {}

    private final Path work;
    private final int rounds;
    private final Shell shell;
    private final Map<String, Map<String, Row>> tables = new LinkedHashMap<>();

    private Compressors(Path work, int rounds) {
        this.work = work;
        this.rounds = rounds;
        this.shell = new Shell(work);
    }

    /**
     * Measures.
     *
     * @param args the work folder, the rounds, the inputs; all inputs if none is named
     * @throws Exception if something cannot be run
     */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("warm")) {
            warm(
                    Integer.parseInt(args[1]),
                    Integer.parseInt(args[2]),
                    List.of(args).subList(3, args.length));
            return;
        }
        Path work = Files.createDirectories(Path.of(args[0]).toAbsolutePath().resolve("compressors"));
        try {
            List<String> inputs = args.length > 2 ? List.of(args).subList(2, args.length) : DeflateInputs.ALL;
            new Compressors(work, Integer.parseInt(args[1])).run(inputs);
        } finally {
            Shell.delete(work);
        }
    }

    private void run(List<String> inputs) throws Exception {
        for (String input : inputs) {
            byte[] content = DeflateInputs.of(input);
            Files.write(work.resolve(input), content);
            Path tree = Files.createDirectories(work.resolve(input + ".tree"));
            if (input.equals("noise")) {
                Files.write(tree.resolve("noise"), content);
            } else {
                shell.run("tar -xf '" + work.resolve(input) + "' -C '" + tree + "'");
            }
        }
        for (int level = LIMITS; level <= 9; level++) {
            String warm = "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -cp '"
                    + System.getProperty("java.class.path") + "' " + Compressors.class.getName() + " warm " + level
                    + " " + rounds;
            for (String input : inputs) {
                warm += " '" + work.resolve(input) + "'";
            }
            Path answer = work.resolve("answer");
            shell.run(warm + " >'" + answer + "'");
            for (String line : Files.readAllLines(answer)) {
                String[] parts = line.split("\t", -1);
                add(table(parts[0]), parts[1], Double.parseDouble(parts[2]), Long.parseLong(parts[3]));
            }
        }
        // The first round warms the page cache.
        for (int round = 0; round <= rounds; round++) {
            for (String input : inputs) {
                processes(input, round == 0 ? new LinkedHashMap<>() : table(input));
            }
        }
        for (String input : inputs) {
            print(input, table(input));
        }
    }

    private void processes(String input, Map<String, Row> table) throws Exception {
        Path out = work.resolve("out");
        // To a file: GNU tar reads nothing when it writes to /dev/null.
        String tar = "tar --sort=name -C '" + work.resolve(input + ".tree") + "' -cf '" + out + "' .";
        add(table, "GNU tar, files to a file", shell.run(tar).processor(), -1);
        for (Program program : PROGRAMS) {
            for (int level : Shell.installed(program.name()) ? program.levels() : List.<Integer>of()) {
                String line = program.name() + " -" + level + " " + program.options() + " <'" + work.resolve(input)
                        + "' >'" + out + "'";
                double seconds = shell.run(line).processor();
                add(table, program.name() + " | " + level, seconds, Files.size(out));
            }
        }
    }

    /** {@return what was measured with an input, by the tool} */
    private Map<String, Row> table(String input) {
        return tables.computeIfAbsent(input, i -> new LinkedHashMap<>());
    }

    private static void add(Map<String, Row> table, String tool, double seconds, long size) {
        table.computeIfAbsent(tool, t -> new Row(t, new ArrayList<>(), size))
                .seconds()
                .add(seconds);
    }

    private void print(String input, Map<String, Row> table) throws IOException {
        long size = Files.size(work.resolve(input));
        System.out.printf(Locale.ROOT, "%n### Gzip of %s, %.0f MB, %d rounds%n%n", input, size / 1e6, rounds);
        System.out.println("| | level | MB/s of CPU | output / input |");
        System.out.println("|---|---|---|---|");
        List<Row> rows = table.values().stream()
                .sorted(Comparator.comparing(row -> ORDER.indexOf(row.tool().split("[ ,:]", 2)[0])))
                .toList();
        for (Row row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %s |%n",
                    row.tool().contains(" | ") ? row.tool() : row.tool() + " | ",
                    size / 1e6 / Shell.median(row.seconds()),
                    row.size() < 0 ? "" : String.format(Locale.ROOT, "%.4f", (double) row.size() / size));
        }
        for (Program program : PROGRAMS) {
            if (!Shell.installed(program.name())) {
                System.out.println("| " + program.name() + " | not installed | | |");
            }
        }
    }

    private interface Step {
        long run() throws Exception;
    }

    /** In a virtual machine of its own: prints an input, a tool, seconds and a size in each line. */
    private static void warm(int level, int rounds, List<String> files) throws Exception {
        for (String file : files) {
            byte[] content = Files.readAllBytes(Path.of(file));
            Map<String, Step> steps = new LinkedHashMap<>();
            if (level == LIMITS) {
                limits(content, Path.of(file + ".tree"), steps);
            } else {
                steps.put("lading, warm | " + level, () -> DeflateRace.ours(content, level, 1));
                if (JDK_LEVELS.contains(level)) {
                    steps.put("JDK, warm | " + level, () -> DeflateRace.jdk(content, level));
                }
            }
            int unmeasured = level == LIMITS ? 15 : 2;
            for (int round = -unmeasured; round < rounds; round++) {
                for (Map.Entry<String, Step> step : steps.entrySet()) {
                    measure(Path.of(file).getFileName().toString(), step.getKey(), step.getValue(), round >= 0);
                }
            }
        }
    }

    private static void measure(String input, String tool, Step step, boolean told) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        // A layer is read by a second thread; what has one thread is not charged with the compiler's.
        boolean whole = tool.startsWith("layer");
        long start = whole ? DeflateRace.processCpu() : threads.getCurrentThreadCpuTime();
        long size = step.run();
        long end = whole ? DeflateRace.processCpu() : threads.getCurrentThreadCpuTime();
        if (told) {
            System.out.println(input + "\t" + tool + "\t" + (end - start) / 1e9 + "\t" + size);
        }
    }

    private static void limits(byte[] content, Path tree, Map<String, Step> steps) {
        byte[] copy = new byte[content.length];
        steps.put("limit: a copy in memory", () -> {
            System.arraycopy(content, 0, copy, 0, content.length);
            return -1;
        });
        steps.put("limit: CRC-32", () -> {
            CRC32 crc = new CRC32();
            crc.update(content);
            return crc.getValue() < 0 ? 0 : -1;
        });
        steps.put("limit: SHA-256", () -> {
            sha256(content);
            return -1;
        });
        steps.put("layer by lading, warm: files to a layout, not compressed, SHA-256 and all", () -> {
            Path layout = tree.resolveSibling("layout");
            try (OciLayout target = OciLayout.open(layout)) {
                LayerWriter.with(Compression.none()).threads(1).write(LayerRecipe.folder(tree), target);
            }
            Shell.delete(layout);
            return -1;
        });
    }

    private static byte[] sha256(byte[] content) throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(content);
    }
}
