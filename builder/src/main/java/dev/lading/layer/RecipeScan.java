package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import dev.lading.tar.TarKind;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a recipe's sources hold at one moment. To be closed: archives are kept open, or unpacked beside, until then.
 *
 * <p>Entries come in the order of their paths, folders above them included, no path twice.
 */
final class RecipeScan implements Closeable {
    private final LayerRecipe.Node root;
    private final IdentityHashMap<Part, List<LayerEntry>> parts = new IdentityHashMap<>();
    private final ArchiveScan archives = new ArchiveScan();

    private RecipeScan(LayerRecipe.Node root) {
        this.root = root;
    }

    /**
     * Looks at all sources but the inside of archives.
     *
     * @param detail whether files are asked for all that tells them from others
     */
    static RecipeScan of(LayerRecipe.Node root, boolean detail) {
        RecipeScan scan = new RecipeScan(root);
        scan.look(root, detail);
        return scan;
    }

    private void look(LayerRecipe.Node node, boolean detail) {
        if (node instanceof LayerRecipe.Joined joined) {
            joined.nodes().forEach(child -> look(child, detail));
        } else if (node instanceof Part part && !ArchiveScan.reads(part)) {
            parts.put(part, ordered(part, PartScan.of(part, detail)));
        }
    }

    LayerRecipe.Node root() {
        return root;
    }

    /** The entries of a part in the order of their paths; an archive is read for them. */
    List<LayerEntry> of(Part part) {
        List<LayerEntry> found = parts.get(part);
        if (found == null) {
            found = ordered(part, archives.entries(part));
            parts.put(part, found);
        }
        return found;
    }

    private static List<LayerEntry> ordered(Part part, List<LayerEntry> found) {
        found.sort(LayerEntry::order);
        if (part.rules().emptyFolders()) {
            return found;
        }
        TreeSet<byte[]> needed = new TreeSet<>(Arrays::compareUnsigned);
        for (LayerEntry entry : found) {
            byte[] path = entry.path();
            for (int i = entry.isFolder() ? 0 : parentLength(path, path.length);
                    i > 0 && needed.add(Arrays.copyOf(path, i)); ) {
                i = parentLength(path, i);
            }
        }
        found.removeIf(entry -> entry.isFolder() && !needed.contains(entry.path()));
        return found;
    }

    /** All entries, merged. */
    List<LayerEntry> entries() {
        List<LayerEntry> merged = merged(root);
        merged = withParents(merged);
        merged.forEach(RecipeScan::checkLength);
        checkWhiteouts(merged);
        linked(merged);
        return merged;
    }

    /** What archives had and the layer has not; known once the entries are. */
    List<ArchiveScan.NotCarried> notCarried() {
        return archives.notCarried();
    }

    /** Tells whose attributes nobody asked for. */
    void tellNotLookedFor(EntryObserver observer) {
        tellNotLookedFor(root, observer);
    }

    private static void tellNotLookedFor(LayerRecipe.Node node, EntryObserver observer) {
        if (node instanceof LayerRecipe.Joined joined) {
            joined.nodes().forEach(child -> tellNotLookedFor(child, observer));
        } else if (node instanceof Part part) {
            PartScan.notLookedFor(part)
                    .ifPresent(attributes -> observer.notLookedFor(
                            "/" + new String(PartScan.goesTo(part), StandardCharsets.UTF_8), attributes));
        }
    }

    @Override
    public void close() {
        archives.close();
    }

    private List<LayerEntry> merged(LayerRecipe.Node node) {
        if (node instanceof LayerRecipe.Joined joined && joined.laterWins()) {
            return overlaid(joined.nodes());
        }
        List<LayerEntry> all = new ArrayList<>();
        if (node instanceof LayerRecipe.Joined joined) {
            joined.nodes().forEach(child -> all.addAll(merged(child)));
        } else if (node instanceof Part part) {
            all.addAll(of(part));
        }
        all.sort(LayerEntry::order);
        return withoutRepeatedFolders(all);
    }

