package dev.lading.emulation;

import dev.lading.oci.CancelledException;
import dev.lading.oci.UnavailableException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How a run ended, and by whose doing: the program's own, a signal's, or the emulator's.
 *
 * <p>Judged by the exit code and what QEMU writes to standard error when it gives up; a program could write the same. Each
 * result has one remedy where there is one, and, where other settings of the emulator may help, the variables to try once
 * more with.
 */
public sealed interface RunDiagnosis {
    /**
     * Judges a run.
     *
     * @param exitCode the exit code; 128 and the number of the signal where one ended it
     * @param stderr the end of what was written to standard error
     * @param emulator the emulator it ran by; empty if the processor ran it
     * @return how it ended
     * @throws UnavailableException if the emulator is to tell its version and cannot be started
     * @throws CancelledException if the thread is interrupted
     */
    static RunDiagnosis of(int exitCode, String stderr, Optional<Emulator> emulator) {
        if (exitCode == 0 || emulator.isEmpty()) {
            return RunJudge.of(exitCode, stderr, Optional.empty(), Optional.empty());
        }
        Emulator by = emulator.get();
        // Only who needs the version pays for asking.
        boolean suspect = exitCode > RunJudge.SIGNAL_BASE || RunJudge.suspicious(stderr);
        return RunJudge.of(exitCode, stderr, Optional.of(by.target()), suspect ? by.version() : Optional.empty());
    }

    /**
     * Says what happened.
     *
     * @return a sentence without its full stop
     */
    String explanation();

    /**
     * Says what would help.
     *
     * @return a sentence in the imperative without its first capital and full stop; empty if nothing is known
     */
    default String remedy() {
        return "";
    }

    /**
     * Says whether the emulator may be the reason.
     *
     * @return false for {@link Ended} and {@link Signalled}
     */
    default boolean emulatorSuspected() {
        return !(this instanceof Ended || this instanceof Signalled);
    }

    /**
     * Returns the variables to set for one more try.
     *
     * @return the variables; empty if another try would end alike
     */
    default Map<String, String> retryWith() {
        return Map.of();
    }

    /**
     * The program came to its own end.
     *
     * @param exitCode its exit code
     */
    record Ended(int exitCode) implements RunDiagnosis {
        @Override
        public String explanation() {
            return "the program ended with the exit code " + exitCode;
        }
    }

    /**
     * A signal ended it: sent by somebody, or by the kernel for what the program did on this host's processor.
     *
     * @param signal the number of the signal
     */
    record Signalled(int signal) implements RunDiagnosis {
        @Override
        public String explanation() {
            return "the program was ended by " + RunJudge.name(signal);
        }
    }

    /**
     * A signal ended the emulated program: its own fault, as it would be on the real machine, or the emulator's, which cannot
     * be told apart from outside.
     *
     * @param signal the number of the signal
     * @param version the emulator's version, if it is known
     * @param known what is known to go wrong with that version
     * @param retryWith the variables to set for one more try
     */
    record EmulatedSignal(
            int signal, Optional<String> version, List<EmulatorFault> known, Map<String, String> retryWith)
            implements RunDiagnosis {
        /** Makes the value; the collections are copied. */
        public EmulatedSignal {
            known = List.copyOf(known);
            retryWith = Map.copyOf(retryWith);
        }

        @Override
        public String explanation() {
            return "the emulated program was ended by " + RunJudge.name(signal) + RunJudge.under(version)
                    + known.stream()
                            .map(fault -> "; with that version " + fault.symptom() + " (" + fault.source() + ")")
                            .findFirst()
                            .orElse("");
        }

        @Override
        public String remedy() {
            if (!known.isEmpty()) {
                return known.get(0).remedy();
            }
            return signal == RunJudge.SIGILL
                    ? "take an image for an older processor, or let the emulator be a newer one (QEMU_CPU=max)"
                    : "try another version of QEMU, or the program on a real machine, to tell whose fault it is";
        }
    }

    /**
     * The emulator itself crashed.
     *
     * @param said what it wrote
     * @param version its version, if it is known
     */
    record EmulatorCrashed(String said, Optional<String> version) implements RunDiagnosis {
        @Override
        public String explanation() {
            return "the emulator itself crashed" + RunJudge.under(version) + ": " + said;
        }

        @Override
        public String remedy() {
            return "take another version of QEMU";
        }
    }

    /**
     * The emulator did not start the program.
     *
     * @param said what it wrote
     * @param version its version, if it is known
     * @param remedy what would help
     */
    record EmulatorRefused(String said, Optional<String> version, String remedy) implements RunDiagnosis {
        @Override
        public String explanation() {
            return "the emulator did not start the program" + RunJudge.under(version) + ": " + said;
        }
    }

    /**
     * The program's language runtime failed in a way that emulation is known for.
     *
     * @param said what it wrote
     * @param cause why
     * @param version the emulator's version, if it is known
     * @param remedy what would help
     * @param retryWith the variables to set for one more try
     */
    record RuntimeFault(
            String said, String cause, Optional<String> version, String remedy, Map<String, String> retryWith)
            implements RunDiagnosis {
        /** Makes the value; the map is copied. */
        public RuntimeFault {
            Objects.requireNonNull(said);
            retryWith = Map.copyOf(retryWith);
        }

        @Override
        public String explanation() {
            return said + RunJudge.under(version) + ": " + cause;
        }
    }
}
