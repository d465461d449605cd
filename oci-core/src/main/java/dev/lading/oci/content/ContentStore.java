package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import java.util.Optional;

/** A place that can be read and written: a repository in a registry, a layout, memory. */
public interface ContentStore extends ContentSource, ContentTarget {
    @Override
    boolean exists(Descriptor descriptor, Role role);

    @Override
    String describe();

    @Override
    default <T> Optional<T> ability(Class<T> type) {
        return Optional.empty();
    }
}
