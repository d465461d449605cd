package dev.lading.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import land.oras.Layer;
import land.oras.LayoutRef;
import land.oras.LocalPath;
import land.oras.Manifest;
import land.oras.OCILayout;

/**
 * The layers of a race by oras-java's own layer writing, into a layout as Lading's are, as one whole process:
 * {@code COMPRESSION THREADS LAYOUT FOLDER…}. It leaves its temporary files behind: give it a folder for them.
 */
public final class RaceOras {
    private RaceOras() {}

    /**
     * Writes one layer a folder into a layout.
     *
     * @param args the compression ({@code gzip} or {@code none}), a number that is not used, the layout's folder, the folders
     */
    public static void main(String[] args) {
        String type = "application/vnd.oci.image.layer.v1.tar" + (args[0].equals("none") ? "" : "+gzip");
        LocalPath[] folders = Arrays.stream(args)
                .skip(3)
                .map(f -> LocalPath.of(Path.of(f), type))
                .toArray(LocalPath[]::new);
        OCILayout layout = OCILayout.builder().defaults(Path.of(args[2])).build();
        Manifest manifest = layout.pushArtifact(LayoutRef.of(layout, "race"), folders);
        for (Layer layer : manifest.getLayers()) {
            System.out.println(layer.getDigest() + " " + layer.getSize());
        }
        // Its threads would hold the process.
        layout.getExecutorService().shutdown();
    }
}
