package dev.lading.it.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a command of somebody else's, or our own in a process of its own, came to.
 *
 * @param exitCode its exit code
 * @param out its standard output
 * @param err its standard error
 */
public record Command(int exitCode, String out, String err) {
    private static final int PATIENCE_SECONDS = 120;

    /**
     * Runs a command to its end.
     *
     * @param words the command
     * @return what it came to
     */
    public static Command run(String... words) {
        return run(Map.of(), words);
    }

    /**
     * Runs a command to its end.
     *
     * @param environment variables beside the present ones
     * @param words the command
     * @return what it came to
     */
    public static Command run(Map<String, String> environment, String... words) {
        return run(PATIENCE_SECONDS, environment, words);
    }

    /**
     * Runs a command that may take half an hour, such as the installation of a system under emulation.
     *
     * @param words the command
     * @return what it came to
     */
    public static Command patiently(String... words) {
        return run(1800, Map.of(), words);
    }

    private static Command run(int patienceSeconds, Map<String, String> environment, String... words) {
        try {
            Path out = Files.createTempFile("out", "");
            Path err = Files.createTempFile("err", "");
            try {
                ProcessBuilder builder = new ProcessBuilder(words);
                builder.environment().putAll(environment);
                builder.redirectInput(Path.of("/dev/null").toFile());
                Process process = builder.redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError(List.of(words) + " did not end within " + patienceSeconds + " s: "
                            + Files.readString(err, StandardCharsets.UTF_8));
                }
                return new Command(
                        process.exitValue(),
                        Files.readString(out, StandardCharsets.UTF_8),
                        Files.readString(err, StandardCharsets.UTF_8));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + List.of(words), e);
        }
    }

    /**
     * Runs the lading command in a process of its own.
     *
     * @param words its words
     * @return what it came to
     */
    public static Command lading(String... words) {
        return run(ladingWords(List.of(), words).toArray(String[]::new));
    }

    /**
     * Returns what starts the lading command in a process of its own.
     *
     * @param options options of the Java virtual machine
     * @param words its words
     * @return all words, which may be added to
     */
    public static List<String> ladingWords(List<String> options, String... words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(options);
        command.add("dev.lading.cli.Main");
        command.addAll(List.of(words));
        return command;
    }

    /**
     * Asserts that the command succeeded.
     *
     * @return its standard output, without white space around it
     */
    public String succeeded() {
        assertThat(exitCode).as(out + err).isZero();
        return out.strip();
    }
}
