package dev.lading.benchmarks;

import dev.lading.layer.Compression;
import dev.lading.layer.LayerRecipe;
import dev.lading.layer.LayerWriter;
import dev.lading.oci.Layer;
import dev.lading.oci.layout.OciLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The layers of a race by Lading, as one whole process: {@code COMPRESSION THREADS LAYOUT FOLDER…}. */
public final class RaceLading {
    private RaceLading() {}

    /**
     * Writes one layer a folder into a layout.
     *
     * @param args the compression ({@code gzip} or {@code none}), the threads, the layout's folder, the folders
     * @throws IOException if the layout cannot be opened
     */
    public static void main(String[] args) throws IOException {
        Compression compression = args[0].equals("none") ? Compression.none() : Compression.gzip();
        List<Path> folders = Arrays.stream(args).skip(3).map(Path::of).toList();
        try (OciLayout layout = OciLayout.open(Path.of(args[2]))) {
            LayerWriter writer = LayerWriter.with(compression).threads(Integer.parseInt(args[1]));
            for (Path folder : folders) {
                Layer layer = writer.write(LayerRecipe.folder(folder).into("/app"), layout);
                System.out.println(
                        layer.descriptor().digest() + " " + layer.descriptor().size());
            }
        }
    }
}
