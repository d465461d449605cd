package dev.lading.layer;

import dev.lading.layer.Part.LayerSource;
import dev.lading.layer.Part.TarSource;
import dev.lading.layer.Part.ZipSource;
import dev.lading.oci.LadingException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Lists the entries of archives and layers, and keeps open what they are read from. */
final class ArchiveScan {
    private final List<Closeable> open = new ArrayList<>();
    private final List<NotCarried> notCarried = new ArrayList<>();

    /** An attribute that is left behind, and the path of the entry that had it, as observers are told. */
    record NotCarried(String path, String attribute) {
        void tell(EntryObserver observer) {
            observer.notCarried(path, attribute);
        }
    }

    List<NotCarried> notCarried() {
        return notCarried;
    }

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
        part.source().require();
        Found found = new Found(part);
        String what = part.source() instanceof LayerSource source
                ? "the layer " + source.layer().descriptor().digest()
                : "the archive " + file(part);
        try {
            if (part.source() instanceof ZipSource) {
                ZipScan scan = new ZipScan(file(part).toRealPath());
                open.add(scan);
                scan.list(found);
            } else {
                TarScan scan = new TarScan(what, notCarried);
                open.add(scan);
                scan.list(part.source(), found);
            }
        } catch (IOException e) {
            throw LadingException.from("cannot read " + what, e);
        }
        return found.selected();
    }

    void close() {
        Optional<IOException> first = Optional.empty();
        for (Closeable one : open) {
            try {
                one.close();
            } catch (IOException e) {
                first = first.isPresent() ? first : Optional.of(e);
            }
        }
        if (first.isPresent()) {
            throw LadingException.from("cannot close an archive", first.get());
        }
    }

    /** What an archive holds, by path: of two entries with one path the later is meant. */
    static final class Found {
        private final Part part;
        private final byte[] destination;
        private final Map<String, LayerEntry> entries = new LinkedHashMap<>();

        Found(Part part) {
            this.part = part;
            this.destination = PartScan.destination(part);
        }

        Rules rules() {
            return part.rules();
        }

        /** Where an entry goes; empty for the archive's root where that is the image's. */
        byte[] path(byte[] below) {
            return below.length == 0 ? destination : PathBytes.joined(destination, below);
        }

        /** Whether nothing could let an entry in, so that it need not be read. */
        boolean excludes(byte[] below, boolean isFolder) {
            return part.selection().asksForPaths() && excluded(text(below), isFolder);
        }

        void add(byte[] below, LayerEntry entry) {
            String key = text(below);
            LayerEntry ruled = part.selection().where().isEmpty()
                    ? entry
                    : new LayerEntry(
                            entry.path(),
                            part.selection().ruled(entry.header(), key, entry.isFolder()),
                            entry.content(),
                            entry.origin(),
                            entry.link());
            // By bytes, not by text: two names that are no text may look the same.
            entries.put(AttributeReader.key(below), ruled);
        }

        private static String text(byte[] below) {
            return new String(below, StandardCharsets.UTF_8);
        }

        /** What goes in; a folder that is not asked for goes in where something in it does. */
        List<LayerEntry> selected() {
            List<LayerEntry> all = new ArrayList<>();
            Set<String> needed = new TreeSet<>();
            if (part.selection().included().isEmpty()) {
                all.addAll(entries.values());
                return all;
            }
            entries.forEach((key, entry) -> {
                if (included(below(key), entry.isFolder())) {
                    for (int i = key.indexOf('/'); i > 0; i = key.indexOf('/', i + 1)) {
                        needed.add(key.substring(0, i));
                    }
                    needed.add(key);
                }
            });
            entries.forEach((key, entry) -> {
                if (needed.contains(key)) {
                    all.add(entry);
                }
            });
            return all;
        }

        private static String below(String key) {
            return text(key.getBytes(StandardCharsets.ISO_8859_1));
        }

        private boolean excluded(String path, boolean isFolder) {
            for (int i = path.indexOf('/'); i > 0; i = path.indexOf('/', i + 1)) {
                if (part.selection().excludes(path.substring(0, i), true)) {
                    return true;
                }
            }
            return part.selection().excludes(path, isFolder);
        }

        private boolean included(String path, boolean isFolder) {
            for (int i = path.indexOf('/'); i > 0; i = path.indexOf('/', i + 1)) {
                if (part.selection().includes(path.substring(0, i), true)) {
                    return true;
                }
            }
            return part.selection().includes(path, isFolder);
        }
    }
}
