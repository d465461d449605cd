package dev.lading.registry.internal.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The answer to a request: its head is here, its body is still on the wire. For one thread. */
public interface WireAnswer extends Closeable {
    /**
     * Returns who answered.
     *
     * @return the address the request went to
     */
    Url url();

    /**
     * Returns the status.
     *
     * @return the three digits
     */
    int status();

    /**
     * Returns all values of a header.
     *
     * @param name the header's name, in any case
     * @return its values in their order
     */
    List<String> headers(String name);

    /**
     * Returns the last value of a header.
     *
     * @param name the header's name, in any case
     * @return its value, or empty if it is absent
     */
    default Optional<String> header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
    }

    /**
     * Returns what Content-Length says.
     *
     * @return bytes, or empty if it is absent or no number
     */
    default OptionalLong length() {
        return header("Content-Length")
                .filter(text -> text.matches("[0-9]{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElse(OptionalLong.empty());
    }

    /**
     * Returns the body, always the same stream.
     *
     * @return the bytes as they come; an end before Content-Length is an {@link IOException}
     */
    InputStream body();

    /**
     * Reads the body's first bytes.
     *
     * @param limit the most that is read
     * @return as many as there are, at most {@code limit}
     * @throws IOException if the wire broke
     */
    default byte[] read(int limit) throws IOException {
        return body().readNBytes(limit);
    }

    /** Ends the answer: a connection whose body was read to its end is kept, any other is cut, never drained. */
    @Override
    void close();
}
