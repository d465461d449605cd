package dev.lading.oci.content;

import java.io.IOException;
import java.io.InputStream;

/**
 * Raw bytes in a place, which can be opened as often as needed: what stores implement and nobody else reads.
 *
 * <p>Nothing here is verified. A stream resumes beneath itself where its wire breaks, if its store can; it should answer an
 * interrupt of the reading thread by an exception within 100 ms. One that does not holds back the end of the verb that reads
 * it.
 */
public interface Content {
    /**
     * Returns how many bytes the place says there are.
     *
     * @return bytes, not negative
     */
    long size();

    /**
     * Opens the bytes from the start.
     *
     * @return a new stream, to be closed by the caller
     * @throws IOException if the place cannot be read
     */
    InputStream open() throws IOException;

    /**
     * Opens the bytes from a position on, for a range that is not verified.
     *
     * @param from the position, from 0 to the size
     * @return a new stream, to be closed by the caller
     * @throws IOException if the place cannot be read
     */
    default InputStream open(long from) throws IOException {
        InputStream stream = open();
        try {
            stream.skipNBytes(from);
            return stream;
        } catch (IOException | RuntimeException e) {
            stream.close();
            throw e;
        }
    }
}
