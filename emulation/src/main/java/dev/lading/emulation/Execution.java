package dev.lading.emulation;

import java.nio.file.Path;
import java.util.Objects;

/** How programs of one platform run on a host. */
public sealed interface Execution {

    /** The processor runs them itself. */
    record Native() implements Execution {}

    /**
     * The kernel starts an interpreter for them (binfmt_misc).
     *
     * @param handler the name of the kernel's entry
     * @param interpreter the emulator it starts
     */
    record Handler(String handler, Path interpreter) implements Execution {
        /** Makes the value. */
        public Handler {
            Objects.requireNonNull(handler);
            Objects.requireNonNull(interpreter);
        }
    }

    /**
     * An emulator is on the PATH and can be started with the program as its argument; programs that the program starts are
     * not emulated.
     *
     * @param emulator the emulator
     */
    record Emulated(Path emulator) implements Execution {
        /** Makes the value. */
        public Emulated {
            Objects.requireNonNull(emulator);
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
    }
}
