package dev.lading.build;

import dev.lading.oci.LadingException;
import java.util.List;
import java.util.stream.Collectors;

/** An audit found programs for the wrong machine; no name was moved. */
public final class AuditFailedException extends LadingException {
    private static final long serialVersionUID = 1L;

    private final transient List<AuditFinding> findings;

    /**
     * Makes the exception.
     *
     * @param findings what was found, at least one
     */
    public AuditFailedException(List<AuditFinding> findings) {
        super(findings.stream().map(AuditFinding::toString).collect(Collectors.joining("; "))
                + ". Put the right program there, or build without the audit.");
        this.findings = List.copyOf(findings);
    }

    /**
     * Returns what was found.
     *
     * @return the findings, at least one
     */
    public List<AuditFinding> findings() {
        return findings;
    }
}
