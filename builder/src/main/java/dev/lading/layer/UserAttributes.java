package dev.lading.layer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Reads the attributes of the name space {@code user} that Java sees. */
final class UserAttributes {
    static final AttributeReader READER = UserAttributes::read;

    private final Map<String, Map<String, byte[]>> found = new HashMap<>();

    private UserAttributes() {}

    private static Map<String, Map<String, byte[]>> read(Path root) throws IOException {
        UserAttributes reader = new UserAttributes();
        reader.look(root, new byte[0]);
        try {
            if (Files.isDirectory(root)) {
                reader.walk(root, new byte[0]);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return reader.found;
    }

    private void walk(Path folder, byte[] above) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while attributes were read in " + folder);
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                boolean isFolder = Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS);
                if (isFolder || Files.isRegularFile(child, LinkOption.NOFOLLOW_LINKS)) {
                    byte[] path = PathBytes.joined(above, PathBytes.ofName(child));
                    look(child, path);
                    if (isFolder) {
                        walk(child, path);
                    }
                }
            }
        }
    }

    private void look(Path file, byte[] path) throws IOException {
        UserDefinedFileAttributeView view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        if (view == null) {
            throw new IOException("the file system of " + file + " has no user attributes");
        }
        Map<String, byte[]> attributes = new TreeMap<>();
        for (String name : view.list()) {
            ByteBuffer value = ByteBuffer.allocate(view.size(name));
            view.read(name, value);
            if (value.position() > 0 && name.indexOf('=') < 0) {
                byte[] bytes = new byte[value.flip().remaining()];
                value.get(bytes);
                attributes.put("user." + name, bytes);
            }
        }
        if (!attributes.isEmpty()) {
            found.put(AttributeReader.key(path), attributes);
        }
    }
}
