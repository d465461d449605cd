package dev.lading.it.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Finds real peers; a missing one is a named skip, or a failure where LADING_REQUIRE_PEERS is 1. */
public final class Peers {
    private static final List<Path> FOLDERS = List.of(Path.of("/usr/bin"), Path.of("/usr/sbin"), Path.of("/bin"));

    private Peers() {}

    /**
     * Asks for a program.
     *
     * @param program its name
     * @return its path; the test is skipped, or fails, if there is none
     */
    public static Path require(String program) {
        for (Path folder : FOLDERS) {
            Path file = folder.resolve(program);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        String message = "SKIPPED: the peer " + program + " is not installed; ./check installs it on Debian as root";
        if ("1".equals(System.getenv("LADING_REQUIRE_PEERS"))) {
            throw new AssertionError(message);
        }
        Assumptions.abort(message);
        throw new IllegalStateException("an aborted test does not go on");
    }

    /** Asks for root, which container engines want. */
    public static void requireRoot() {
        if ("root".equals(System.getProperty("user.name"))) {
            return;
        }
        String message =
                "SKIPPED: container engines are started as root, and this is " + System.getProperty("user.name");
        if ("1".equals(System.getenv("LADING_REQUIRE_PEERS"))) {
            throw new AssertionError(message);
        }
        Assumptions.abort(message);
    }
}
