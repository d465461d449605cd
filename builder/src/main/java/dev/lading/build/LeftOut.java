package dev.lading.build;

import dev.lading.layer.EntryObserver;
import dev.lading.oci.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Collects what a build's layers do not carry, in the order of the layers, whichever is made first. */
final class LeftOut {
    private static final int MAX_LINES = 1000;

    private final List<Observer> layers = new ArrayList<>();

    /** An observer for the next layer, which passes everything on. To be called by the thread that asks for the lines. */
    EntryObserver observer(EntryObserver next) {
        Observer observer = new Observer(next);
        layers.add(observer);
        return observer;
    }

    /** The lines; to be asked for when all layers are made. */
    List<String> notCarried() {
        return lines(layer -> layer.notCarried);
    }

    List<String> notLookedFor() {
        return lines(layer -> layer.notLookedFor);
    }

    /** Layers for several platforms often say the same. */
    private List<String> lines(Function<Observer, List<String>> of) {
        return layers.stream()
                .map(of)
                .flatMap(List::stream)
                .distinct()
                .limit(MAX_LINES)
                .toList();
    }

    private static final class Observer implements EntryObserver {
        private final EntryObserver next;
        private final List<String> notCarried = new ArrayList<>();
        private final List<String> notLookedFor = new ArrayList<>();

        Observer(EntryObserver next) {
            this.next = next;
        }

        @Override
        public void file(String path, byte[] firstBytes) {
            next.file(path, firstBytes);
        }

        @Override
        public void executable(String path, Platform platform) {
            next.executable(path, platform);
        }

        @Override
        public void notCarried(String path, String attribute) {
            add(notCarried, path + ": the attribute " + attribute);
        }

        @Override
        public void notLookedFor(String path, String attributes) {
            add(notLookedFor, path + ": " + attributes);
        }

        private static void add(List<String> lines, String line) {
            if (lines.size() < MAX_LINES) {
                lines.add(line);
            }
        }
    }
}
