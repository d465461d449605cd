package dev.lading.emulation;

import java.nio.file.Path;
import java.util.Objects;

/** How programs of one platform run on a host. */
public sealed interface Execution {
    /**
     * Says whether they run at all.
     *
     * @return false for {@link Impossible}
     */
    default boolean runs() {
        return !(this instanceof Impossible);
    }

    /** The processor runs them itself. */
    record Native() implements Execution {
        /** Says so, for people. */
        @Override
        public String toString() {
            return "native";
        }
    }

    /** The processor runs them in the mode it has for an older relative: 386 on amd64, arm on arm64. */
    record Compatible() implements Execution {
        /** Says so, for people. */
        @Override
        public String toString() {
            return "native, in the processor's compatible mode";
        }
    }

    /**
     * The kernel starts an emulator for them (binfmt_misc), and for the programs they start.
     *
     * @param handler the kernel's entry
     * @param everywhere true if it works in every root file system, false if only where the emulator's path leads to the
     *     emulator; it does everywhere where the emulator was opened when it was registered (flag F) and needs no library
     * @param proved true if a program was run to see it, false if only files were looked at
     */
    record Handler(BinfmtHandler handler, boolean everywhere, boolean proved) implements Execution {
        /** Makes the value. */
        public Handler {
            Objects.requireNonNull(handler);
        }

        /**
         * Returns the emulator that the kernel starts.
         *
         * @return its path on the host
         */
        public Path interpreter() {
            return Path.of(handler.interpreter());
        }

        /** Says so, for people. */
        @Override
        public String toString() {
            return "by the handler " + handler + (everywhere ? "" : ", not in other root file systems");
        }
    }

    /**
     * An emulator is here. It can be started with the program as its argument; for the programs which that program starts to
     * be emulated too, it has to be registered, in a table of one's own or the host's.
     *
     * @param emulator the emulator
     * @param privately true if the kernel takes a table of one's own in a user namespace, without any right
     */
    record Emulated(Emulator emulator, boolean privately) implements Execution {
        /** Makes the value. */
        public Emulated {
            Objects.requireNonNull(emulator);
        }

        /** Says so, for people. */
        @Override
        public String toString() {
            return "by " + emulator + (privately ? ", registered privately for a run" : ", a single program only");
        }
    }

    /**
     * They do not run here.
     *
     * @param reason why not
     * @param remedy what would change that
     */
    record Impossible(String reason, String remedy) implements Execution {
        /** Makes the value. */
        public Impossible {
            Objects.requireNonNull(reason);
            Objects.requireNonNull(remedy);
        }

        /** Says so, for people. */
        @Override
        public String toString() {
            return "not: " + reason + "; " + remedy;
        }
    }
}
