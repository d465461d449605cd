package dev.lading.layer;

import dev.lading.layer.Part.DifferenceSource;
import dev.lading.layer.Part.FileSource;
import dev.lading.layer.Part.FolderSource;
import dev.lading.layer.Part.GeneratedSource;
import dev.lading.layer.Part.OverlaySource;
import dev.lading.layer.Part.StatedSource;
import dev.lading.layer.Part.WhiteoutSource;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.content.ProducerFailedException;
import dev.lading.oci.platform.ExecutableHeader;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Looks at one part of a recipe and lists its entries, in no order. */
final class PartScan {
    private final Part part;
    private final boolean detail;
    private final List<LayerEntry> entries = new ArrayList<>();

    private PartScan(Part part, boolean detail) {
        this.part = part;
        this.detail = detail;
    }

    /**
     * The entries of a part that is no archive.
     *
     * @param detail whether files are asked for all that tells them from others
     */
    static List<LayerEntry> of(Part part, boolean detail) {
        part.source().require();
        PartScan scan = new PartScan(part, detail);
        if (part.source() instanceof FolderSource source) {
            scan.folder(source.folder());
        } else if (part.source() instanceof DifferenceSource source) {
            scan.difference(source);
        } else if (part.source() instanceof OverlaySource source) {
            scan.overlay(source);
        } else if (part.source() instanceof FileSource source) {
            scan.singleFile(source.file());
        } else if (part.source() instanceof GeneratedSource source) {
            scan.generated(source);
        } else if (part.source() instanceof StatedSource source) {
            scan.stated(source);
        } else if (part.source() instanceof WhiteoutSource source) {
            scan.whiteout(source);
        }
        return scan.entries;
    }

    /** Which extended attributes of a part's files nobody looks for, in words; empty if there are none, or all are read. */
    static Optional<String> notLookedFor(Part part) {
        Optional<Path> source = Optional.empty();
        if (part.source() instanceof FolderSource folder) {
            source = Optional.of(folder.folder());
        } else if (part.source() instanceof DifferenceSource difference) {
            source = Optional.of(difference.upper());
        } else if (part.source() instanceof OverlaySource overlay) {
            source = Optional.of(overlay.upper());
        } else if (part.source() instanceof FileSource file) {
            source = Optional.of(file.file());
        }
        if (source.isEmpty()
                || !source.get().getFileSystem().supportedFileAttributeViews().contains("user")) {
            return Optional.empty();
        }
        Optional<AttributeReader> reader = part.rules().attributes();
        if (reader.isEmpty()) {
            return Optional.of("all extended attributes");
        }
        return reader.get() == UserAttributes.READER
                ? Optional.of("extended attributes outside user.*")
                : Optional.empty();
    }

    static byte[] destination(Part part) {
        return part.destination().getBytes(StandardCharsets.UTF_8);
    }

    /** Where the folder or file that a part names goes. */
    static byte[] goesTo(Part part) {
        byte[] destination = destination(part);
        return part.source() instanceof FileSource single && part.below()
                ? PathBytes.joined(destination, PathBytes.ofName(single.file()))
                : destination;
    }

    static LayerEntry parentFolder(byte[] path) {
        TarEntry header = TarEntry.folder(path).withMode(Rules.EXECUTABLE);
        return new LayerEntry(path, header, FileContent.NONE, "a folder above");
    }

    private void difference(DifferenceSource source) {
        try {
            entries.addAll(DifferenceScan.entries(part, source));
        } catch (IOException e) {
            throw LadingException.from("cannot compare " + source.lower() + " with " + source.upper(), e);
        }
    }

    private void overlay(OverlaySource source) {
        try {
            new OverlayScan(part, source.upper(), detail, entries).folder(source.upper(), destination(part));
        } catch (IOException e) {
            throw LadingException.from("cannot look through the folder " + source.upper(), e);
        }
    }

    private void folder(Path folder) {
        try {
            new FolderScan(part, folder.getFileSystem(), detail, entries).folder(folder, destination(part));
        } catch (IOException e) {
            throw LadingException.from("cannot look through the folder " + folder, e);
        }
    }