    /** Of folders with one path the first holds; anything else may be there once. */
    private static List<LayerEntry> withoutRepeatedFolders(List<LayerEntry> sorted) {
        int kept = 0;
        for (LayerEntry entry : sorted) {
            if (kept > 0 && LayerEntry.order(sorted.get(kept - 1), entry) == 0) {
                LayerEntry other = sorted.get(kept - 1);
                if (!(other.isFolder() && entry.isFolder())) {
                    throw new InvalidInputException("two sources claim " + entry.shown() + ": " + other.origin()
                            + " and " + entry.origin() + ". Leave one of them out, or lay one over the other.");
                }
            } else {
                sorted.set(kept++, entry);
            }
        }
        sorted.subList(kept, sorted.size()).clear();
        return sorted;
    }

    /** The later of two entries with one path holds, and takes what cannot be beside it away. */
    private List<LayerEntry> overlaid(List<LayerRecipe.Node> nodes) {
        TreeMap<byte[], LayerEntry> all = new TreeMap<>(Arrays::compareUnsigned);
        for (LayerRecipe.Node node : nodes) {
            for (LayerEntry entry : merged(node)) {
                byte[] path = entry.path();
                for (int i = 1; i < path.length; i++) {
                    if (path[i] == '/') {
                        byte[] above = Arrays.copyOf(path, i);
                        LayerEntry there = all.get(above);
                        if (there != null && !there.isFolder()) {
                            all.remove(above);
                        }
                    }
                }
                if (!entry.isFolder()) {
                    removeBelow(path, all);
                    // A folder does not take its whiteout away: what lower layers have in it would be there again.
                    all.remove(Whiteouts.of(path));
                }
                Whiteouts.gone(path).ifPresent(gone -> {
                    removeBelow(gone, all);
                    all.remove(gone);
                });
                all.put(path, entry);
            }
        }
        return new ArrayList<>(all.values());
    }

    private static void removeBelow(byte[] path, NavigableMap<byte[], LayerEntry> all) {
        byte[] from = Arrays.copyOf(path, path.length + 1);
        from[path.length] = '/';
        byte[] to = from.clone();
        to[path.length] = '/' + 1;
        all.subMap(from, to).clear();
    }

    /** Puts in the folders above that no source gave. */
    private static List<LayerEntry> withParents(List<LayerEntry> sorted) {
        TreeMap<byte[], LayerEntry> missing = new TreeMap<>(Arrays::compareUnsigned);
        byte[] last = {};
        int lastLength = 0;
        for (LayerEntry entry : sorted) {
            byte[] path = entry.path();
            int length = parentLength(path, path.length);
            if (length > 0 && !Arrays.equals(path, 0, length, last, 0, lastLength)) {
                last = path;
                lastLength = length;
                checkParents(sorted, entry, missing);
            }
        }
        if (missing.isEmpty()) {
            return sorted;
        }
        List<LayerEntry> all = new ArrayList<>(sorted);
        all.addAll(missing.values());
        all.sort(LayerEntry::order);
        return all;
    }

    private static void checkParents(List<LayerEntry> sorted, LayerEntry entry, Map<byte[], LayerEntry> missing) {
        byte[] path = entry.path();
        for (int i = parentLength(path, path.length); i > 0; i = parentLength(path, i)) {
            int at = indexOf(sorted, path, i);
            if (at < 0) {
                byte[] parent = Arrays.copyOf(path, i);
                missing.computeIfAbsent(parent, PartScan::parentFolder);
            } else if (!sorted.get(at).isFolder()) {
                throw new InvalidInputException(sorted.get(at).shown() + " from "
                        + sorted.get(at).origin() + " is no folder, but " + entry.origin() + " is to lie in it");
            }
        }
    }

    private static int parentLength(byte[] path, int length) {
        int i = length - 1;
        while (i > 0 && path[i] != '/') {
            i--;
        }
        return Math.max(i, 0);
    }

