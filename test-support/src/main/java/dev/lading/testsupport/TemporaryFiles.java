package dev.lading.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What lies in this module's own folder of temporary files at one moment; none where the folder is shared. */
final class TemporaryFiles {
    private final Set<Path> files;

    private TemporaryFiles(Set<Path> files) {
        this.files = files;
    }

    static TemporaryFiles now() {
        return new TemporaryFiles(list());
    }

    List<String> addedSince() {
        return list().stream()
                .filter(file -> !files.contains(file))
                .map(file -> "temporary file " + file)
                .sorted()
                .toList();
    }

    private static Set<Path> list() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        // The machine's folder belongs to every process: nothing there can be laid to a test.
        if (!folder.startsWith(Path.of("target").toAbsolutePath())) {
            return Set.of();
        }
        try {
            Files.createDirectories(folder);
            try (Stream<Path> entries = Files.list(folder)) {
                return entries.collect(Collectors.toUnmodifiableSet());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
