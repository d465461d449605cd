package dev.lading.registry;

import dev.lading.oci.LadingException;

/** The registry wants credentials, or other ones (status 401). */
public final class UnauthorizedException extends LadingException {
    private static final long serialVersionUID = 1L;

    // A serialised exception keeps its message; the facts are for the handler in this process.
    private final transient RegistryFacts facts;

    UnauthorizedException(String message, RegistryFacts facts) {
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
