package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import java.util.Objects;

/**
 * One descriptor of a graph, what it is there, and where its bytes are.
 *
 * @param descriptor the content
 * @param role what it is where it stands
 * @param source the place it lives in; the part, where the graph's place is a composite
 */
public record GraphNode(Descriptor descriptor, Role role, ContentSource source) {
    /** Makes the value. */
    public GraphNode {
        Objects.requireNonNull(descriptor);
        Objects.requireNonNull(role);
        Objects.requireNonNull(source);
    }
}
