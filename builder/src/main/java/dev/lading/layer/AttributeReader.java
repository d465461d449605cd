package dev.lading.layer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads the extended attributes of a file, or of a whole folder at once, so that a layer can carry them. Java itself sees only those of
 * the name space {@code user}; {@link Getfattr} sees all that the process may.
 */
@FunctionalInterface
public interface AttributeReader {
    /**
     * Reads.
     *
     * @param root the folder, or a single file; links in a folder are not followed
     * @return for what has attributes, {@code root} itself and each file and folder below, their values by name, such as
     *     {@code user.note}; the keys are {@linkplain #key paths}, that of {@code root} is empty
     * @throws IOException if they cannot be read
     */
    Map<String, Map<String, byte[]>> read(Path root) throws IOException;

    /**
     * A reader of the name space {@code user}, by Java alone: a folder is walked, and each file and folder is asked.
     *
     * @return the reader; it throws an {@code IOException} on a file system that has no such attributes
     */
    static AttributeReader user() {
        return UserAttributes.READER;
    }

    /**
     * A path as a key: one letter for each of its bytes, so that names that are no text have keys too.
     *
     * @param path the path below the root as bytes, its parts divided by {@code /}
     * @return the key
     */
    static String key(byte[] path) {
        return new String(path, StandardCharsets.ISO_8859_1);
    }
}
