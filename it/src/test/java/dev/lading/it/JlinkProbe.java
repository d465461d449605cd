package dev.lading.it;

import dev.lading.build.BuildResult;
import dev.lading.build.ImageBuilder;
import dev.lading.emulation.HostExecution;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Platform;
import dev.lading.oci.layout.OciLayout;
import java.nio.file.Path;

/** A program of its own for an image made by jlink: builds the folder of its first argument into the layout of its second. */
public final class JlinkProbe {
    private JlinkProbe() {}

    /**
     * Builds, reads back, and prints digest, platform, this host, and the module each came from.
     *
     * @param arguments the folder and the layout
     */
    public static void main(String[] arguments) {
        try (OciLayout layout = OciLayout.open(Path.of(arguments[1]))) {
            BuildResult built = ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_ARM64)
                    .layer(LayerRecipe.folder(Path.of(arguments[0])).into("/app"))
                    .build(layout, "1");
            System.out.println("built " + built.descriptor().digest());
            System.out.println(
                    "read " + layout.resolve("1").image(Platform.LINUX_ARM64).platform());
            System.out.println(
                    "host " + HostExecution.detect().getClass().getModule().getName());
            System.out.println("core " + OciLayout.class.getModule().getName());
            System.out.println("home " + System.getProperty("java.home"));
        }
    }
}
