package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.UnsupportedException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Walks a folder, or looks at a single file, and lists the entries in no order; each file is asked for its attributes once. */
class FolderScan {
    private final Part part;
    private final Rules rules;
    private final Part.Selection selection;
    private final FileFacts.Reader facts;
    private final List<LayerEntry> entries;
    private Map<String, Map<String, byte[]>> attributes = Map.of();

    FolderScan(Part part, FileSystem system, boolean detail, List<LayerEntry> entries) {
        this.part = part;
        this.rules = part.rules();
        this.selection = part.selection();
        this.facts = FileFacts.reader(system, detail || rules.needsDetail());
        this.entries = entries;
    }

    /** All that is in a folder, and the folder itself where it is not the image's root. */
    void folder(Path folder, byte[] destination) throws IOException {
        if (rules.attributes().isPresent()) {
            attributes = rules.attributes().get().read(folder);
        }
        if (destination.length > 0) {
            entries.add(folderEntry(folder, destination, "", facts.read(folder.toRealPath())));
        }
        walk(folder, destination, "", selection.included().isEmpty());
    }

    /** One file; where it goes, and the path by which patterns know it. */
    void file(Path file, byte[] path, String below) throws IOException {
        if (rules.attributes().isPresent()) {
            Map<String, byte[]> own = rules.attributes().get().read(file).getOrDefault("", Map.of());
            attributes = Map.of(AttributeReader.key(inSource(path)), own);
        }
        add(file, path, below, facts.read(file));
    }

    /** Says whether anything went in: a folder that is not asked for goes in where something in it is. */
    private boolean walk(Path folder, byte[] above, String belowAbove, boolean included) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while looking through " + folder);
        }
        int before = entries.size();
        inside(folder, above);
        List<Path> folders = new ArrayList<>();
        List<FileFacts> folderFacts = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                FileFacts found = facts.read(child);
                if (found.kind().equals(FOLDER)) {
                    folders.add(child);
                    folderFacts.add(found);
                } else {
                    byte[] name = PathBytes.ofName(child);
                    String below = below(belowAbove, name);
                    if (!selection.excludes(below, false) && (included || selection.includes(below, false))) {
                        add(child, PathBytes.joined(above, name), below, found);
                    }
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        for (int i = 0; i < folders.size(); i++) {
            Path child = folders.get(i);
            byte[] name = PathBytes.ofName(child);
            String below = below(belowAbove, name);
            if (!selection.excludes(below, true)) {
                byte[] path = PathBytes.joined(above, name);
                boolean whole = included || selection.includes(below, true);
                if (walk(child, path, below, whole) || whole) {
                    entries.add(folderEntry(child, path, below, folderFacts.get(i)));
                }
            }
        }
        return entries.size() > before;
    }

    private static final Optional<TarKind> FOLDER = Optional.of(TarKind.FOLDER);

    /** The path below the source; as text only where something asks for it. */
    private String below(String above, byte[] name) {
        if (!selection.asksForPaths()) {
            return "";
        }
        String text = new String(name, StandardCharsets.UTF_8);
        return above.isEmpty() ? text : above + "/" + text;
    }

    private LayerEntry folderEntry(Path folder, byte[] path, String below, FileFacts found) throws IOException {
        TarEntry header =
                TarEntry.folder(path).withMode(rules.ofFolder(found.mode().orElse(Rules.EXECUTABLE)));
        return new LayerEntry(path, finished(header, folder, path, below, found), FileContent.NONE, folder);
    }

    /** A folder whose content is about to be listed; {@code path} is empty for the image's root. */
    void inside(Path folder, byte[] path) throws IOException {}

    /** What is neither file, folder nor link, as an entry; empty to leave it out. */
    Optional<TarEntry> special(Path file, byte[] path) throws IOException {
        throw new InvalidInputException(file
                + " is neither file, folder nor symbolic link (a socket, pipe or device) and cannot be in a layer."
                + " Leave it out.");
    }

    /** The extended attributes that were read for a path, before any is left out. */
    Map<String, byte[]> attributesOf(byte[] path) {
        return attributes.getOrDefault(AttributeReader.key(inSource(path)), Map.of());
    }

    private byte[] inSource(byte[] path) {
        int root = part.destination().isEmpty() ? 0 : PartScan.destination(part).length + 1;
        return path.length <= root ? new byte[0] : Arrays.copyOfRange(path, root, path.length);
    }

    /** The extended attributes that go in. */
    Map<String, byte[]> carried(Map<String, byte[]> found) {
        return found;
    }

    private void add(Path file, byte[] path, String below, FileFacts found) throws IOException {
        if (found.kind().isEmpty()) {
            Optional<TarEntry> header = special(file, path);
            if (header.isPresent()) {
                entries.add(new LayerEntry(
                        header.get().name(), finished(header.get(), file, path, below, found), FileContent.NONE, file));
            }
            return;
        }
        TarKind kind = found.kind().get();
        if (kind == TarKind.SYMLINK) {
            TarEntry header = TarEntry.symlink(path, PathBytes.ofTarget(file));
            entries.add(new LayerEntry(path, finished(header, file, path, below, found), FileContent.NONE, file));
            return;
        }
        ScannedFile content = new ScannedFile(file, found);
        TarEntry header = TarEntry.file(path, found.size()).withMode(mode(content));
        Optional<Object> link =
                rules.hardLinks() && found.detail().filter(d -> d.links() > 1).isPresent()
                        ? found.key()
                        : Optional.empty();
        entries.add(new LayerEntry(path, finished(header, file, path, below, found), content, file, link));
    }

    private int mode(ScannedFile file) throws IOException {
        if (!rules.asksForFileMode() || file.facts().mode().isPresent()) {
            return rules.ofFile(file.facts().mode().orElse(Rules.PLAIN));
        }
        return PartScan.modeByContent(file);
    }

    private TarEntry finished(TarEntry header, Path file, byte[] path, String below, FileFacts found)
            throws IOException {
        TarEntry owned = header;
        if (rules.owner().isEmpty()) {
            FileFacts.Detail detail = found.detail()
                    .orElseThrow(() -> new UnsupportedException("the file system of " + file
                            + " does not tell owners by number; give the entries an owner"));
            owned = owned.withOwner(detail.userId(), detail.groupId());
        }
        owned = rules.owned(owned, found.modified().toInstant());
        if (!attributes.isEmpty() && header.kind() != TarKind.SYMLINK) {
            owned = EntryRule.withAttributes(owned, carried(attributesOf(path)));
        }
        return selection.where().isEmpty() ? owned : selection.ruled(owned, below, header.kind() == TarKind.FOLDER);
    }
}
