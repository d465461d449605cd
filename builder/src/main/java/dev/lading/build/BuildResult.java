package dev.lading.build;

import dev.lading.layer.EntryObserver;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Platform;
import dev.lading.oci.content.CopyResult;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a build made.
 *
 * @param descriptor what the names point to: an index, or the manifest of the only image
 * @param images the images' manifests by platform, in the order they were asked for
 * @param copy what the target was given beside new layers, and the names set
 * @param notCarried extended attributes that foreign tars have and the new layers have not, a line each that begins with the
 *     entry's path in the image; the first thousand, as the tars say them: not safe to print
 * @param notLookedFor where nobody looked whether there are such attributes, as {@link EntryObserver#notLookedFor} tells: a
 *     line for each folder or file that a recipe names, beginning with its path in the image; the first thousand
 */
public record BuildResult(
        Descriptor descriptor,
        Map<Platform, Descriptor> images,
        CopyResult copy,
        List<String> notCarried,
        List<String> notLookedFor) {
    /** Makes the value; the map and the lists are copied. */
    public BuildResult {
        Objects.requireNonNull(descriptor);
        Objects.requireNonNull(copy);
        notCarried = List.copyOf(notCarried);
        notLookedFor = List.copyOf(notLookedFor);
        images = Collections.unmodifiableMap(new LinkedHashMap<>(images));
    }
}
