package dev.lading.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Digest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one folder that is too small for all their layers, one of them killed while it writes. */
class LayerCacheProcessesTest {
    @TempDir
    Path temp;

    private final List<Process> started = new ArrayList<>();

    private Process start(Path cache, int seed, int runs) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CacheUser.class.getName(),
                        cache.toString(),
                        String.valueOf(seed),
                        String.valueOf(runs))
                .redirectError(temp.resolve("errors-" + seed).toFile())
                .start();
        started.add(process);
        return process;
    }

    /** Whatever happened, nothing runs on. */
    @AfterEach
    void kill() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
            process.getInputStream().close();
            process.getErrorStream().close();
            process.getOutputStream().close();
        }
    }

    @Test
    void all_get_their_layers_and_what_is_kept_is_whole_though_one_is_killed_while_it_writes() throws Exception {
        Path kept = temp.resolve("cache");
        List<Process> users = new ArrayList<>();
        Process victim = start(kept, 0, 0);
        for (int seed = 1; seed <= 3; seed++) {
            users.add(start(kept, seed, 150));
        }
        assertThat(line(victim)).as(() -> errors(0)).isEqualTo("half");
        victim.destroyForcibly();
        assertThat(victim.waitFor(60, TimeUnit.SECONDS)).isTrue();
        try (Stream<Path> left = Files.list(kept.resolve("new"))) {
            assertThat(left.mapToLong(file -> file.toFile().length()).sum())
                    .as("what the killed process had written")
                    .isGreaterThan(1_000_000);
        }
        for (Process user : users) {
            assertThat(line(user)).as(() -> errors(users.indexOf(user) + 1)).isEqualTo("done");
            assertThat(user.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(user.exitValue()).isZero();
        }
        checkWhole(kept);
        // After the time in which it could still be somebody's, what the killed one left is taken away.
        LayerCache later = LayerCache.in(kept)
                .maxBytes(CacheUser.MAX_BYTES)
                .clock(Clock.offset(Clock.systemUTC(), Duration.ofDays(2)));
        for (int i = 0; i < CacheUser.RECIPES; i++) {
            CacheUser.checkOne(later, i);
        }
        assertThat(kept.resolve("new")).isEmptyDirectory();
        assertThat(checkWhole(kept)).isLessThanOrEqualTo(CacheUser.MAX_BYTES);
    }

    private String errors(int seed) {
        try {
            return Files.readString(temp.resolve("errors-" + seed));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String line(Process process) throws IOException {
        String line =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        return line == null ? "" : line;
    }

    /** Every layer has its digest and every record is one; how large all are. */
    private static long checkWhole(Path kept) throws IOException {
        long size = 0;
        try (Stream<Path> layers = Files.list(kept.resolve("layers"));
                Stream<Path> records = Files.list(kept.resolve("records"))) {
            for (Path layer : layers.toList()) {
                byte[] bytes = Files.readAllBytes(layer);
                assertThat(Digest.of(bytes).hex()).isEqualTo(layer.getFileName().toString());
                size += bytes.length;
            }
            for (Path record : records.toList()) {
                byte[] bytes = Files.readAllBytes(record);
                assertThat(CacheRecord.read(bytes)).isPresent();
                size += bytes.length;
            }
        }
        return size;
    }
}
