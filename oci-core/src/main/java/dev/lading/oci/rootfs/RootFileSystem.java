package dev.lading.oci.rootfs;

import dev.lading.gzip.GzipException;
import dev.lading.oci.CancelledException;
import dev.lading.oci.ConflictException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.SourceFailedException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The root file system of an image: its layers, applied in order (image-spec, layer.md, «Applying Changesets»).
 *
 * <p>An immutable description; {@link #unpack} carries it out.
 */
public final class RootFileSystem {
    private final Image image;
    private final LayerLimits limits;
    private final boolean owners;

    private RootFileSystem(Image image, LayerLimits limits, boolean owners) {
        this.image = image;
        this.limits = limits;
        this.owners = owners;
    }

    /**
     * The root file system of an image, with the usual limits.
     *
     * @param image the image of one platform
     * @return the root file system; nothing is read yet
     */
    public static RootFileSystem of(Image image) {
        return new RootFileSystem(Objects.requireNonNull(image, "image"), LayerLimits.DEFAULT, false);
    }

    /**
     * This root file system with other limits.
     *
     * @param limits what all layers together may unpack to
     * @return the root file system
     */
    public RootFileSystem withLimits(LayerLimits limits) {
        return new RootFileSystem(image, Objects.requireNonNull(limits, "limits"), owners);
    }

    /**
     * This root file system with each file's owner, and its set-user-id and set-group-id bits. Needs the right to give
     * files away (root, on Linux).
     *
     * @return the root file system
     */
    public RootFileSystem withOwners() {
        return new RootFileSystem(image, limits, true);
    }

    /**
     * Applies all layers to a folder.
     *
     * <p>Files, folders, symbolic and hard links are made; whiteouts take away what lower layers brought; times are set,
     * and modes where the file system has them. Owners, set-user-id and set-group-id bits only {@link #withOwners()}.
     * Devices, named pipes and extended attributes are left out and counted.
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
     * @throws UnsupportedException if a layer is compressed by zstd, or the file system cannot hold what it names
     * @throws NotFoundException if a layer is not in the image's place
     * @throws SourceFailedException if a layer cannot be read
     * @throws UnavailableException if the folder cannot be written
     * @throws CancelledException if the thread is interrupted; its flag stays
     */
    public UnpackResult unpack(Path folder) {
        List<Layer> layers = image.layers();
        Destination destination = Destination.prepare(folder);
        boolean done = false;
        try {
            Unpacking unpacking = new Unpacking(destination, owners);
            for (int i = 0; i < layers.size(); i++) {
                apply(layers.get(i), i, unpacking);
            }
            unpacking.finish();
            done = true;
            return unpacking.result(layers.size());
        } catch (IOException e) {
            throw failure(
                    "cannot write to " + folder, e, cause -> new UnavailableException(message(folder, cause), cause));
        } finally {
            if (!done) {
                destination.remove();
            }
        }
    }

    private void apply(Layer layer, int number, Unpacking unpacking) throws IOException {
        try (LayerReader reader = open(layer, unpacking)) {
            unpacking.begin(number, reader);
            for (Optional<TarEntry> entry = next(layer, reader); entry.isPresent(); entry = next(layer, reader)) {
                apply(layer, entry.get(), unpacking);
            }
            unpacking.end();
        }
    }

    private void apply(Layer layer, TarEntry entry, Unpacking unpacking) throws IOException {
        try {
            unpacking.apply(entry);
        } catch (SourceSideException e) {
            throw sourceFailure(layer, e.fault());
        } catch (LayerException e) {
            throw sourceFailure(layer, e);
        }
    }

    private LayerReader open(Layer layer, Unpacking unpacking) {
        try {
            return LayerReader.open(
                    image.source().blob(layer.descriptor()),
                    layer.diffId(),
                    limits,
                    unpacking.tarBytes(),
                    unpacking.entries());
        } catch (IOException e) {
            throw sourceFailure(layer, e);
        }
    }

    private Optional<TarEntry> next(Layer layer, LayerReader reader) {
        try {
            return reader.next();
        } catch (IOException e) {
            throw sourceFailure(layer, e);
        }
    }

    private LadingException sourceFailure(Layer layer, IOException e) {
        String where = "cannot unpack the layer " + layer.descriptor().digest() + " of "
                + image.descriptor().digest() + " in " + image.source().describe();
        return failure(where, e, cause -> {
            boolean malformed =
                    cause instanceof TarException || cause instanceof GzipException || cause instanceof LayerException;
            return malformed
                    ? new InvalidInputException(where + ": " + cause.getMessage(), cause)
                    : new SourceFailedException(layer.descriptor(), cause);
        });
    }

    private interface Kind {
        LadingException of(IOException cause);
    }

    /** The flag says whether it was an interrupt, never the exception's type: streams dress it in many ways. */
    private static LadingException failure(String what, IOException cause, Kind kind) {
        return Thread.currentThread().isInterrupted()
                ? new CancelledException(what + ": the thread was interrupted", cause)
                : kind.of(cause);
    }

    private static String message(Path folder, IOException cause) {
        return "cannot write to " + folder + ": " + cause.getMessage() + " ("
                + cause.getClass().getSimpleName() + "). What was made there is removed.";
    }
}
