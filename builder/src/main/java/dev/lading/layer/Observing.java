package dev.lading.layer;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.HeaderCollector;
import java.util.Optional;

/** Tells an observer of each file that passes by: of its beginning, and at its end whether it is an executable. */
final class Observing {
    private final EntryObserver observer;
    private HeaderCollector collector = new HeaderCollector(0);

    Observing(EntryObserver observer) {
        this.observer = observer;
    }

    void begin(LayerEntry file, byte[] firstBytes) {
        collector = new HeaderCollector(file.header().size());
        observer.file(file.shown(), firstBytes);
    }

    void bytes(byte[] bytes, int length) {
        collector.take(bytes, 0, length);
    }

    /** The platform that was told. */
    Optional<Platform> end(LayerEntry file) {
        Optional<Platform> needed =
                collector.header() instanceof ElfHeader elf ? elf.neededPlatform() : Optional.empty();
        needed.ifPresent(platform -> observer.executable(file.shown(), platform));
        return needed;
    }
}
