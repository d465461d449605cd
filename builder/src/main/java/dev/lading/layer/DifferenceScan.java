package dev.lading.layer;

import dev.lading.layer.Part.DifferenceSource;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Compares two folders and lists what has to be laid over the lower one to get the upper one. */
final class DifferenceScan {
    private static final int BUFFER = 64 * 1024;

    private final Map<String, LayerEntry> lower;
    private final Map<String, LayerEntry> upper;
    private final Set<String> changed = new HashSet<>();
    private final ByteBuffer one = ByteBuffer.allocate(BUFFER);
    private final ByteBuffer other = ByteBuffer.allocate(BUFFER);

    private DifferenceScan(Map<String, LayerEntry> lower, Map<String, LayerEntry> upper) {
        this.lower = lower;
        this.upper = upper;
    }

    /** The entries that differ, by the part's own rules, and whiteouts of what is gone. */
    static List<LayerEntry> entries(Part part, DifferenceSource source) throws IOException {
        // Compared is what there is, whatever the layer is to say of it.
        Rules rules = part.rules().attributes().map(Rules.KEPT::withAttributes).orElse(Rules.KEPT);
        Part asFound = new Part(source, part.destination(), part.below(), rules, part.selection());
        Map<String, LayerEntry> upper = scan(asFound, source.upper());
        DifferenceScan scan = new DifferenceScan(scan(asFound, source.lower()), upper);
        scan.compare();
        List<LayerEntry> entries = scan.whiteouts();
        Map<String, LayerEntry> said = part.rules().equals(rules) ? upper : scan(part, source.upper());
        said.forEach((path, entry) -> {
            if (scan.changed.contains(path)) {
                entries.add(entry);
            }
        });
        return entries;
    }

    /** By path, one character a byte; in the order of the bytes, so that a folder comes before what is in it. */
    private static Map<String, LayerEntry> scan(Part part, Path folder) throws IOException {
        List<LayerEntry> entries = new ArrayList<>();
        FolderScan scan = new FolderScan(part, folder.getFileSystem(), true, entries) {
            @Override
            Optional<TarEntry> special(Path file, byte[] path) throws IOException {
                return SpecialFile.entry(file, path);
            }
        };
        scan.folder(folder, PartScan.destination(part));
        Map<String, LayerEntry> byPath = new TreeMap<>();
        entries.forEach(entry -> byPath.put(new String(entry.path(), StandardCharsets.ISO_8859_1), entry));
        return byPath;
    }

    private void compare() throws IOException {
        Map<String, String> lowerFirst = firstNames(lower);
        Map<String, String> upperFirst = firstNames(upper);
        Set<String> changedFiles = new HashSet<>();
        for (Map.Entry<String, LayerEntry> found : upper.entrySet()) {
            String path = found.getKey();
            LayerEntry before = lower.get(path);
            boolean sameNames = upperFirst.getOrDefault(path, path).equals(lowerFirst.getOrDefault(path, path));
            if (before == null || !sameNames || !isSame(before, found.getValue())) {
                add(path);
                if (upperFirst.containsKey(path)) {
                    changedFiles.add(upperFirst.get(path));
                }
            }
        }
        upperFirst.forEach((path, first) -> {
            if (changedFiles.contains(first)) {
                add(path);
            }
        });
    }

    /** For each name of a file with several the first of them. */
    private static Map<String, String> firstNames(Map<String, LayerEntry> tree) {
        Map<Object, String> first = new HashMap<>();
        Map<String, String> firstOf = new HashMap<>();
        tree.forEach((path, entry) -> entry.link().ifPresent(file -> {
            String known = first.putIfAbsent(file, path);
            firstOf.put(path, known == null ? path : known);
        }));
        return firstOf;
    }

    /** The entry, and the folders above: a reader that makes them anew must make them as they are. */
    private void add(String path) {
        for (int end = path.length(); end > 0 && changed.add(path.substring(0, end)); ) {
            end = Math.max(0, path.lastIndexOf('/', end - 1));
        }
    }

    private boolean isSame(LayerEntry before, LayerEntry after) throws IOException {
        TarEntry one = before.header();
        TarEntry two = after.header();
        boolean sameFacts = one.kind() == two.kind()
                && before.isAlike(after)
                && one.deviceMajor() == two.deviceMajor()
                && one.deviceMinor() == two.deviceMinor()
                && Arrays.equals(one.linkName(), two.linkName());
        return sameFacts && (one.kind() != TarKind.FILE || sameContent(before.content(), after.content()));
    }

    private boolean sameContent(FileContent before, FileContent after) throws IOException {
        if (before instanceof ScannedFile first
                && after instanceof ScannedFile second
                && first.facts().key().isPresent()
                && first.facts().key().equals(second.facts().key())) {
            return true;
        }
        try (ReadableByteChannel first = before.open();
                ReadableByteChannel second = after.open()) {
            while (true) {
                fill(first, one);
                fill(second, other);
                if (!one.equals(other)) {
                    return false;
                }
                if (!one.hasRemaining()) {
                    return true;
                }
            }
        }
    }

    private static void fill(ReadableByteChannel in, ByteBuffer buffer) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while files were compared");
        }
        buffer.clear();
        while (buffer.hasRemaining() && in.read(buffer) >= 0) {
            // reads on
        }
        buffer.flip();
    }

    /** For the uppermost of what is gone; where a file took a folder's place, the file says it. */
    private List<LayerEntry> whiteouts() {
        List<LayerEntry> whiteouts = new ArrayList<>();
        for (Map.Entry<String, LayerEntry> found : lower.entrySet()) {
            String path = found.getKey();
            int slash = path.lastIndexOf('/');
            LayerEntry above = slash < 0 ? null : upper.get(path.substring(0, slash));
            boolean inFolder = slash < 0 || above != null && above.isFolder();
            if (inFolder && !upper.containsKey(path)) {
                add(path.substring(0, Math.max(0, slash)));
                byte[] name = Whiteouts.of(found.getValue().path());
                whiteouts.add(new LayerEntry(
                        name,
                        TarEntry.file(name, 0).withMode(0),
                        FileContent.NONE,
                        "the whiteout of " + found.getValue().origin()));
            }
        }
        return whiteouts;
    }
}
