package dev.lading.layer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads the extended attributes of a whole folder at once, so that a layer can carry them. Java itself sees only those of
 * the name space {@code user}.
 */
@FunctionalInterface
public interface AttributeReader {
    /**
     * Reads.
     *
     * @param folder the folder; links in it are not followed
     * @return for each file and folder below that has attributes their values by name, such as {@code user.note}; the keys
     *     are {@linkplain #key paths}
     * @throws IOException if they cannot be read
     */
    Map<String, Map<String, byte[]>> read(Path folder) throws IOException;

    /**
     * A path as a key: one letter for each of its bytes, so that names that are no text have keys too.
     *
     * @param path the path below the folder as bytes, its parts divided by {@code /}
     * @return the key
     */
    static String key(byte[] path) {
        return new String(path, StandardCharsets.ISO_8859_1);
    }
}
