package dev.lading.it.rootfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.History;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.Document;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import dev.lading.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Layers made by chance from a seed: few names, so that layers meet each other often.
 *
 * <p>A {@link Style#PLAIN} stack holds what tools that make layers write: the folders above an entry stand before it in the
 * same layer, hard links point at files of their own layer, what a layer takes away it does not bring, and what it brings
 * as a folder or as something else stays one or the other: containerd sets the times of a layer's folders last and fails
 * where one has gone, and on an overlay a folder that was a file before in the same layer shows what lower layers have. A
 * {@link Style#WILD} stack holds what the specification allows beyond: entries through symbolic links of lower layers,
 * folders that no entry describes, hard links across layers, whiteouts of what the same layer brings, before and after it.
 */
final class LayerStack {
    enum Style {
        PLAIN,
        WILD
    }

    private static final String[] NAMES = {"a", "b", "c", "long-" + "n".repeat(120), "e\u0301", "sp ace"};

    /** In a wild stack folders and what leads to them have these names, and other things the rest. */
    private static final String[] FOLDERS = {NAMES[1], NAMES[3], NAMES[4]};

    private static final String[] OTHERS = {NAMES[0], NAMES[2], NAMES[5]};
    /** Links among folders lead one way, so that they make no rings. */
    private static final String[] LINKS_TO_FOLDERS = {NAMES[3], NAMES[4]};

    private static final String[] TO_FOLDERS = {"b", "/b", "./b", "../b", "/../b/.", "b/./../b"};
    private static final int[] MODES = {0644, 0600, 0755, 04755, 02750, 01777, 0444, 0};
    private static final int[] FOLDER_MODES = {0755, 0700, 01777, 02775, 0555};
    private static final int[] OWNERS = {0, 0, 1, 1000, 70_000, 2_100_000_000};
    private static final String[] TARGETS = {"a", "b", "../a", "/a", "/b/a", "nowhere", "c/a", "./b"};

    private final Random random;
    private final Style style;
    private final List<byte[]> tars = new ArrayList<>();

    /** What the layer being made has brought, by name; a hard link's target must not change after it. */
    private final Set<String> files = new HashSet<>();

    private final Set<String> folders = new HashSet<>();
    private final Set<String> named = new HashSet<>();
    private final Set<String> gone = new HashSet<>();
    private final Map<String, TarEntry> facts = new HashMap<>();
    private final List<String> filesEver = new ArrayList<>();
    private final List<String> namesEver = new ArrayList<>();

    private LayerStack(long seed, Style style) {
        this.random = new Random(seed);
        this.style = style;
    }

    static List<byte[]> tars(long seed, Style style) {
        LayerStack stack = new LayerStack(seed, style);
        int layers = 2 + stack.random.nextInt(3);
        for (int i = 0; i < layers; i++) {
            stack.tars.add(stack.layer());
        }
        return stack.tars;
    }

    /** Puts an image of these layers into a place. */
    static Document image(List<byte[]> tars, ContentStore store) {
        ImageConfig config = ImageConfig.create(Platform.LINUX_AMD64);
        List<Descriptor> layers = new ArrayList<>();
        for (byte[] tar : tars) {
            layers.add(ingest(MediaType.OCI_LAYER, tar, store));
            config = config.append(
                    Digest.of(tar), new History(Optional.empty(), Optional.of("random"), Optional.empty(), false));
        }
        Document document = Document.of(ImageManifest.of(ingest(MediaType.OCI_CONFIG, config.bytes(), store), layers));
        store.put(document);
        return document;
    }

    private static Descriptor ingest(MediaType type, byte[] bytes, ContentStore store) {
        return store.ingest(type, out -> {
                    out.write(bytes);
                    return true;
                })
                .descriptor();
    }

    private byte[] layer() {
        files.clear();
        folders.clear();
        named.clear();
        gone.clear();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(bytes);
        try {
            int entries = 3 + random.nextInt(12);
            for (int i = 0; i < entries; i++) {
                entry(tar);
            }
            tar.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private String path(String[] last) {
        int depth = 1 + random.nextInt(3);
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            path.append(i == 0 ? "" : "/");
            path.append(pick(style == Style.PLAIN ? NAMES : i < depth - 1 ? FOLDERS : last));
        }
        return path.toString();
    }

    private void entry(TarWriter tar) throws IOException {
        switch (random.nextInt(14)) {
            case 0, 1, 2 -> folder(tar, path(FOLDERS));
            case 3, 4, 5, 6 -> file(tar, path(OTHERS));
            case 7 -> symlink(tar, path(OTHERS), TARGETS);
            case 8 -> symlink(tar, path(LINKS_TO_FOLDERS), TO_FOLDERS);
            case 9 -> hardLink(tar, path(OTHERS));
            case 10, 11, 12 ->
                whiteout(tar, namesEver.isEmpty() || random.nextInt(4) == 0 ? path(NAMES) : pick(namesEver));
            default -> special(tar, path(OTHERS));
        }
    }

    /** Says whether the name may be used: what a plain layer takes away it does not bring. */
    private boolean begin(TarWriter tar, String path) throws IOException {
        if (style == Style.PLAIN) {
            if (isTakenAway(path)) {
                return false;
            }
            for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
                String above = path.substring(0, slash);
                if (!folders.contains(above)) {
                    folder(tar, above);
                }
                if (!folders.contains(above)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** As {@link #begin} for what is no folder. */
    private boolean beginOther(TarWriter tar, String path) throws IOException {
        return !(style == Style.PLAIN && folders.contains(path)) && begin(tar, path);
    }

    private boolean isTakenAway(String path) {
        return gone.stream().anyMatch(taken -> isWithin(path, taken));
    }

    private static boolean isWithin(String path, String folder) {
        return path.equals(folder) || path.startsWith(folder + "/");
    }

    /** The name is now something else than it was, and so is what lay below. */
    private void brought(String path) {
        files.removeIf(known -> isWithin(known, path));
        folders.removeIf(known -> isWithin(known, path));
        named.add(path);
        namesEver.add(path);
    }

    private void folder(TarWriter tar, String path) throws IOException {
        boolean wasOther = style == Style.PLAIN && named.contains(path) && !folders.contains(path);
        if (!wasOther && begin(tar, path)) {
            if (!folders.contains(path)) {
                brought(path);
            }
            folders.add(path);
            tar.write(facts(TarEntry.folder(name(path))).withMode(FOLDER_MODES[random.nextInt(FOLDER_MODES.length)]));
        }
    }

    private void file(TarWriter tar, String path) throws IOException {
        if (beginOther(tar, path)) {
            brought(path);
            files.add(path);
            filesEver.add(path);
            byte[] content = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(3000)];
            random.nextBytes(content);
            TarEntry entry = facts(TarEntry.file(name(path), content.length));
            if (random.nextInt(5) == 0) {
                entry = entry.withRecord("SCHILY.xattr.user.note", ("n" + random.nextInt()).getBytes(UTF_8));
            }
            facts.put(path, entry);
            tar.write(entry, content);
        }
    }

    private void symlink(TarWriter tar, String path, String[] targets) throws IOException {
        if (beginOther(tar, path)) {
            brought(path);
            tar.write(facts(TarEntry.symlink(name(path), pick(targets).getBytes(UTF_8)))
                    .withMode(0777));
        }
    }

    /** The link says what the file said: what holds where they differ is not the same in all tools. */
    private void hardLink(TarWriter tar, String path) throws IOException {
        List<String> targets = style == Style.PLAIN ? new ArrayList<>(new TreeSet<>(files)) : filesEver;
        if (targets.isEmpty()) {
            return;
        }
        String target = pick(targets);
        if (isWithin(target, path) || !beginOther(tar, path) || style == Style.PLAIN && !files.contains(target)) {
            return;
        }
        brought(path);
        files.add(path);
        TarEntry said = Objects.requireNonNull(facts.get(target));
        facts.put(path, said);
        tar.write(TarEntry.hardLink(name(path), target.getBytes(UTF_8))
                .withMode(said.mode())
                .withOwner(said.userId(), said.groupId())
                .withModified(said.modified()));
    }

    private void special(TarWriter tar, String path) throws IOException {
        if (beginOther(tar, path)) {
            brought(path);
            boolean fifo = random.nextBoolean();
            tar.write(facts(TarEntry.special(
                    fifo ? TarKind.FIFO : TarKind.CHARACTER_DEVICE, name(path), fifo ? 0 : 1, fifo ? 0 : 3)));
        }
    }

    private void whiteout(TarWriter tar, String path) throws IOException {
        int slash = path.lastIndexOf('/');
        String above = slash < 0 ? "" : path.substring(0, slash);
        boolean opaque = slash > 0 && random.nextInt(3) == 0;
        boolean bringsIt = named.stream().anyMatch(name -> isWithin(name, path));
        if (!opaque && style == Style.PLAIN && (bringsIt || isTakenAway(path))) {
            return;
        }
        if (!above.isEmpty() && !folders.contains(above)) {
            // through a link or below a file a whiteout means nothing that tools agree on
            for (int at = above.indexOf('/'); at > 0; at = above.indexOf('/', at + 1)) {
                folder(tar, above.substring(0, at));
            }
            folder(tar, above);
            if (!folders.contains(above)) {
                return;
            }
        }
        if (!opaque) {
            gone.add(path);
        }
        String name = opaque
                ? above + "/.wh..wh..opq"
                : (above.isEmpty() ? "" : above + "/") + ".wh." + path.substring(slash + 1);
        tar.write(TarEntry.file(name, 0), new byte[0]);
    }

    private byte[] name(String path) {
        String start = style == Style.PLAIN ? "" : pick(new String[] {"", "", "./", "/"});
        return (start + path).getBytes(UTF_8);
    }

    private TarEntry facts(TarEntry entry) {
        return entry.withMode(MODES[random.nextInt(MODES.length)])
                .withOwner(OWNERS[random.nextInt(OWNERS.length)], OWNERS[random.nextInt(OWNERS.length)])
                .withModified(Instant.ofEpochSecond(1_000_000_000L + random.nextInt(500_000_000)));
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
