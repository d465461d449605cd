package dev.lading;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.content.ContentStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A store that a build goes to, and the names it is to get there. */
final class Destination {
    private final ContentStore store;
    private final Set<String> names = new LinkedHashSet<>();

    private Destination(ContentStore store) {
        this.store = store;
    }

    /** Groups places by their store, each store and each name once, in the order given. */
    static List<Destination> of(Lading door, List<? extends Place> places) {
        if (places.isEmpty()) {
            throw new InvalidInputException("a build needs at least one place to go to");
        }
        Map<String, Destination> byStore = new LinkedHashMap<>();
        for (Place place : places) {
            if (place.digest().isPresent()) {
                throw new InvalidInputException(
                        place + " names a digest, which is known only after the build. Leave it out.");
            }
            ContentStore store = door.store(place);
            byStore.computeIfAbsent(store.describe(), key -> new Destination(store))
                    .names
                    .addAll(Lading.named(place).tag().stream().toList());
        }
        return new ArrayList<>(byStore.values());
    }

    ContentStore store() {
        return store;
    }

    /** A name as it is told where several places are spoken of. */
    String fullName(String name) {
        return store.describe() + ":" + name;
    }

    List<String> fullNames(List<String> some) {
        return some.stream().map(this::fullName).toList();
    }

    String[] names() {
        return names.toArray(new String[0]);
    }
}
