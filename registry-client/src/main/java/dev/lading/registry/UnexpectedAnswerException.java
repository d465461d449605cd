package dev.lading.registry;

import dev.lading.oci.LadingException;

/**
 * The registry answered, but not with anything this request can go on with: a refusal of no kind that has a name of its own,
 * or what is no registry's answer, such as a login page.
 */
public final class UnexpectedAnswerException extends LadingException {
    private static final long serialVersionUID = 1L;

    // A serialised exception keeps its message; the facts are for the handler in this process.
    private final transient RegistryFacts facts;

    UnexpectedAnswerException(String message, RegistryFacts facts) {
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
