package dev.lading.emulation;

import java.util.Objects;

/**
 * Something worth knowing of a program that runs.
 *
 * @param kind what it is about
 * @param explanation what is the matter
 * @param remedy what to do
 */
public record ExecNote(Kind kind, String explanation, String remedy) {
    /** What a note is about. */
    public enum Kind {
        /** The program signs return addresses, which the emulator's default processor is slow at. */
        SLOW_POINTER_AUTHENTICATION,
        /** This version of the emulator is known to have a fault. */
        KNOWN_FAULT,
        /** The program is setuid, and the handler does not give it its owner's rights. */
        SETUID_WITHOUT_CREDENTIALS,
        /** A library that the program asks for is not in the usual folders. */
        LIBRARY_MISSING
    }

    /** Makes the value. */
    public ExecNote {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(explanation);
        Objects.requireNonNull(remedy);
    }

    /** Returns both sentences for a message. */
    @Override
    public String toString() {
        return explanation + "; " + remedy;
    }
}
