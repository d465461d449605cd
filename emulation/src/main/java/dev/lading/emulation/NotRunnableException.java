package dev.lading.emulation;

import dev.lading.oci.UnsupportedException;

/** A program was not started, for the kernel would not run it; the diagnosis says why, with one remedy. */
public final class NotRunnableException extends UnsupportedException {
    private static final long serialVersionUID = 1L;

    private final transient ExecDiagnosis diagnosis;

    NotRunnableException(String message, ExecDiagnosis diagnosis) {
        super(message);
        this.diagnosis = diagnosis;
    }

    /**
     * Returns what is the matter.
     *
     * @return the diagnosis
     */
    public ExecDiagnosis diagnosis() {
        return diagnosis;
    }
}
