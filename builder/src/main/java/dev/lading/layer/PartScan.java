package dev.lading.layer;

import dev.lading.layer.LayerRecipe.FileSource;
import dev.lading.layer.LayerRecipe.FolderSource;
import dev.lading.layer.LayerRecipe.GeneratedSource;
import dev.lading.layer.LayerRecipe.Part;
import dev.lading.layer.LayerRecipe.Rules;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.ProducerFailedException;
import dev.lading.oci.platform.ExecutableHeader;
import dev.lading.tar.TarEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at one part of a recipe and lists its entries, in no order; each file is asked for its attributes once. */
final class PartScan {
    private static final int PLAIN = 0644;
    private static final int EXECUTABLE = 0755;
    private static final Rules PARENT_RULES = new Rules(Optional.empty(), 0, 0, Instant.EPOCH);

    private final Part part;
    private final List<LayerEntry> entries = new ArrayList<>();

    private PartScan(Part part) {
        this.part = part;
    }

    static List<LayerEntry> of(Part part) {
        PartScan scan = new PartScan(part);
        if (part.source() instanceof FolderSource source) {
            scan.folder(source.folder());
        } else if (part.source() instanceof FileSource source) {
            scan.singleFile(source.file());
        } else if (part.source() instanceof GeneratedSource source) {
            scan.generated(source);
        }
        return scan.entries;
    }

    static LayerEntry parentFolder(byte[] path) {
        return new LayerEntry(
                path, ruled(TarEntry.folder(path), EXECUTABLE, PARENT_RULES), LayerEntry.NO_CONTENT, "a folder above");
    }

    private static TarEntry ruled(TarEntry header, int mode, Rules rules) {
        return header.withMode(mode)
                .withOwner(rules.userId(), rules.groupId())
                .withModified(Instant.ofEpochSecond(rules.time().getEpochSecond()));
    }

