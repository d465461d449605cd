package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One image for one platform in one place: the lazy view from which manifest, configuration and layers are read.
 *
 * <p>Manifest and configuration are read once and verified. Safe for use by many threads.
 */
public final class Image {
    private static final Platform UNSAID = Platform.of("", "");

    private final Descriptor descriptor;
    private final ContentSource source;
    private volatile @Nullable ImageManifest manifest;
    private volatile @Nullable ImageConfig config;

    private Image(Descriptor descriptor, ContentSource source) {
        this.descriptor = Objects.requireNonNull(descriptor);
        this.source = Objects.requireNonNull(source);
    }

    /**
     * Makes the view.
     *
     * @param descriptor the image's manifest
     * @param source the place it is read from
     * @return the image
     * @throws InvalidInputException if the descriptor is not of an image manifest
     */
    public static Image of(Descriptor descriptor, ContentSource source) {
        if (!descriptor.mediaType().isImageManifest()) {
            throw new InvalidInputException(descriptor + " is not an image manifest");
        }
        return new Image(descriptor, source);
    }

    /**
     * Returns the descriptor of the manifest.
     *
     * @return the descriptor, with a platform if an index gave one
     */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Returns the place the image is read from.
     *
     * @return the place
     */
    public ContentSource source() {
        return source;
    }

    /**
     * Reads the manifest, once.
     *
     * @return the manifest
     * @throws LadingException as {@link ContentSource#document}
     */
    public ImageManifest manifest() {
        ImageManifest read = manifest;
        if (read == null) {
            read = (ImageManifest) source.document(descriptor).manifest();
            manifest = read;
        }
        return read;
    }

    /**
     * Reads the configuration, once.
     *
     * @return the configuration
     * @throws LadingException as {@link ContentSource#bytes}
     */
    public ImageConfig config() {
        ImageConfig read = config;
        if (read == null) {
            read = ImageConfig.read(source.bytes(manifest().config()));
            config = read;
        }
        return read;
    }

    /**
     * Returns the platform: the descriptor's if an index gave one, with what it leaves unsaid taken from the configuration.
     *
     * @return the platform as written; {@link Platform#NONE} if neither says one, as where an artifact's configuration is no
     *     image's
     * @throws LadingException as {@link ContentSource#bytes}
     */
    public Platform platform() {
        Platform listed = descriptor.platform().orElse(UNSAID);
        if (!listed.os().isEmpty() && !listed.architecture().isEmpty()) {
            return listed;
        }
        MediaType type = manifest().config().mediaType();
        boolean isImage = type.equals(MediaType.OCI_CONFIG) || type.equals(MediaType.DOCKER_CONFIG);
        Platform filled = isImage ? listed.filledFrom(config().platform()) : listed;
        return filled.equals(UNSAID) ? Platform.NONE : filled;
    }

    /**
     * Returns the layers with their diff IDs.
     *
     * @return the layers, from the bottom up
     * @throws InvalidInputException if manifest and configuration do not have the same number of them
     */
    public List<Layer> layers() {
        List<Descriptor> descriptors = manifest().layers();
        List<Digest> diffIds = config().rootFs().diffIds();
        if (descriptors.size() != diffIds.size()) {
            throw new InvalidInputException("the image " + descriptor.digest() + " in " + source.describe() + " has "
                    + descriptors.size() + " layers in its manifest and " + diffIds.size()
                    + " diff IDs in its configuration");
        }
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < descriptors.size(); i++) {
            layers.add(new Layer(descriptors.get(i), diffIds.get(i)));
        }
        return layers;
    }

    /** Returns place and digest for a message. */
    @Override
    public String toString() {
        return source.describe() + "@" + descriptor.digest();
    }
}
