package dev.lading.it.digest;

import dev.lading.build.ImageBuilder;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Platform;
import dev.lading.oci.layout.OciLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A program of its own: builds the folder of its first argument into the layout of its second and prints the digest. */
public final class BuildOnce {
    private BuildOnce() {}

    /**
     * Builds.
     *
     * @param arguments the folder and the layout
     */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        try (OciLayout layout = OciLayout.open(Path.of(arguments[1]))) {
            System.out.println(ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_AMD64, Platform.LINUX_ARM64)
                    .layer(LayerRecipe.folder(folder).into("/app"))
                    .layerFor(p -> LayerRecipe.bytes(p.toString().getBytes(StandardCharsets.UTF_8))
                            .into("/platform"))
                    .config(c -> c.entrypoint("/app/run").label("language", "naïve"))
                    .build(layout, "1")
                    .descriptor()
                    .digest());
        }
    }
}
