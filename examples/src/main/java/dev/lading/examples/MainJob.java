package dev.lading.examples;

import static dev.lading.layer.LayerRecipe.folder;
import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;

import dev.lading.build.BuildResult;
import dev.lading.build.ImageBuilder;
import dev.lading.registry.RegistryClient;
import java.nio.file.Path;

/** The main job: one image for two platforms, from real files, into a registry. */
public final class MainJob {
    private MainJob() {}

    /**
     * Builds and pushes.
     *
     * @param words the repository, such as {@code 127.0.0.1:5000/demo/hello}; a folder for all platforms; a folder with one
     *     folder an architecture ({@code amd64}, {@code arm64}), the program {@code hello} in each
     */
    public static void main(String... words) {
        String name = words[0];
        Path app = Path.of(words[1]);
        Path bin = Path.of(words[2]);
        // The README and ./quickstart quote what stands between these two lines.
        // begin
        try (RegistryClient registries = RegistryClient.anonymous()) {
            BuildResult built = ImageBuilder.fromNothing()
                    .platforms(LINUX_AMD64, LINUX_ARM64)
                    .layer(folder(app).into("/app/share")) // built once, shared by both
                    .layerFor(p -> folder(bin.resolve(p.architecture())).into("/app/bin"))
                    .config(c -> c.entrypoint("/app/bin/hello").user("10001"))
                    .build(registries.repository(name), "1.0", "latest"); // the names last
            System.out.println(name + "@" + built.descriptor().digest());
        }
        // end
    }
}
