package dev.lading.layer;

import dev.lading.oci.UnsupportedException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks through the upper folder of an overlay (kernel.org, «Overlay Filesystem», sections «whiteouts and opaque
 * directories» and «redirect_dir»). All whiteouts there may be hard links of one file: they are never taken for a file with
 * several names, because they are no files.
 */
final class OverlayScan extends FolderScan {
    private static final String MARK = "overlay.";
    private static final String OPAQUE = "overlay.opaque";
    private static final String REDIRECT = "overlay.redirect";
    private static final byte[] OPAQUE_NAME = Whiteouts.OPAQUE.getBytes(StandardCharsets.US_ASCII);

    private final List<LayerEntry> entries;

    OverlayScan(Part part, Path upper, boolean detail, List<LayerEntry> entries) {
        super(part, upper.getFileSystem(), detail, entries);
        this.entries = entries;
    }

    @Override
    void inside(Path folder, byte[] path) throws IOException {
        if (marked(folder, path, REDIRECT).isPresent()) {
            throw new UnsupportedException(
                    "the folder " + folder + " was renamed by an overlay with redirect_dir; mount"
                            + " the overlay with redirect_dir=off or with userxattr");
        }
        Optional<byte[]> opaque = marked(folder, path, OPAQUE);
        if (opaque.isPresent() && Arrays.equals(opaque.get(), new byte[] {'y'})) {
            byte[] name = PathBytes.joined(path, OPAQUE_NAME);
            entries.add(new LayerEntry(
                    name, TarEntry.file(name, 0).withMode(0), FileContent.NONE, "the opaque folder " + folder));
        }
    }

    /** A mark of the overlay's own, in the name space of users or in the one that only root sees. */
    private Optional<byte[]> marked(Path folder, byte[] path, String name) throws IOException {
        byte[] read = attributesOf(path).get("trusted." + name);
        if (read != null) {
            return Optional.of(read);
        }
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(folder, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null || !view.list().contains(name)) {
            return Optional.empty();
        }
        ByteBuffer value = ByteBuffer.allocate(view.size(name));
        view.read(name, value);
        return Optional.of(Arrays.copyOf(value.array(), value.position()));
    }

    /** A whiteout's owner and time say nothing, so they are always the same. */
    @Override
    Optional<TarEntry> special(Path file, byte[] path) throws IOException {
        Optional<TarEntry> found = SpecialFile.entry(file, path);
        boolean whiteout = found.filter(entry -> entry.kind() == TarKind.CHARACTER_DEVICE
                        && entry.deviceMajor() == 0
                        && entry.deviceMinor() == 0)
                .isPresent();
        if (!whiteout) {
            return found;
        }
        byte[] name = Whiteouts.of(path);
        entries.add(new LayerEntry(name, TarEntry.file(name, 0).withMode(0), FileContent.NONE, "the whiteout " + file));
        return Optional.empty();
    }

    @Override
    Map<String, byte[]> carried(Map<String, byte[]> found) {
        Map<String, byte[]> carried = new HashMap<>(found);
        carried.keySet().removeIf(name -> name.startsWith("user." + MARK) || name.startsWith("trusted." + MARK));
        return carried;
    }
}
