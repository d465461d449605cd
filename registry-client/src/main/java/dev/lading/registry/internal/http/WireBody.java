package dev.lading.registry.internal.http;

import java.io.IOException;
import java.io.OutputStream;

/** What a request carries; written at most once for each time the request is sent. */
public interface WireBody {
    /** The length of a body that is not known before it is written: it goes in chunks (RFC 9112, section 7.1). */
    long UNKNOWN = -1;

    /**
     * Returns the length.
     *
     * @return bytes, or {@link #UNKNOWN}
     */
    long length();

    /**
     * Writes the body.
     *
     * @param out where it goes; not to be closed
     * @throws IOException if {@code out} refuses
     */
    void writeTo(OutputStream out) throws IOException;

    /**
     * Makes a body of bytes.
     *
     * @param bytes the bytes, not copied
     * @return the body
     */
    static WireBody of(byte[] bytes) {
        return new WireBody() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(bytes);
            }
        };
    }
}
