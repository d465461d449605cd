package dev.lading.layer;

import java.util.List;

/** Reads archives. */
final class ArchiveScan {
    static boolean reads(Part part) {
        return false;
    }

    List<LayerEntry> entries(Part part) {
        return List.of();
    }

    void close() {}
}