    private void folder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new NotFoundException(
                    Files.exists(folder)
                            ? folder + " is no folder. Name a folder, or add it as a file."
                            : "there is no folder " + folder + ". Check the path, or build what belongs there first.");
        }
        byte[] destination = part.destination().getBytes(StandardCharsets.UTF_8);
        if (destination.length > 0) {
            entries.add(new LayerEntry(
                    destination,
                    ruled(TarEntry.folder(destination), EXECUTABLE, part.rules()),
                    LayerEntry.NO_CONTENT,
                    folder.toString()));
        }
        try {
            walk(folder, destination);
        } catch (IOException e) {
            throw LadingException.from("cannot look through the folder " + folder, e);
        }
    }

    private void walk(Path folder, byte[] above) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while looking through " + folder);
        }
        List<Path> subfolders = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                byte[] path = joined(above, nameBytes(child));
                BasicFileAttributes attributes = attributes(child);
                if (attributes.isDirectory()) {
                    entries.add(new LayerEntry(
                            path,
                            ruled(TarEntry.folder(path), EXECUTABLE, part.rules()),
                            LayerEntry.NO_CONTENT,
                            child.toString()));
                    subfolders.add(child);
                } else {
                    add(child, path, attributes);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        for (Path subfolder : subfolders) {
            walk(subfolder, joined(above, nameBytes(subfolder)));
        }
    }

    private void singleFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new NotFoundException(
                    Files.exists(file)
                            ? file + " is no file. Name a file, or add it as a folder."
                            : "there is no file " + file + ". Check the path, or build it first.");
        }
        byte[] destination = part.destination().getBytes(StandardCharsets.UTF_8);
        try {
            // A link named by the caller is what it points to; where it leads may not change between here and the
            // reading.
            Path real = file.toRealPath();
            add(real, part.below() ? joined(destination, nameBytes(file)) : destination, attributes(real));
        } catch (IOException e) {
            throw LadingException.from("cannot look at the file " + file, e);
        }
    }

    private void generated(GeneratedSource source) {
        if (part.below()) {
            throw new InvalidInputException("generated content has no name of its own; say where it goes by into(…)");
        }
        byte[] path = part.destination().getBytes(StandardCharsets.UTF_8);
        LayerEntry.FileContent content = source.content()::get;
        int mode = part.rules().mode().orElseGet(() -> {
            try (InputStream in = content.open()) {
                return modeByContent(in);
            } catch (IOException e) {
                throw LadingException.from("cannot generate /" + part.destination(), e);
            } catch (UncheckedIOException e) {
                throw new ProducerFailedException(new IOException(e.getMessage(), e));
            }
        });
        entries.add(new LayerEntry(
                path,
                ruled(TarEntry.file(path, source.size()), mode, part.rules()),
                content,
                "generated content for /" + part.destination()));
    }

    private void add(Path file, byte[] path, BasicFileAttributes attributes) throws IOException {
        if (attributes.isSymbolicLink()) {
            byte[] target = targetBytes(file);
            entries.add(new LayerEntry(
                    path,
                    ruled(TarEntry.symlink(path, target), 0777, part.rules()),
                    LayerEntry.NO_CONTENT,
                    file.toString()));
        } else if (attributes.isRegularFile()) {
            long size = attributes.size();
            ScannedFile content = new ScannedFile(
                    file, size, attributes.lastModifiedTime(), Optional.ofNullable(attributes.fileKey()));
            entries.add(new LayerEntry(
                    path,
                    ruled(TarEntry.file(path, size), mode(file, attributes), part.rules()),
                    content,
                    file.toString()));
        } else {
            throw new InvalidInputException(file
                    + " is neither file, folder nor symbolic link (a socket, pipe or device) and cannot be in a layer."
                    + " Leave it out.");
        }
    }

    /**
     * A file that must still be what the scan saw when its last byte has been read. A link put in its place is not followed:
     * it could lead out of the folder that the caller named.
     */
    private record ScannedFile(Path file, long size, FileTime modified, Optional<Object> key)
            implements LayerEntry.FileContent {
        @Override
        public InputStream open() throws IOException {
            checkUnchanged();
            return openFile(file);
        }

        @Override
        public void checkUnchanged() throws IOException {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean same = now.isRegularFile()
                    && now.size() == size
                    && now.lastModifiedTime().equals(modified)
                    && Optional.ofNullable(now.fileKey()).equals(key);
            if (!same) {
                throw new IOException("the file " + file + " changed while the layer was made");
            }
        }
    }

    private static InputStream openFile(Path file) throws IOException {
        return Channels.newInputStream(Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return isPosix(file)
                ? Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                : Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private int mode(Path file, BasicFileAttributes attributes) throws IOException {
        if (part.rules().mode().isPresent()) {
            return part.rules().mode().get();
        }
        if (attributes instanceof PosixFileAttributes posix) {
            return posix.permissions().contains(PosixFilePermission.OWNER_EXECUTE) ? EXECUTABLE : PLAIN;
        }
        try (InputStream in = openFile(file)) {
            return modeByContent(in);
        }
    }

    private static int modeByContent(InputStream in) throws IOException {
        ExecutableHeader header = ExecutableHeader.of(in.readNBytes(ExecutableHeader.BYTES));
        return switch (header.kind()) {
            case ELF, MACH_O -> EXECUTABLE;
            // What only seems to mean to be a script is started by no kernel.
            case SCRIPT -> header.executable() ? EXECUTABLE : PLAIN;
            case PE, JAVA_CLASS, JAR, WASM, OTHER -> PLAIN;
        };
    }

    private static byte[] joined(byte[] above, byte[] name) {
        if (above.length == 0) {
            return name;
        }
        ByteArrayOutputStream path = new ByteArrayOutputStream(above.length + 1 + name.length);
        path.writeBytes(above);
        path.write('/');
        path.writeBytes(name);
        return path.toByteArray();
    }

    /** A file's name as bytes. */
    private static byte[] nameBytes(Path file) {
        Path name = file.getFileName();
        String text = String.valueOf(name);
        LayerRecipe.checkName(text, file.toString());
        return name == null || isPlain(text) ? utf8(text, file) : pathBytes(name, text, file);
    }

    private static byte[] targetBytes(Path link) throws IOException {
        Path target = Files.readSymbolicLink(link);
        String text = target.toString();
        String separator = target.getFileSystem().getSeparator();
        if (!separator.equals("/")) {
            return utf8(text.replace(separator, "/"), link);
        }
        return isPlain(text) ? utf8(text, link) : pathBytes(target, text, link);
    }

    private static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /**
     * A path's bytes as they are on the disk. Java decodes them by the locale: under one without UTF-8 their text is another
     * or lost, and layers must not depend on the locale. The escapes of a file URI carry the bytes themselves.
     */
    private static byte[] pathBytes(Path path, String text, Path shown) {
        if (path.getFileSystem() != FileSystems.getDefault()
                || !path.getFileSystem().getSeparator().equals("/")) {
            return utf8(text, shown);
        }
        // Resolved against the root only to make it absolute; nothing of the path is looked up or normalised.
        String uri = Path.of("/").resolve(path).toUri().getRawPath();
        int start = path.isAbsolute() ? 0 : 1;
        // A path that happens to be a folder's below the root is given a slash at its end.
        int end = uri.length() > 1 && uri.endsWith("/") ? uri.length() - 1 : uri.length();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = start; i < end; i++) {
            char c = uri.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(uri.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] utf8(String text, Path file) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    "the name of " + file + " is not valid Unicode and cannot be in a layer", e);
        }
    }
}
