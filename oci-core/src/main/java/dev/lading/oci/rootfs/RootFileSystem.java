package dev.lading.oci.rootfs;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ConflictException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.SourceFailedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The root file system of an image: its layers, applied in order (image-spec, layer.md, «Applying Changesets»).
 *
 * <p>An immutable description; {@link #unpack} carries it out in a folder, {@link #tree} as a view without unpacking, and
 * {@link #flatten} as one tar stream. All three take layers alike; where the specification is silent, the last of two
 * entries with one name holds, parents that no entry describes are made (0755, root, 1970), symbolic links in a path are
 * followed inside the root, and a hard link shares what its target is with the attributes that the target's own entry
 * gave. Refused are names with {@code ..}, entries below a file of the same layer, links to folders, whiteouts of no name or
 * of another kind than a file, and whiteouts whose path passes a symbolic link.
 */
public final class RootFileSystem {
    private final Image image;
    private final LayerLimits limits;
    private final boolean owners;
    private final AttributeWriter attributes;

    private RootFileSystem(Image image, LayerLimits limits, boolean owners, AttributeWriter attributes) {
        this.image = image;
        this.limits = limits;
        this.owners = owners;
        this.attributes = attributes;
    }

    /**
     * The root file system of an image, with the usual limits.
     *
     * @param image the image of one platform
     * @return the root file system; nothing is read yet
     */
    public static RootFileSystem of(Image image) {
        return new RootFileSystem(
                Objects.requireNonNull(image, "image"), LayerLimits.DEFAULT, false, AttributeWriter.NONE);
    }

    /**
     * This root file system with other limits.
     *
     * @param limits what all layers together may unpack to
     * @return the root file system
     */
    public RootFileSystem withLimits(LayerLimits limits) {
        return new RootFileSystem(image, Objects.requireNonNull(limits, "limits"), owners, attributes);
    }

    /**
     * This root file system with each file's owner, and its set-user-id and set-group-id bits. Needs the right to give
     * files away (root, on Linux).
     *
     * @return the root file system
     */
    public RootFileSystem withOwners() {
        return new RootFileSystem(image, limits, true, attributes);
    }

    /**
     * This root file system with a way to set the extended attributes that Java cannot. They are set only
     * {@link #withOwners()}: a capability is worth as much as a set-user-id bit.
     *
     * @param attributes what sets them; called once an unpacking
     * @return the root file system
     */
    public RootFileSystem withAttributes(AttributeWriter attributes) {
        return new RootFileSystem(image, limits, owners, Objects.requireNonNull(attributes, "attributes"));
    }

    /**
     * Reads and verifies all layers, one after the other, and keeps what they say: names and facts, no contents.
     *
     * @return the view
     * @throws InvalidInputException if a layer is malformed, hostile or beyond a limit
     * @throws ContentMismatchException if a layer is not what manifest and configuration say
     * @throws UnsupportedException if a layer is of a type or a compression that is not read
     * @throws NotFoundException if a layer is not in the image's place
     * @throws SourceFailedException if a layer cannot be read
     * @throws CancelledException if the thread is interrupted; its flag stays
     */
    public FileTree tree() {
        ImageLayers layers = new ImageLayers(image, limits);
        Changesets changesets = new Changesets(limits, Effects.NONE);
        try {
            layers.applyTo(changesets);
        } catch (IOException e) {
            throw new IllegalStateException("a tree in memory does not fail", e);
        }
        return new FileTree(layers, changesets);
    }

    /**
     * Writes everything as one tar stream without whiteouts; in short for {@link FileTree#flatten} of {@link #tree()}. Each
     * layer is read once for its names, and those with files that are still there once more for these.
     *
     * @param out where to; neither flushed nor closed
     * @return what was written
     * @throws InvalidInputException if a layer is malformed, hostile or beyond a limit
     * @throws ContentMismatchException if a layer is not what manifest and configuration say
     * @throws UnsupportedException if a layer is of a type or a compression that is not read
     * @throws NotFoundException if a layer is not in the image's place
     * @throws SourceFailedException if a layer cannot be read
     * @throws UnavailableException if {@code out} fails
     * @throws CancelledException if the thread is interrupted; its flag stays
     */
    public FlattenResult flatten(OutputStream out) {
        return tree().flatten(out);
    }

    /**
     * Applies all layers to a folder.
     *
     * <p>Files, folders, symbolic and hard links are made; whiteouts take away what lower layers brought; times are set,
     * and modes where the file system has them. Owners, set-user-id and set-group-id bits only {@link #withOwners()}.
     * Extended attributes of the {@code user} namespace are set where the file system has them, others by a writer that was
     * given {@link #withAttributes}, {@code trusted} ones never. Devices and named pipes are not made. All that is left out is
     * counted and listed.
     *
     * <p>Nothing is written outside the folder, whatever the layers say: names that climb are refused, and links are
     * followed as if the folder were the root of the machine. The folder must not be changed by others meanwhile. A path
     * may be of any file system; names it cannot hold, or cannot keep apart, are refused.
     *
     * <p>If this fails in any way, what it made is removed.
     *
     * @param folder where to; absent, or an empty folder
     * @return what was done
     * @throws ConflictException if the folder is not empty, or no folder
     * @throws InvalidInputException if a layer is malformed, hostile or beyond a limit
     * @throws ContentMismatchException if a layer is not what manifest and configuration say
     * @throws UnsupportedException if a layer is of a type or a compression that is not read, or the file system cannot
     *     hold what it names
     * @throws NotFoundException if a layer is not in the image's place
     * @throws SourceFailedException if a layer cannot be read
     * @throws UnavailableException if the folder cannot be written
     * @throws CancelledException if the thread is interrupted; its flag stays
     */
    public UnpackResult unpack(Path folder) {
        ImageLayers layers = new ImageLayers(image, limits);
        Destination destination = Destination.prepare(folder);
        boolean done = false;
        try {
            Unpacking unpacking = new Unpacking(destination, owners, attributes);
            Changesets changesets = new Changesets(limits, unpacking);
            changesets.root().setPath(destination.root());
            layers.applyTo(changesets);
            unpacking.finish(changesets);
            done = true;
            return unpacking.result(layers.count(), changesets);
        } catch (IOException e) {
            throw ImageLayers.Failures.of(
                    "cannot write to " + folder, e, cause -> new UnavailableException(message(folder, cause), cause));
        } finally {
            if (!done) {
                destination.remove();
            }
        }
    }

    private static String message(Path folder, IOException cause) {
        return LadingException.from("cannot write to " + folder, cause).getMessage()
                + ". What was made there is removed.";
    }
}
