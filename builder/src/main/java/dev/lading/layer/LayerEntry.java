package dev.lading.layer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.util.Arrays;
import java.util.Optional;

/**
 * One entry of a layer as a scan found it.
 *
 * @param path the path in the image as bytes, without leading and trailing slash; never changed
 * @param header what the tar says of it
 * @param content its bytes; of files only
 * @param origin where it comes from; its text is for messages
 * @param link what files with one content share that are to be hard links of each other
 */
record LayerEntry(byte[] path, TarEntry header, FileContent content, Object origin, Optional<Object> link) {
    LayerEntry(byte[] path, TarEntry header, FileContent content, Object origin) {
        this(path, header, content, origin, Optional.empty());
    }

    boolean isFolder() {
        return header.kind() == TarKind.FOLDER;
    }

    boolean isFile() {
        return header.kind() == TarKind.FILE;
    }

    /** Whether one file with two names could be both. */
    boolean isAlike(LayerEntry other) {
        return header.mode() == other.header.mode()
                && header.size() == other.header.size()
                && header.userId() == other.header.userId()
                && header.groupId() == other.header.groupId()
                && header.modified().equals(other.header.modified())
                && header.otherRecordKeys().equals(other.header.otherRecordKeys())
                && header.otherRecordKeys().stream()
                        .allMatch(key -> Arrays.equals(header.otherRecord(key), other.header.otherRecord(key)));
    }

    /** A second name of a file, which says of it what the first says: some tools apply it. */
    LayerEntry asLinkOf(LayerEntry holder) {
        TarEntry linked = TarEntry.hardLink(path, holder.path)
                .withMode(holder.header.mode())
                .withOwner(holder.header.userId(), holder.header.groupId())
                .withModified(holder.header.modified());
        return new LayerEntry(path, linked, FileContent.NONE, origin);
    }

    /** A layer's order: by the path's bytes, unsigned, so that a folder comes before what is in it. */
    static int order(LayerEntry first, LayerEntry second) {
        return Arrays.compareUnsigned(first.path, second.path);
    }

    /** The path for messages and observers. */
    String shown() {
        return "/" + new String(path, UTF_8);
    }
}
