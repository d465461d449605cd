package dev.lading.layer;

import dev.lading.layer.Part.LayerSource;
import dev.lading.layer.Part.TarSource;
import dev.lading.layer.Part.ZipSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads archives. */
final class ArchiveScan {
    static boolean reads(Part part) {
        return part.source() instanceof LayerSource
                || part.source() instanceof TarSource
                || part.source() instanceof ZipSource;
    }

    static Path file(Part part) {
        if (part.source() instanceof TarSource source) {
            return source.file();
        } else if (part.source() instanceof ZipSource source) {
            return source.file();
        }
        throw new IllegalArgumentException(part + " is no archive in a file");
    }

    List<LayerEntry> entries(Part part) {
        return new ArrayList<>();
    }

    void close() {}
}
