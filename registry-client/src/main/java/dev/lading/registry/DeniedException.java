package dev.lading.registry;

import dev.lading.oci.LadingException;

/** The registry knows who asks and does not allow it (status 403). */
public final class DeniedException extends LadingException {
    private static final long serialVersionUID = 1L;

    // A serialised exception keeps its message; the facts are for the handler in this process.
    private final transient RegistryFacts facts;

    DeniedException(String message, RegistryFacts facts) {
        super(message);
        this.facts = facts;
    }

    /**
     * Returns what is known.
     *
     * @return the facts of the request
     */
    public RegistryFacts facts() {
        return facts;
    }
}
