package dev.lading.oci.rootfs;

import dev.lading.gzip.GzipException;
import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.SourceFailedException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarException;
import dev.lading.zstd.ZstdException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The layers of an image as they are read: opened one after the other, and what fails in them said in the verbs' words. */
final class ImageLayers {
    private final Image image;
    private final List<Layer> layers;
    private final LayerLimits limits;

    ImageLayers(Image image, LayerLimits limits) {
        this.image = image;
        this.layers = image.layers();
        this.limits = limits;
    }

    int count() {
        return layers.size();
    }

    Image image() {
        return image;
    }

    /**
     * Reads and verifies all layers and applies them.
     *
     * @throws LadingException if a layer cannot be read or taken
     * @throws IOException if what the changes have to be carried out on fails
     */
    void applyTo(Changesets changesets) throws IOException {
        long bytes = 0;
        for (int i = 0; i < layers.size(); i++) {
            changesets.beginLayer();
            try (LayerReader reader = open(i, bytes, changesets.entries())) {
                for (Optional<TarEntry> entry = next(i, reader); entry.isPresent(); entry = next(i, reader)) {
                    apply(i, entry.get(), reader, changesets);
                }
                bytes += reader.bytesRead();
            }
        }
    }

    private void apply(int number, TarEntry entry, LayerReader reader, Changesets changesets) throws IOException {
        try {
            changesets.apply(entry, reader.content());
        } catch (SourceSideException e) {
            throw failure(number, e.fault());
        } catch (LayerException e) {
            throw failure(number, e);
        }
    }

    private LayerReader open(int number, long bytesBefore, long entriesBefore) {
        Layer layer = layers.get(number);
        try {
            return LayerReader.open(
                    image.source().blob(layer.descriptor()), layer.diffId(), limits, bytesBefore, entriesBefore);
        } catch (IOException e) {
            throw failure(number, e);
        }
    }

    /** Opens a layer that has been verified before, to read some of its contents again. */
    LayerReader openAgain(int number) throws IOException {
        return LayerReader.openAgain(image.source().blob(layers.get(number).descriptor()), limits);
    }

    private Optional<TarEntry> next(int number, LayerReader reader) {
        try {
            return reader.next();
        } catch (IOException e) {
            throw failure(number, e);
        }
    }

    LadingException failure(int number, IOException e) {
        Layer layer = layers.get(number);
        String where = "cannot unpack the layer " + layer.descriptor().digest() + " of "
                + image.descriptor().digest() + " in " + image.source().describe();
        return Failures.of(where, e, cause -> {
            boolean malformed = cause instanceof TarException
                    || cause instanceof GzipException
                    || cause instanceof ZstdException
                    || cause instanceof LayerException;
            return malformed
                    ? new InvalidInputException(where + ": " + cause.getMessage(), cause)
                    : new SourceFailedException(layer.descriptor(), cause);
        });
    }

    /** Tells an interrupt from a failure. */
    static final class Failures {
        private Failures() {}

        interface Kind {
            LadingException of(IOException cause);
        }

        /** The flag says whether it was an interrupt, never the exception's type: streams dress it in many ways. */
        static LadingException of(String what, IOException cause, Kind kind) {
            return Thread.currentThread().isInterrupted()
                    ? new CancelledException(what + ": the thread was interrupted", cause)
                    : kind.of(cause);
        }
    }
}