    private void singleFile(Path file) {
        try {
            // A link named by the caller is what it points to; where it leads may not change between here and the
            // reading.
            Path real = file.toRealPath();
            byte[] path = goesTo(part);
            new FolderScan(part, file.getFileSystem(), detail, entries).file(real, path, lastStep(path));
        } catch (IOException e) {
            throw LadingException.from("cannot look at the file " + file, e);
        }
    }

    private static String lastStep(byte[] path) {
        String text = new String(path, StandardCharsets.UTF_8);
        return text.substring(text.lastIndexOf('/') + 1);
    }

    private byte[] namedDestination() {
        if (part.below()) {
            throw new InvalidInputException(
                    "neither generated content nor a stated link, folder or whiteout has a name of its own; "
                            + "say where it goes by into(…)");
        }
        return destination(part);
    }

    private void generated(GeneratedSource source) {
        byte[] path = namedDestination();
        FileContent content = () -> new FileContent.Stream(source.content().get());
        int mode;
        if (part.rules().asksForFileMode()) {
            try {
                mode = modeByContent(content);
            } catch (IOException e) {
                throw LadingException.from("cannot generate /" + part.destination(), e);
            } catch (UncheckedIOException e) {
                throw new ProducerFailedException(new IOException(e.getMessage(), e));
            }
        } else {
            mode = part.rules().ofFile(Rules.PLAIN);
        }
        TarEntry header = ruled(TarEntry.file(path, source.size()).withMode(mode), path);
        entries.add(new LayerEntry(path, header, content, "generated content for /" + part.destination()));
    }

    private void stated(StatedSource source) {
        byte[] path = namedDestination();
        TarEntry header = source.entry().apply(path);
        if (header.kind() == TarKind.FOLDER) {
            header = header.withMode(part.rules().ofFolder(Rules.EXECUTABLE));
        }
        entries.add(new LayerEntry(
                path, ruled(header, path), FileContent.NONE, source.what() + " for /" + part.destination()));
    }

    /** Empty files with a name that says what is gone (image-spec, layer.md, «Whiteouts»). */
    private void whiteout(WhiteoutSource source) {
        byte[] gone = namedDestination();
        int cut = gone.length;
        while (!source.opaque() && cut > 0 && gone[cut - 1] != '/') {
            cut--;
        }
        byte[] name = source.opaque()
                ? Whiteouts.OPAQUE.getBytes(StandardCharsets.US_ASCII)
                : PathBytes.concatenated(
                        Whiteouts.PREFIX.getBytes(StandardCharsets.US_ASCII),
                        Arrays.copyOfRange(gone, cut, gone.length));
        byte[] folder = Arrays.copyOf(gone, source.opaque() ? gone.length : Math.max(0, cut - 1));
        byte[] path = PathBytes.joined(folder, name);
        TarEntry header = part.rules()
                .owned(TarEntry.file(path, 0).withMode(0), part.rules().time());
        entries.add(new LayerEntry(path, header, FileContent.NONE, "the whiteout of /" + part.destination()));
    }

    private TarEntry ruled(TarEntry header, byte[] path) {
        TarEntry owned = part.rules().owned(header, part.rules().time());
        return part.selection().where().isEmpty()
                ? owned
                : part.selection().ruled(owned, lastStep(path), header.kind() == TarKind.FOLDER);
    }

    /** The mode of a file whose own is not known: programs are told by their first bytes. */
    static int modeByContent(FileContent content) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(ExecutableHeader.BYTES);
        try (ReadableByteChannel in = content.open()) {
            while (first.hasRemaining() && in.read(first) >= 0) {
                // reads on
            }
        }
        ExecutableHeader header = ExecutableHeader.of(Arrays.copyOf(first.array(), first.position()));
        return switch (header.kind()) {
            case ELF, MACH_O -> Rules.EXECUTABLE;
            // What only seems to mean to be a script is started by no kernel.
            case SCRIPT -> header.executable() ? Rules.EXECUTABLE : Rules.PLAIN;
            case PE, JAVA_CLASS, JAR, WASM, OTHER -> Rules.PLAIN;
        };
    }
}
