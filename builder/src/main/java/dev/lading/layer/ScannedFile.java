package dev.lading.layer;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * A file that must still be what the scan saw when its last byte has been read. A link put in its place is not followed: it
 * could lead out of the folder that the caller named.
 */
record ScannedFile(Path file, FileFacts facts) implements FileContent {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    @Override
    public ReadableByteChannel open() throws IOException {
        try {
            try {
                return Files.newByteChannel(file, READ);
            } catch (IllegalArgumentException | UnsupportedOperationException e) {
                // File systems without links, such as the JDK's for zips, do not know the option.
                return Files.newByteChannel(file);
            }
        } catch (IOException e) {
            // Says that it changed, if that is why.
            checkUnchanged();
            // Of which the message is the path alone.
            throw e instanceof AccessDeniedException ? new IOException("access to " + file + " is denied", e) : e;
        }
    }

    @Override
    public void checkUnchanged() throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new IOException("the file " + file + " was taken away while the layer was made", e);
        }
        if (!facts.sameAs(now)) {
            throw new IOException("the file " + file + " changed while the layer was made");
        }
    }
}
