package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.build.ImageBuilder;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.ImageRunner;
import dev.lading.emulation.Registration;
import dev.lading.emulation.RunResult;
import dev.lading.it.peers.BusyboxRoot;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.Containerd;
import dev.lading.it.peers.Peers;
import dev.lading.it.peers.PrivateTables;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.layout.OciLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index of real programs for two machines, run by the library, by the command and by containerd. */
class ImageRunnerTest {
    private static final String SCRIPT =
            "#!/bin/sh\nuname -m\nid\necho $GREETING in $(pwd)\necho \"$#: $*\"\necho err >&2\nexit 7\n";

    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    private static Path layout = Path.of("/");
    private Path state = Path.of("/");

    @BeforeAll
    static void image() throws IOException {
        Peers.requireRoot();
        Peers.require("runc");
        Peers.require("qemu-aarch64-static");
        layout = shared.resolve("layout");
        Path amd64 = BusyboxRoot.make(shared.resolve("amd64"), "amd64");
        Path arm64 = BusyboxRoot.make(shared.resolve("arm64"), "arm64");
        for (Path root : List.of(amd64, arm64)) {
            Path script = Files.writeString(root.resolve("bin/say"), SCRIPT);
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        try (OciLayout place = OciLayout.open(layout)) {
            ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_AMD64, Platform.LINUX_ARM64)
                    .layerFor(Platform.LINUX_AMD64, LayerRecipe.folder(amd64).into("/"))
                    .layerFor(Platform.LINUX_ARM64, LayerRecipe.folder(arm64).into("/"))
                    .config(c -> c.entrypoint("say")
                            .command("one", "two words")
                            .environment("PATH", "/bin")
                            .environment("GREETING", "hello")
                            .workingDirectory("/made/by/run")
                            .user("user"))
                    .build(place, "1");
        }
    }

    @BeforeEach
    void folders() {
        state = temp.resolve("state");
    }

    private static ContentGraph graph() {
        return OciLayout.open(layout).resolve("1");
    }

    @Test
    void an_image_of_each_platform_runs_as_it_is_configured() {
        HostExecution host = HostExecution.detect();
        for (List<String> machine : List.of(List.of("linux/amd64", "x86_64"), List.of("linux/arm64", "aarch64"))) {
            ImageRunner runner = ImageRunner.of(graph().image(Platform.parse(machine.get(0))), host)
                    .with(launcher -> launcher.state(state));
            RunResult run = runner.run(List.of());
            assertThat(run.stdout().lines().toList())
                    .as(run.stderr())
                    .containsExactly(
                            machine.get(1),
                            "uid=1000(user) gid=100(users) groups=29(audio),100(users)",
                            "hello in /made/by/run",
                            "2: one two words");
            assertThat(run.stderr()).isEqualTo("err\n");
            assertThat(run.exitCode()).isEqualTo(7);
            assertThat(runner.run(List.of("three")).stdout()).endsWith("1: three\n");
            assertThat(runner.entrypoint(List.of("uname")).run(List.of("-m")).stdout())
                    .isEqualTo(machine.get(1) + "\n");
            assertThatThrownBy(() -> runner.entrypoint(List.of()).run(List.of()))
                    .isInstanceOf(InvalidInputException.class);
        }
        assertThat(state).isEmptyDirectory();
    }

    @Test
    void the_command_gives_what_containerd_gives() {
        for (String platform : List.of("linux/amd64", "linux/arm64")) {
            Command ours = Command.lading("run", "--platform", platform, "oci:" + layout + ":1", "--", "a", "b  c");
            assertThat(ours.exitCode()).as(ours.err()).isEqualTo(7);
            assertThat(ours.out()).contains("2: a b  c\n");
            Command theirs = byContainerd(platform);
            assertThat(ours.out()).as(theirs.err()).isEqualTo(theirs.out());
            // Of the command's own words there is one, where the runtime is an old one.
            assertThat(ours.err().replaceFirst("(?m)^runc [0-9.]+\\S* is older than .*\n", ""))
                    .isEqualTo(theirs.err());
            assertThat(ours.exitCode()).isEqualTo(theirs.exitCode());
        }
    }

