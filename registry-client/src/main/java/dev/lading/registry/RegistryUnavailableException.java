package dev.lading.registry;

import dev.lading.oci.UnavailableException;

/** The registry could not be reached, or could not answer, as often as it was asked. */
public final class RegistryUnavailableException extends UnavailableException {
    private static final long serialVersionUID = 1L;

    // A serialised exception keeps its message; the facts are for the handler in this process.
    private final transient RegistryFacts facts;

    RegistryUnavailableException(String message, RegistryFacts facts) {
        super(message);
        this.facts = facts;
    }

    RegistryUnavailableException(String message, RegistryFacts facts, Throwable cause) {
        super(message, cause);
        this.facts = facts;
    }

    /**
     * Returns what is known.
     *
     * @return the facts of the request; no status if the registry was not reached
     */
    public RegistryFacts facts() {
        return facts;
    }
}
