package dev.lading.benchmarks;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import dev.lading.build.ImageBuilder;
import dev.lading.layer.LayerCache;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Platform;
import dev.lading.registry.RegistryClient;
import dev.lading.testkit.LocalRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * How long does a build take in which nothing changed, in a warm JVM, with a cache, into a registry that has all of it? Beside
 * jib-core with its cache. Prints Markdown; {@code WORK-FOLDER ROUNDS INPUT…}, an input being {@code app} or {@code small}.
 */
public final class Rebuild {
    private interface Build {
        void run() throws Exception;
    }

    private Rebuild() {}

    /**
     * Builds, and builds again.
     *
     * @param args the work folder, the rounds, the inputs
     * @throws Exception if a build fails
     */
    public static void main(String[] args) throws Exception {
        Path work = Files.createDirectories(Path.of(args[0]).toAbsolutePath());
        int rounds = Integer.parseInt(args[1]);
        System.out.println("\n### An unchanged rebuild in a warm JVM, " + rounds + " rounds\n");
        System.out.println("| | median, s | best, s |");
        System.out.println("|---|---|---|");
        for (String input : List.of(args).subList(2, args.length)) {
            List<Path> layers = new RaceInputs(work.resolve("inputs")).of(input);
            try (LocalRegistry registry = LocalRegistry.create();
                    RegistryClient client = RegistryClient.anonymous()) {
                Path ours = Files.createTempDirectory(work, "lading");
                Path ourStrict = Files.createTempDirectory(work, "strict");
                Path theirs = Files.createTempDirectory(work, "jib");
                String name = registry.name("app");
                List<Build> builds = List.of(
                        () -> lading(layers, LayerCache.in(ours), client, name),
                        () -> lading(layers, LayerCache.in(ourStrict).strict(), client, name),
                        () -> jib(layers, theirs, name));
                List<List<Double>> seconds = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
                // Three to fill the caches and to warm the machine.
                for (int round = -3; round < rounds; round++) {
                    for (int i = 0; i < builds.size(); i++) {
                        long start = System.nanoTime();
                        builds.get(i).run();
                        if (round >= 0) {
                            seconds.get(i).add((System.nanoTime() - start) / 1e9);
                        }
                    }
                }
                print(input + ", lading", seconds.get(0));
                print(input + ", lading, strict", seconds.get(1));
                print(input + ", jib-core", seconds.get(2));
            }
        }
    }

    private static void lading(List<Path> layers, LayerCache cache, RegistryClient client, String name) {
        ImageBuilder image =
                ImageBuilder.fromNothing().platforms(Platform.LINUX_AMD64).cache(cache);
        for (Path layer : layers) {
            image = image.layer(LayerRecipe.folder(layer).into("/app"));
        }
        image.build(client.repository(name), "lading");
    }

    private static void jib(List<Path> layers, Path cache, String name) throws Exception {
        JibContainerBuilder image = Jib.fromScratch();
        for (Path layer : layers) {
            image.addFileEntriesLayer(FileEntriesLayer.builder()
                    .addEntryRecursive(layer, AbsoluteUnixPath.get("/app"))
                    .build());
        }
        image.containerize(Containerizer.to(RegistryImage.named(name + ":jib"))
                .setAllowInsecureRegistries(true)
                .setApplicationLayersCache(cache.resolve("application"))
                .setBaseImageLayersCache(cache.resolve("base")));
    }

    private static void print(String who, List<Double> seconds) {
        Collections.sort(seconds);
        System.out.printf(Locale.ROOT, "| %s | %.3f | %.3f |%n", who, seconds.get(seconds.size() / 2), seconds.get(0));
    }
}
