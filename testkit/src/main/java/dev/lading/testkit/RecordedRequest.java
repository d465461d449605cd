package dev.lading.testkit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A request that a {@link LocalRegistry} has answered. Immutable.
 *
 * @param method such as {@code PUT}
 * @param path the path as sent, without the query
 * @param query what stands behind the question mark, as sent; empty if there is none
 * @param headers the headers, names in lower case, in the order sent
 * @param bytesReceived how many bytes of a body had arrived when it was answered, without the framing of chunks
 * @param status what was answered; 0 if the connection broke before
 */
public record RecordedRequest(
        String method, String path, String query, Map<String, List<String>> headers, long bytesReceived, int status) {
    /** Makes the value; the headers are copied. */
    public RecordedRequest {
        Objects.requireNonNull(method);
        Objects.requireNonNull(path);
        Objects.requireNonNull(query);
        Map<String, List<String>> copy = new LinkedHashMap<>();
        headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        headers = Collections.unmodifiableMap(copy);
    }

    /**
     * Returns the first header of a name.
     *
     * @param name the name in lower case
     * @return its value
     */
    public Optional<String> header(String name) {
        return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** Returns method, path, status and bytes; neither query nor headers, for they may hold secrets. */
    @Override
    public String toString() {
        return method + " " + path + " -> " + status + ", " + bytesReceived + " bytes received";
    }
}
