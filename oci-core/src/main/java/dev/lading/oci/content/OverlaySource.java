package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Several places read as one: content is taken from the first that holds it. So new documents in memory lie over the places
 * that hold what they name.
 *
 * <p>The last place is not asked whether it holds a thing; it answers for all that the others lack. Safe for use by many
 * threads if the places are.
 */
public final class OverlaySource implements ContentSource {
    private final List<ContentSource> parts;

    private OverlaySource(List<ContentSource> parts) {
        this.parts = parts;
    }

    /**
     * Lays places over each other.
     *
     * @param top the place that is asked first
     * @param below the places below it, in their order
     * @return the composite
     */
    public static OverlaySource of(ContentSource top, List<? extends ContentSource> below) {
        List<ContentSource> parts = new ArrayList<>();
        parts.add(top);
        below.stream().distinct().forEach(parts::add);
        return new OverlaySource(List.copyOf(parts));
    }

    @Override
    public Optional<Descriptor> find(String name) {
        return parts.stream()
                .map(part -> part.find(name))
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Override
    public boolean exists(Descriptor descriptor, Role role) {
        return parts.stream().anyMatch(part -> part.exists(descriptor, role));
    }

    @Override
    public Content fetch(Descriptor descriptor, Role role) {
        return at(descriptor, role).fetch(descriptor, role);
    }

    @Override
    public ContentSource at(Descriptor descriptor, Role role) {
        ContentSource last = parts.get(parts.size() - 1);
        for (ContentSource part : parts) {
            if (part == last || part.exists(descriptor, role)) {
                return part.at(descriptor, role);
            }
        }
        return last;
    }

    @Override
    public String describe() {
        return parts.get(parts.size() - 1).describe();
    }
}
