package dev.lading.layer;

import dev.lading.layer.Part.DifferenceSource;
import dev.lading.layer.Part.OverlaySource;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What has changed in a tree of files, as the recipe of a layer: what is new or other goes in, what is gone becomes a
 * whiteout (image-spec, layer.md, «Representing Changes»).
 *
 * <p>Modes, owners, times (to the second) and hard links are kept, devices and named pipes too where the file system tells
 * their numbers; sockets are left out. {@link LayerRecipe}'s methods change that. Extended attributes come along by
 * {@link LayerRecipe#keepAttributes} alone. The folders above an entry go in as they are in the tree. Of the root itself
 * nothing is said.
 */
public final class TreeDifference {
    private TreeDifference() {}

    /**
     * Compares two folders when the layer is made. A file whose size, mode, owner, time and attributes are the same is
     * compared to the byte, unless both are one file on the disk. A file with several names goes in with all of them if one
     * of them has changed.
     *
     * @param lower what lower layers give
     * @param upper what is wanted
     * @return the recipe of a layer that makes the upper of the lower one
     */
    public static LayerRecipe between(Path lower, Path upper) {
        return LayerRecipe.of(
                new DifferenceSource(Objects.requireNonNull(lower), Objects.requireNonNull(upper)), Rules.KEPT);
    }

    /**
     * Reads the upper folder of a Linux overlay: what was written there is what has changed. Its whiteouts (character devices
     * 0:0) and its opaque folders become those of a layer.
     *
     * <p>Mount with {@code userxattr}: of opaque folders Java sees only the mark {@code user.overlay.opaque}. Without that
     * option the mark is {@code trusted.overlay.opaque}, for which {@link LayerRecipe#keepAttributes} must be given a reader
     * that sees it; else what such folders hide would come back unnoticed. Marks of the overlay's own never go into the
     * layer. Folders that were renamed instead of copied ({@code redirect_dir}) are refused. Nothing should be written
     * meanwhile.
     *
     * @param upper the upper folder
     * @return the recipe
     */
    public static LayerRecipe ofOverlay(Path upper) {
        return LayerRecipe.of(new OverlaySource(Objects.requireNonNull(upper)), Rules.KEPT);
    }
}
