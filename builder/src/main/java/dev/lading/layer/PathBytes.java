package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Names and links of a file system as the bytes that a layer has of them. */
final class PathBytes {
    private PathBytes() {}

    /** A file's name as bytes. */
    static byte[] ofName(Path file) {
        Path name = file.getFileName();
        String text = String.valueOf(name);
        if (isPlain(text) && isUsual(text)) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
        LayerRecipe.checkName(text, file.toString());
        return name == null || isPlain(text) ? utf8(text, file) : onDisk(name, text, file);
    }

    static byte[] ofTarget(Path link) throws IOException {
        Path target = Files.readSymbolicLink(link);
        String text = target.toString();
        String separator = target.getFileSystem().getSeparator();
        if (!separator.equals("/")) {
            return utf8(text.replace(separator, "/"), link);
        }
        return isPlain(text) ? utf8(text, link) : onDisk(target, text, link);
    }

    static byte[] joined(byte[] above, byte[] name) {
        if (above.length == 0) {
            return name;
        }
        byte[] path = new byte[above.length + 1 + name.length];
        System.arraycopy(above, 0, path, 0, above.length);
        path[above.length] = '/';
        System.arraycopy(name, 0, path, above.length + 1, name.length);
        return path;
    }

    static byte[] concatenated(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** Nothing that a closer look could refuse: those names begin with a dot, are empty or hold a NUL. */
    private static boolean isUsual(String text) {
        return !text.isEmpty() && text.charAt(0) != '.' && text.indexOf('\0') < 0;
    }

    /**
     * A path's bytes as they are on the disk. Java decodes them by the locale: under one without UTF-8 their text is another
     * or lost, and layers must not depend on the locale. The escapes of a file URI carry the bytes themselves.
     */
    private static byte[] onDisk(Path path, String text, Path shown) {
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
