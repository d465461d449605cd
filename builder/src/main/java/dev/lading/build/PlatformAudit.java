package dev.lading.build;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.ExecutableHeader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks whether the programs in each platform's layers are for the machine that the index promises.
 *
 * <p>Programs are told by their headers: ELF executables and shared objects. 32-bit x86 in an image for amd64, and 32-bit ARM
 * in one for arm64, are taken. Layers are read as a stream; nothing is unpacked.
 */
public final class PlatformAudit {
    private PlatformAudit() {}

    /** What is seen while layers are made, so that a build need not read them again. */
    static final class Collected {
        // By platform and path, for a store may run a recipe twice and the last run counts.
        private final Map<String, AuditFinding> findings = new LinkedHashMap<>();

        synchronized void look(List<Platform> platforms, String path, byte[] firstBytes) {
            for (Platform platform : platforms) {
                String key = platform + " " + path;
                findings.remove(key);
                judge(platform, path, firstBytes).ifPresent(finding -> findings.put(key, finding));
            }
        }

        synchronized void refuse() {
            if (!findings.isEmpty()) {
                throw new AuditFailedException(List.copyOf(findings.values()));
            }
        }
    }

    private static Optional<AuditFinding> judge(Platform platform, String path, byte[] firstBytes) {
        ExecutableHeader header = ExecutableHeader.of(firstBytes);
        if (!header.executable() || header.platform().isEmpty()) {
            return Optional.empty();
        }
        Platform found = header.platform().get();
        String wanted = platform.normalized().architecture();
        boolean runs = found.architecture().equals(wanted)
                || wanted.equals("amd64") && found.architecture().equals("386")
                || wanted.equals("arm64") && found.architecture().equals("arm");
        return runs ? Optional.empty() : Optional.of(new AuditFinding(platform, path, found));
    }
}
