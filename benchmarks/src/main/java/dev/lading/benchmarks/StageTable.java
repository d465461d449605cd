package dev.lading.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/**
 * Runs JMH and prints what it found as a table in Markdown: {@code StageTable TITLE LOG-FILE}, then JMH's own arguments.
 *
 * <p>Medians of iterations, not their mean: one iteration in which the compiler or another process was busy says nothing.
 */
public final class StageTable {
    private StageTable() {}

    /**
     * Runs.
     *
     * @param args the title, the file that JMH's own words go to, JMH's arguments
     * @throws Exception if a benchmark fails
     */
    public static void main(String[] args) throws Exception {
        Path log = Path.of(args[1]);
        OptionsBuilder options = new OptionsBuilder();
        options.parent(new CommandLineOptions(Arrays.copyOfRange(args, 2, args.length)));
        Collection<RunResult> results;
        try {
            results = new Runner(options.output(log.toString())
                            .shouldFailOnError(true)
                            .build())
                    .run();
        } catch (Exception e) {
            System.err.println(Files.readString(log));
            throw e;
        }
        print(args[0], List.copyOf(results));
    }

    private static void print(String title, List<RunResult> results) {
        String unit = results.get(0).getPrimaryResult().getScoreUnit().replace("/op", "");
        System.out.println("\n### " + title + "\n");
        System.out.println("| | median, " + unit + " | best | half of the iterations within | iterations |");
        System.out.println("|---|---|---|---|---|");
        for (RunResult run : results) {
            Result<?> result = run.getPrimaryResult();
            Statistics iterations = result.getStatistics();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | ± %.1f %% | %d |%n",
                    label(run.getParams()),
                    iterations.getPercentile(50),
                    iterations.getMin(),
                    50 * (iterations.getPercentile(75) - iterations.getPercentile(25)) / iterations.getPercentile(50),
                    iterations.getN());
        }
    }

    private static String label(BenchmarkParams params) {
        String benchmark = params.getBenchmark();
        StringBuilder label = new StringBuilder(benchmark.substring(benchmark.lastIndexOf('.') + 1));
        for (String key : params.getParamsKeys()) {
            label.append(", ").append(key).append(' ').append(params.getParam(key));
        }
        return label.toString();
    }
}
