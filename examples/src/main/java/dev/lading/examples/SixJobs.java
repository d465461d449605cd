package dev.lading.examples;

import static dev.lading.layer.Compression.gzip;
import static dev.lading.layer.LayerRecipe.folder;
import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;

import dev.lading.build.BuildResult;
import dev.lading.build.ImageBuilder;
import dev.lading.build.IndexBuilder;
import dev.lading.layer.LayerWriter;
import dev.lading.oci.Annotations;
import dev.lading.oci.Layer;
import dev.lading.oci.Platform;
import dev.lading.oci.content.CopyResult;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.Image;
import dev.lading.oci.layout.OciLayout;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.registry.RegistryClient;
import dev.lading.registry.Repository;
import java.nio.file.Path;

/** The jobs people come for, each as short as it gets. */
public final class SixJobs {
    private SixJobs() {}

    /**
     * Two platforms, folders on a base, two names.
     *
     * @param base the full name of the base, with a tag
     * @param repository the full name of the repository to push to
     * @param build a folder with {@code lib} for all, and one folder an architecture
     * @return what was made
     */
    public static BuildResult onABase(String base, String repository, Path build) {
        try (RegistryClient registries = RegistryClient.anonymous()) {
            Repository app = registries.repository(repository);
            return ImageBuilder.from(registries.resolve(base))
                    .platforms(LINUX_AMD64, LINUX_ARM64)
                    .layer(folder(build.resolve("lib")).into("/app/lib"))
                    .layerFor(p -> folder(build.resolve(p.architecture())).into("/app/bin"))
                    .config(c -> c.entrypoint("/app/bin/run").user("10001"))
                    .build(app, "1.4.0", "latest");
        }
    }

    /**
     * An index from images that are there, by their digests or names.
     *
     * @param repository the full name of the repository
     * @param first the tag or digest of the image for linux/amd64
     * @param second the tag or digest of the image for linux/arm64
     * @return what was made
     */
    public static BuildResult indexOf(String repository, String first, String second) {
        try (RegistryClient registries = RegistryClient.anonymous()) {
            Repository app = registries.repository(repository);
            return IndexBuilder.create()
                    .add(app.resolve(first))
                    .add(app.resolve(second)) // the platform is read from the configuration
                    .require(LINUX_AMD64, LINUX_ARM64)
                    .annotate(Annotations.VERSION, "1.4.0")
                    .build(app, "1.4.0");
        }
    }

    /**
     * Everything of an image, from one registry into another.
     *
     * @param source the full name of the image, with a tag or a digest
     * @param repository the full name of the repository to copy to
     * @return what was done
     */
    public static CopyResult copy(String source, String repository) {
        try (RegistryClient registries = RegistryClient.anonymous()) {
            return GraphCopy.from(registries.resolve(source)).to(registries.repository(repository), "1.4.0");
        }
    }

    /**
     * The files of one platform's image, in a folder.
     *
     * @param source the full name of the image, with a tag or a digest
     * @param platform the platform
     * @param root the folder, absent or empty
     */
    public static void unpack(String source, Platform platform, Path root) {
        try (RegistryClient registries = RegistryClient.anonymous()) {
            Image image = registries.resolve(source).image(platform);
            RootFileSystem.of(image).unpack(root);
        }
    }

    /**
     * One layer, straight into a layout.
     *
     * @param files the folder that goes in
     * @param image the layout's folder
     * @return the layer
     */
    public static Layer layer(Path files, Path image) {
        try (OciLayout layout = OciLayout.open(image)) {
            return LayerWriter.with(gzip(6)).threads(2).write(folder(files).into("/app"), layout);
        }
    }
}
