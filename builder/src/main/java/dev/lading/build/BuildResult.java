package dev.lading.build;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Platform;
import dev.lading.oci.content.CopyResult;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a build made.
 *
 * @param descriptor what the names point to: an index, or the manifest of the only image
 * @param images the images' manifests by platform, in the order they were asked for
 * @param copy what the target was given beside new layers, and the names set
 */
public record BuildResult(Descriptor descriptor, Map<Platform, Descriptor> images, CopyResult copy) {
    /** Makes the value; the map is copied. */
    public BuildResult {
        Objects.requireNonNull(descriptor);
        Objects.requireNonNull(copy);
        images = Collections.unmodifiableMap(new LinkedHashMap<>(images));
    }
}