    private static int indexOf(List<LayerEntry> sorted, byte[] path, int length) {
        int low = 0;
        int high = sorted.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            byte[] other = sorted.get(middle).path();
            int order = Arrays.compareUnsigned(other, 0, other.length, path, 0, length);
            if (order == 0) {
                return middle;
            } else if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /** What is longer could be written, and unpacked nowhere. */
    private static void checkLength(LayerEntry entry) {
        byte[] path = entry.path();
        if (path.length <= ArchivePath.MAX_PART_BYTES) {
            return;
        }
        for (int i = 0, part = 0; i < path.length; i++) {
            part = path[i] == '/' ? 0 : part + 1;
            if (part > ArchivePath.MAX_PART_BYTES) {
                throw new InvalidInputException(entry.shown() + " from " + entry.origin()
                        + " has a part longer than the " + ArchivePath.MAX_PART_BYTES
                        + " bytes that file systems hold. Give it a shorter name.");
            }
        }
        if (path.length + (entry.isFolder() ? 1 : 0) > ArchivePath.MAX_PATH_BYTES) {
            throw new InvalidInputException(entry.shown() + " from " + entry.origin() + " is longer than the "
                    + ArchivePath.MAX_PATH_BYTES + " bytes that a path may have. Put it less deep.");
        }
    }

    /** A layer that has a file and takes the same file away means nothing that all tools agree on. */
    private static void checkWhiteouts(List<LayerEntry> sorted) {
        for (LayerEntry entry : sorted) {
            Optional<byte[]> gone = Whiteouts.gone(entry.path());
            int at = gone.isPresent() ? indexOf(sorted, gone.get(), gone.get().length) : -1;
            if (at >= 0) {
                throw new InvalidInputException(sorted.get(at).shown() + " from "
                        + sorted.get(at).origin() + " is also taken away by " + entry.origin()
                        + ". Leave one of them out: a file replaces what lower layers have.");
            }
        }
    }

    /** Of files that share one content and are alike the first holds it; the others become links of it. */
    private static void linked(List<LayerEntry> sorted) {
        Map<Object, List<LayerEntry>> holders = new HashMap<>();
        for (int i = 0; i < sorted.size(); i++) {
            LayerEntry entry = sorted.get(i);
            if (entry.link().isPresent()) {
                List<LayerEntry> same = holders.computeIfAbsent(entry.link().get(), link -> new ArrayList<>(1));
                Optional<LayerEntry> holder =
                        same.stream().filter(entry::isAlike).findFirst();
                if (holder.isPresent()) {
                    sorted.set(i, entry.asLinkOf(holder.get()));
                } else {
                    same.add(entry);
                }
            }
        }
        checkLinks(sorted);
    }

    /**
     * A hard link that a recipe states names a file of this layer, for a lower one need not be there; it is the same file,
     * so it says of it what the first name says.
     */
    private static void checkLinks(List<LayerEntry> all) {
        for (int i = 0; i < all.size(); i++) {
            LayerEntry entry = all.get(i);
            if (entry.header().kind() == TarKind.HARD_LINK) {
                byte[] target = entry.header().linkName();
                int at = indexOf(all, target, target.length);
                if (at >= 0 && at < i && all.get(at).header().kind() == TarKind.HARD_LINK) {
                    // Second names before this one are known to be the first name's.
                    target = all.get(at).header().linkName();
                    at = indexOf(all, target, target.length);
                }
                boolean isBehind = at > i && all.get(at).header().kind() == TarKind.HARD_LINK;
                if (at < 0 || !all.get(at).isFile() && !isBehind) {
                    throw new InvalidInputException(entry.origin() + " is a hard link to "
                            + entry.header().shownLinkName()
                            + ", which is no file of this layer. Put the file in, or make it a symbolic link.");
                }
                if (at > i) {
                    throw new InvalidInputException(entry.origin() + " is a hard link to "
                            + entry.header().shownLinkName()
                            + ", which stands behind it in the layer's order. Let the file have the name that"
                            + " comes first, and link the other.");
                }
                all.set(i, entry.asLinkOf(all.get(at)));
            }
        }
    }
}
