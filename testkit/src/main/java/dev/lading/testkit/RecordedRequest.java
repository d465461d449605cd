package dev.lading.testkit;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A request that a {@link LocalRegistry} has answered.
 *
 * @param method such as {@code PUT}
 * @param path the path as sent, without the query
 * @param query what stands behind the question mark, as sent; empty if there is none
 * @param headers the headers, names in lower case, in the order sent
 * @param bytesReceived how many bytes of a body arrived
 * @param status what was answered; 0 if the connection broke before
 */
public record RecordedRequest(
        String method, String path, String query, Map<String, List<String>> headers, long bytesReceived, int status) {
    /** Makes the value. */
    public RecordedRequest {
        Objects.requireNonNull(method);
        Objects.requireNonNull(path);
        Objects.requireNonNull(query);
        headers = Map.copyOf(headers);
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
}
