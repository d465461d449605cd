package dev.lading.registry;

import dev.lading.oci.LadingException;
import java.time.Duration;
import java.util.Optional;

/** The registry takes no more requests for now (status 429), and went on saying so or asks for too long a wait. */
public final class RateLimitedException extends LadingException {
    private static final long serialVersionUID = 1L;

    // A serialised exception keeps its message; the facts are for the handler in this process.
    private final transient RegistryFacts facts;
    private final transient Optional<Duration> retryAfter;

    RateLimitedException(String message, RegistryFacts facts, Optional<Duration> retryAfter) {
        super(message);
        this.facts = facts;
        this.retryAfter = retryAfter;
    }

    /**
     * Returns what is known.
     *
     * @return the facts of the request
     */
    public RegistryFacts facts() {
        return facts;
    }

    /**
     * Returns how long the registry asked to wait.
     *
     * @return the wait, or empty if it did not say
     */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
