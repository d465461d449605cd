package dev.lading.oci.content;

import dev.lading.oci.LadingException;
import java.util.List;
import java.util.Optional;

/**
 * Content is complete in the target and some of the names moved to it, but not all: names move one after the other and are
 * never rolled back. Running the same verb again is safe.
 */
public final class PartlyTaggedException extends LadingException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> moved;
    private final transient Optional<String> failed;
    private final transient Optional<String> unknown;
    private final transient List<String> untouched;

    /**
     * Makes the exception.
     *
     * @param moved the names that moved
     * @param failed the name that the target refused
     * @param unknown the name whose fate is not known, because the answer was lost
     * @param untouched the names that were not tried
     * @param cause how it failed
     */
    public PartlyTaggedException(
            List<String> moved,
            Optional<String> failed,
            Optional<String> unknown,
            List<String> untouched,
            LadingException cause) {
        super(
                "not all names were set: moved " + moved
                        + failed.map(n -> ", refused [" + n + "]").orElse("")
                        + unknown.map(n -> ", unknown [" + n + "]").orElse("") + ", untouched " + untouched + ": "
                        + cause.getMessage(),
                cause);
        this.moved = List.copyOf(moved);
        this.failed = failed;
        this.unknown = unknown;
        this.untouched = List.copyOf(untouched);
    }

    /**
     * Returns the names that moved.
     *
     * @return names in their order
     */
    public List<String> moved() {
        return moved;
    }

    /**
     * Returns the name that the target refused.
     *
     * @return the name
     */
    public Optional<String> failed() {
        return failed;
    }

    /**
     * Returns the name whose fate is not known.
     *
     * @return the name
     */
    public Optional<String> unknown() {
        return unknown;
    }

    /**
     * Returns the names that were not tried.
     *
     * @return names in their order
     */
    public List<String> untouched() {
        return untouched;
    }
}
