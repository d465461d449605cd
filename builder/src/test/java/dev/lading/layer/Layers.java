package dev.lading.layer;

import static dev.lading.layer.Compression.none;

import dev.lading.oci.Layer;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.rootfs.LayerReader;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Layers written into memory, and what is in them. */
final class Layers {
    final MemoryStore store = MemoryStore.create();

    Layer write(LayerRecipe recipe) {
        return LayerWriter.with(none()).write(recipe, store);
    }

    List<TarEntry> entries(LayerRecipe recipe) throws IOException {
        List<TarEntry> entries = new ArrayList<>();
        Layer layer = write(recipe);
        try (LayerReader reader = LayerReader.open(store.blob(layer.descriptor()), layer.diffId())) {
            for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                entries.add(entry.get());
            }
        }
        return entries;
    }

    List<String> names(LayerRecipe recipe) throws IOException {
        return entries(recipe).stream().map(TarEntry::nameText).toList();
    }

    /** The contents of files by name. */
    Map<String, String> contents(LayerRecipe recipe) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        Layer layer = write(recipe);
        try (LayerReader reader = LayerReader.open(store.blob(layer.descriptor()), layer.diffId())) {
            for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                if (entry.get().kind() == TarKind.FILE) {
                    contents.put(
                            entry.get().nameText(),
                            new String(reader.content().readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return contents;
    }

    TarEntry entry(LayerRecipe recipe, String name) throws IOException {
        return entries(recipe).stream()
                .filter(entry -> entry.nameText().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
