package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.it.peers.BusyboxRoot;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.Jdks;
import dev.lading.it.peers.Peers;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words of any letters, paths with blanks and colons and a large environment reach the program by every JDK in any locale. */
@Timeout(300)
class OddWordsTest {
    @TempDir
    static Path shared;

    @BeforeAll
    static void peers() throws IOException {
        Peers.requireRoot();
        for (String program : List.of("runc", "bwrap", "qemu-aarch64-static")) {
            Peers.require(program);
        }
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @ParameterizedTest
    @CsvSource({"amd64, C", "arm64, C", "arm64, C.UTF-8"})
    void every_word_name_and_variable_reaches_the_program(String architecture, String locale)
            throws IOException, URISyntaxException {
        Path root = shared.resolve("a root: of, " + architecture + " #2");
        if (!Files.exists(root)) {
            BusyboxRoot.make(root, architecture);
        }
        Path state = Path.of("/tmp/lading-it a state: of tests");
        String digest = Integer.toHexString(RunOddWords.said().hashCode());
        for (Path jdk : Jdks.present()) {
            for (List<String> who : List.of(List.<String>of(), nobody())) {
                List<String> command = new ArrayList<>(who);
                command = OtherProcess.command(
                        shared,
                        command,
                        jdk.resolve("bin/java"),
                        RunOddWords.class,
                        List.of(state.toString(), root.toString(), "linux/" + architecture));
                Command runs = Command.run(Map.of("LC_ALL", locale), command.toArray(String[]::new));
                assertThat(runs.succeeded().lines())
                        .as(jdk + " " + who + runs.err())
                        .containsExactly("RUNTIME 0 " + digest, "BUBBLEWRAP 0 " + digest, "NAMESPACES 0 " + digest);
                assertThat(state).isEmptyDirectory();
                Files.delete(state);
            }
        }
    }

    private static List<String> nobody() {
        return List.of(Peers.require("setpriv").toString(), "--reuid", "65534", "--regid", "65534", "--clear-groups");
    }
}
