package dev.lading.it.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lading.it.peers.Jdks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "umask and locales are set by a shell")
class SameDigestTest {
    private record Surroundings(String umask, String zone, String locale) {}

    private static final List<Surroundings> ALL = List.of(
            new Surroundings("022", "UTC", "C.UTF-8"),
            new Surroundings("077", "Asia/Kathmandu", "C"),
            new Surroundings("002", "America/St_Johns", "tr_TR.UTF-8"));

    @TempDir
    Path temp;

    /** Makes the application anew, in a folder of its own, by a shell with the umask asked for. */
    private Path application(String name, Surroundings here) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(temp.resolve(name));
        byte[] large = new byte[300_000];
        new Random(42).nextBytes(large);
        for (int i = 0; i < large.length; i += 2) {
            large[i] = 'x';
        }
        Files.write(temp.resolve("large"), large);
        // The folder's name of three bytes is Latin-1 and no UTF-8; the file's is UTF-8.
        String script = "umask " + here.umask() + " && cd \"$1\" && mkdir -p lib.d lib/deep"
                + " && printf a > lib/a && printf b > lib.d/b && cp \"$2\" lib/deep/large"
                + " && printf '#!/bin/sh\\n' > run && chmod u+x run && ln -s lib/a link"
                + " && n=$(printf 'na\\303\\257ve') && printf c > \"$n\""
                + " && l=$(printf 'caf\\351') && printf d > \"$l\"";
        run(
                List.of(
                        "sh",
                        "-c",
                        script,
                        "sh",
                        folder.toString(),
                        temp.resolve("large").toString()),
                Map.of());
        return folder;
    }

    private static String run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(new HashMap<>(environment));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }

    @Test
    void every_jdk_folder_time_zone_locale_and_umask_gives_the_same_index() throws IOException, InterruptedException {
        List<Path> jdks = Jdks.present();
        assumeThat(jdks).as("JDK 17 and a newer one").isNotEmpty();
        Set<String> digests = new HashSet<>();
        List<String> told = new ArrayList<>();
        int run = 0;
        for (Path jdk : jdks) {
            for (Surroundings here : ALL) {
                run++;
                Path folder = application("folder-" + run, here);
                List<String> command = List.of(
                        "sh",
                        "-c",
                        "umask " + here.umask() + "; exec \"$@\"",
                        "sh",
                        jdk.resolve("bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BuildOnce.class.getName(),
                        folder.toString(),
                        temp.resolve("layout-" + run).toString());
                String digest = run(command, Map.of("TZ", here.zone(), "LC_ALL", here.locale()));
                digests.add(digest);
                told.add(jdk.getFileName() + " " + here + " " + digest);
            }
        }
        assertThat(digests).as(String.join("\n", told)).hasSize(1);
        assertThat(digests.iterator().next()).startsWith("sha256:");
    }
}
