package dev.lading.oci;

import java.util.Objects;

/** Bytes are not what their descriptor says: another digest, fewer or more of them. Nothing of them may be believed. */
public final class ContentMismatchException extends LadingException {
    private static final long serialVersionUID = 1L;

    // A serialised exception keeps its message; the descriptor is a fact for the handler in this process.
    private final transient Descriptor expected;

    /**
     * Makes the exception.
     *
     * @param expected what the bytes should have been
     * @param found what was found instead, as the end of a sentence
     */
    public ContentMismatchException(Descriptor expected, String found) {
        super("content does not match its descriptor " + expected.digest() + " (" + expected.size() + " bytes): "
                + found + ". The place or the way to it altered the content; nothing of it was kept.");
        this.expected = Objects.requireNonNull(expected);
    }

    /**
     * Returns what the bytes should have been.
     *
     * @return the descriptor that was broken
     */
    public Descriptor expected() {
        return expected;
    }
}