    @Test
    void a_working_directory_that_an_image_names_is_made_in_its_root_and_nowhere_else() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Path root = BusyboxRoot.make(temp.resolve("root"), "amd64");
        Files.createSymbolicLink(root.resolve("link"), outside);
        try (OciLayout place = OciLayout.open(temp.resolve("hostile"))) {
            ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_AMD64)
                    .layer(LayerRecipe.folder(root).into("/"))
                    .config(c -> c.entrypoint("/bin/pwd").workingDirectory("/missing/../link/made"))
                    .build(place, "1");
            ImageRunner runner = ImageRunner.of(place.resolve("1").image(Platform.LINUX_AMD64), HostExecution.detect())
                    .with(launcher -> launcher.state(state));
            // The kernel finds no way through a folder that is missing.
            assertThatThrownBy(() -> runner.run(List.of())).isInstanceOf(LadingException.class);
        }
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void an_image_with_a_folder_that_its_owner_may_not_list_is_explained_and_nothing_of_it_stays() throws IOException {
        Path tool = Path.of("/bin/true");
        try (OciLayout place = OciLayout.open(temp.resolve("closed"))) {
            ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_AMD64)
                    .layer(LayerRecipe.bytes(Files.readAllBytes(tool))
                            .into("/true")
                            .mode(0755))
                    .layer(LayerRecipe.emptyFolder()
                            .into("/closed")
                            .folderMode(0)
                            .and(LayerRecipe.bytes(new byte[1]).into("/closed/file")))
                    .config(c -> c.entrypoint("/true"))
                    .build(place, "1");
        }
        Path work = Files.createDirectory(temp.resolve("work"));
        // Root without the rights that make modes mean nothing to it, as every other user is.
        Command explained = Command.run(
                Peers.require("setpriv").toString(),
                "--bounding-set=-dac_override,-dac_read_search",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + work,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.lading.cli.Main",
                "explain",
                "oci:" + temp.resolve("closed") + ":1");
        assertThat(explained.err()).doesNotContain("closed");
        assertThat(explained.out()).as(explained.err()).startsWith("/true ");
        assertThat(work).isEmptyDirectory();
    }

    /** Containerd wants a handler for foreign programs wherever it runs; here it has a table of its own. */
    private Command byContainerd(String platform) {
        try (PrivateTables tables = PrivateTables.ofAllIdentifiers();
                Containerd containerd = Containerd.startWhere(tables)) {
            Registration.of(HostExecution.detect()).register(tables.table());
            Path archive = temp.resolve("image.tar");
            Command.run("tar", "-C", layout.toString(), "-cf", archive.toString(), ".")
                    .succeeded();
            containerd
                    .ctr("image", "import", "--platform", platform, "--index-name", "it/say:1", archive.toString())
                    .succeeded();
            return containerd.ctr(
                    "run",
                    "--rm",
                    "--snapshotter",
                    "native",
                    "--platform",
                    platform,
                    "it/say:1",
                    "say",
                    "say",
                    "a",
                    "b  c");
        }
    }

    @Test
    void the_command_passes_input_output_and_a_signals_exit_code_on() {
        Command crash = Command.lading("run", "oci:" + layout + ":1", "--help");
        assertThat(crash.exitCode()).isZero();
        Command ended = Command.lading(
                "run",
                "--by",
                "namespaces",
                "--user",
                "0",
                "--network",
                "host",
                "--env",
                "GREETING=hi",
                "oci:" + layout + ":1",
                "--",
                "x");
        assertThat(ended.out()).contains("uid=0(root)").contains("hi in /made/by/run");
        assertThat(ended.exitCode()).isEqualTo(7);
        Command wrong = Command.lading("run", "--network", "some", "oci:" + layout + ":1");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("none or host");
        Command missing = Command.lading("run", "--platform", "linux/s390x", "oci:" + layout + ":1");
        assertThat(missing.exitCode()).isEqualTo(4);
    }

    @Test
    void new_privileges_only_where_the_command_is_asked_for_them() throws IOException {
        Path root = BusyboxRoot.make(temp.resolve("root"), "amd64");
        Path folder = temp.resolve("status");
        try (OciLayout place = OciLayout.open(folder)) {
            ImageBuilder.fromNothing()
                    .platforms(Platform.LINUX_AMD64)
                    .layer(LayerRecipe.folder(root).into("/"))
                    .config(c -> c.entrypoint("/bin/busybox", "grep", "NoNewPrivs", "/proc/self/status"))
                    .build(place, "1");
        }
        String image = "oci:" + folder + ":1";
        assertThat(Command.lading("run", image).succeeded()).isEqualTo("NoNewPrivs:\t1");
        assertThat(Command.lading("run", "--new-privileges", image).succeeded()).isEqualTo("NoNewPrivs:\t0");
    }
}
