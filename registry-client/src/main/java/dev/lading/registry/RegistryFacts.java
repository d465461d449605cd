package dev.lading.registry;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known of a request that a registry did not fulfil.
 *
 * @param registry who was asked, host or host:port
 * @param status the status of the last answer, empty if there was none
 * @param code the first error code of that answer (distribution-spec, «Error Codes»), such as {@code NAME_UNKNOWN}
 * @param attempts how often the request was sent without success
 */
public record RegistryFacts(String registry, OptionalInt status, Optional<String> code, int attempts) {
    /** Makes the value. */
    public RegistryFacts {
        Objects.requireNonNull(registry);
        Objects.requireNonNull(status);
        Objects.requireNonNull(code);
    }
}
