package dev.lading.layer;

import dev.lading.tar.TarEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * One entry of a layer as a scan found it.
 *
 * @param path the path in the image as bytes, without leading and trailing slash; never changed
 * @param header what the tar says of it
 * @param content its bytes; of files only
 * @param origin where it comes from, for messages
 */
record LayerEntry(byte[] path, TarEntry header, FileContent content, String origin) {

    /** The bytes of a file, and the question afterwards whether they are still those that the scan saw. */
    interface FileContent {
        InputStream open() throws IOException;

        /** Throws if what was read is not what the scan saw. */
        default void checkUnchanged() throws IOException {}
    }

    static final FileContent NO_CONTENT = InputStream::nullInputStream;

    /** A layer's order: by the path's bytes, unsigned, so that a folder comes before what is in it. */
    static int order(byte[] first, byte[] second) {
        return Arrays.compareUnsigned(first, second);
    }
}
