package dev.lading.examples;

import static dev.lading.layer.LayerRecipe.folder;
import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;

import dev.lading.build.BuildResult;
import dev.lading.build.ImageBuilder;
import dev.lading.registry.RegistryClient;
import dev.lading.registry.Repository;
import java.nio.file.Path;

/** The main job: one image for two platforms, from real files, into a registry. */
public final class MainJob {
    private MainJob() {}

    /**
     * Builds and pushes.
     *
     * @param name the repository, such as {@code 127.0.0.1:5000/demo/hello}
     * @param app a folder for all platforms
     * @param bin a folder with a folder for each platform's architecture, the program {@code hello} in it
     * @return what was made
     */
    public static BuildResult run(String name, Path app, Path bin) {
        // The README and ./quickstart quote what follows, up to the end.
        // begin
        try (RegistryClient registries = RegistryClient.anonymous()) {
            Repository hello = registries.repository(name); // "127.0.0.1:5000/demo/hello"
            return ImageBuilder.fromNothing()
                    .platforms(LINUX_AMD64, LINUX_ARM64)
                    .layer(folder(app).into("/app/share")) // built once, shared by both
                    .layerFor(p -> folder(bin.resolve(p.architecture())).into("/app/bin"))
                    .config(c -> c.entrypoint("/app/bin/hello").user("10001"))
                    .build(hello, "1.0", "latest"); // the names last
        }
        // end
    }
}
