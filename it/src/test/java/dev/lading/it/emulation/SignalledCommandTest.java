package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.build.ImageBuilder;
import dev.lading.it.peers.BusyboxRoot;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.Peers;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Platform;
import dev.lading.oci.layout.OciLayout;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals to the command on a host with few programs. */
@Timeout(120)
class SignalledCommandTest {
    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    private static Path layout = Path.of("/");

    @BeforeAll
    static void image() {
        Peers.requireRoot();
        for (String program : List.of("runc", "bwrap", "unshare", "kill")) {
            Peers.require(program);
        }
        layout = shared.resolve("layout");
        Path root = BusyboxRoot.make(shared.resolve("amd64"), "amd64");
        try (OciLayout place = OciLayout.open(layout)) {
            ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_AMD64)
                    .layer(LayerRecipe.folder(root).into("/"))
                    .config(c -> c.entrypoint("/bin/sh", "-c"))
                    .build(place, "1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runtime", "bubblewrap", "namespaces"})
    void a_program_gets_its_signal_where_the_host_has_no_program_that_sends_one(String by) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                Peers.require("unshare").toString(),
                "--mount",
                "sh",
                "-c",
                // Where the folders of programs are one, it is hidden in both.
                "for folder in /usr/bin /bin; do mount --bind /dev/null $folder/kill; done; exec \"$0\" \"$@\""));
        words.addAll(Command.ladingWords(
                List.of("-Djava.io.tmpdir=" + temp),
                "run",
                "--by",
                by,
                "oci:" + layout + ":1",
                "--",
                "trap 'exit 5' TERM; echo up; while :; do busybox sleep 0.1; done"));
        Process command = new ProcessBuilder(words).redirectErrorStream(true).start();
        try (BufferedReader out = command.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("up");
            command.destroy();
            assertThat(command.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(command.exitValue()).isEqualTo(5);
        } finally {
            command.destroyForcibly().waitFor();
        }
    }
}
