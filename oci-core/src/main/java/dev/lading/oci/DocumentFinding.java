package dev.lading.oci;

import java.util.Objects;

/**
 * One thing that a specification has against a document.
 *
 * @param level whether the specification demands or advises
 * @param path where in the document, such as {@code layers[2].digest}; empty for the document itself
 * @param rule what the specification says, as a sentence
 * @param value what stands there instead, shortened and fit for a terminal; empty if nothing stands there
 */
public record DocumentFinding(Level level, String path, String rule, String value) {
    /** How much a rule weighs. */
    public enum Level {
        /** The specification demands it: «MUST», «REQUIRED». */
        MUST,
        /** The specification advises it: «SHOULD». */
        SHOULD
    }

    /** Makes a finding. */
    public DocumentFinding {
        Objects.requireNonNull(level);
        Objects.requireNonNull(path);
        Objects.requireNonNull(rule);
        Objects.requireNonNull(value);
    }

    /** Returns the finding as one line. */
    @Override
    public String toString() {
        return (path.isEmpty() ? "the document" : path) + ": " + rule
                + (value.isEmpty() ? "" : "; it is «" + value + "»");
    }
}
