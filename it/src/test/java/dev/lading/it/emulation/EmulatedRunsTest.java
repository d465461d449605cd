package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.BinfmtFlag;
import dev.lading.emulation.BinfmtHandler;
import dev.lading.emulation.Emulator;
import dev.lading.emulation.ExecDiagnosis;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.NotRunnableException;
import dev.lading.emulation.QemuTarget;
import dev.lading.emulation.Registration;
import dev.lading.emulation.RunResult;
import dev.lading.it.peers.BusyboxRoot;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.Peers;
import dev.lading.it.peers.PrivateTables;
import dev.lading.oci.CancelledException;
import dev.lading.oci.Platform;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Programs of other machines under QEMU: the processors it can be, the host's own table, and what comes out of a run. */
@Timeout(300)
class EmulatedRunsTest {
    private static final Map<String, String> ROOTS = new TreeMap<>(Map.of(
            "arm64", "linux/arm64",
            "armel", "linux/arm/v5",
            "armhf", "linux/arm/v7",
            "i386", "linux/386",
            "mips64el", "linux/mips64le",
            "ppc64el", "linux/ppc64le",
            "riscv64", "linux/riscv64",
            "s390x", "linux/s390x"));
    private static final String BY_ALL = "RUNTIME,BUBBLEWRAP,NAMESPACES";

    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    private static HostExecution host = HostExecution.detect();
    private Path state = Path.of("/");

    @BeforeAll
    static void roots() throws IOException {
        Peers.requireRoot();
        for (String program : List.of("runc", "bwrap", "unshare", "setpriv", "prlimit", "qemu-aarch64-static")) {
            Peers.require(program);
        }
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String architecture : ROOTS.keySet()) {
            BusyboxRoot.make(shared.resolve(architecture), architecture);
        }
        host = HostExecution.detect();
    }

    @BeforeEach
    void folders() {
        state = temp.resolve("state");
    }

    private Launcher launcher(String architecture, String platform) {
        return Launcher.on(host)
                .root(shared.resolve(architecture))
                .platform(Platform.parse(platform))
                .state(state);
    }

    @ParameterizedTest
    @CsvSource({
        "armel, linux/arm/v5, armv5tel",
        "armel, linux/arm/v6, armv6l",
        "armel, linux/arm/v7, armv7l",
        "armhf, linux/arm/v7, armv7l",
        "mips64el, linux/mips64le, mips64",
        "riscv64, linux/riscv64, riscv64",
    })
    void the_emulated_processor_is_the_images(String architecture, String platform, String machine) {
        RunResult run = launcher(architecture, platform).run("sh", "-c", "uname -m; /bin/busybox uname -m");
        assertThat(run.stdout()).as(run.stderr()).isEqualTo((machine + "\n").repeat(2));
    }

    @Test
    void a_program_for_a_newer_arm_than_its_image_is_refused_before_it_crashes() {
        assertThatThrownBy(() -> launcher("armhf", "linux/arm/v5").run("uname", "-m"))
                .isInstanceOfSatisfying(NotRunnableException.class, e -> {
                    assertThat(e.diagnosis()).isInstanceOf(ExecDiagnosis.VariantUnsupported.class);
                    assertThat(e).hasMessageContaining("arm926").hasMessageContaining("linux/arm/v7");
                });
        // Who names the processor gets it.
        assertThat(launcher("armhf", "linux/arm/v5")
                        .cpuModel("max")
                        .run("uname", "-m")
                        .stdout())
                .isEqualTo("armv7l\n");
    }

    @Test
    void what_the_processor_runs_itself_is_emulated_where_that_is_asked_for() {
        Emulator i386 = Emulator.of(Peers.require("qemu-i386-static"));
        Launcher native32 = launcher("i386", "linux/386");
        assertThat(native32.run("uname", "-m").stdout()).isEqualTo("x86_64\n");
        RunResult run = Launcher.on(host.withEmulators(List.of(i386)))
                .root(shared.resolve("i386"))
                .platform(Platform.parse("linux/386"))
                .state(state)
                .run("sh", "-c", "uname -m; /bin/busybox uname -m");
        assertThat(run.stdout()).as(run.stderr()).isEqualTo("i686\ni686\n");
    }

    /** Debian's older arm64 has no pointer authentication, its newer one has. */
    @Test
    void the_processor_is_set_for_programs_that_sign_return_addresses_and_the_callers_own_is_kept() {
        Path newer = BusyboxRoot.make(temp.resolve("trixie"), "trixie", "arm64");
        String[] program = {"sh", "-c", "echo cpu $QEMU_CPU; uname -m"};
        assertThat(launcher("arm64", "linux/arm64").run(program).stdout()).isEqualTo("cpu\naarch64\n");
        Launcher launcher = launcher("arm64", "linux/arm64").root(newer);
        RunResult chosen = launcher.run(program);
        assertThat(chosen.stdout()).isEqualTo("cpu cortex-a72\naarch64\n");
        assertThat(chosen.notes()).anyMatch(note -> note.contains("cortex-a72"));
        RunResult kept = launcher.cpuModel("max").run(program);
        assertThat(kept.stdout()).isEqualTo("cpu max\naarch64\n");
        assertThat(kept.notes()).noneMatch(note -> note.contains("cortex") || note.contains("pointer"));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void output_exit_code_signals_and_input_are_those_of_a_program_of_this_host(BackEnd backEnd) {
        Launcher launcher = launcher("arm64", "linux/arm64").backEnd(backEnd).timeout(Duration.ofSeconds(60));
        RunResult seven = launcher.run("sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(List.of(seven.exitCode(), seven.stdout(), seven.stderr())).isEqualTo(List.of(7, "out\n", "err\n"));
        assertThat(launcher.run("sh", "-c", "kill -SEGV $$; sleep 60").exitCode())
                .isEqualTo(139);
        assertThat(launcher.run("sh", "-c", "kill -TERM $$; sleep 60").exitCode())
                .isEqualTo(143);
        byte[] input = "a line\nünd noch eine\0".repeat(50_000).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        launcher.stdin(new ByteArrayInputStream(input)).stdout(out).run("cat");
        assertThat(out.toByteArray()).isEqualTo(input);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void when_its_time_is_over_an_emulated_tree_has_ended(BackEnd backEnd) {
        assertThatThrownBy(() -> launcher("arm64", "linux/arm64")
                        .backEnd(backEnd)
                        .timeout(Duration.ofSeconds(2))
                        .run("sh", "-c", "sleep 4721 & (sleep 4721 &) ; sleep 4721"))
                .isInstanceOf(CancelledException.class);
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(line -> line.contains("4721")))
                .isEmpty();
        assertThat(state).isEmptyDirectory();
    }

    /** Under a limit that would let QEMU write two files for each crash. */
    @Test
    void a_crash_leaves_no_core_file_behind() throws IOException, URISyntaxException {
        Path root = BusyboxRoot.make(temp.resolve("root"), "arm64");
        List<String> before = List.of(Peers.require("prlimit").toString(), "--core=unlimited:unlimited");
        String[] crash = {"/bin/sh", "-c", "cd /tmp; ulimit -c; kill -SEGV $$; sleep 60"};
        Files.createDirectories(temp.resolve("cores"));
        Command bare = Command.run(
                before.get(0),
                before.get(1),
                "/bin/sh",
                "-c",
                "cd " + temp.resolve("cores") + "; exec " + Peers.require("qemu-aarch64-static") + " "
                        + root.resolve("bin/busybox") + " sh -c 'kill -SEGV $$; sleep 60'");
        assertThat(bare.exitCode()).isEqualTo(139);
        assertThat(temp.resolve("cores"))
                .as("such a crash leaves files otherwise")
                .isNotEmptyDirectory();

        List<String> words = new ArrayList<>(List.of(BY_ALL, state.toString(), root.toString(), "linux/arm64", "--"));
        words.addAll(List.of(crash));
        Command runs = OtherProcess.run(shared, before, RunPrograms.class, words);
        assertThat(runs.succeeded().lines()).hasSize(3).allMatch(line -> line.contains(" 139 0"));
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.contains("core"));
        }
    }

    // ---- the host's own table ----

    @Test
    void by_handlers_of_the_hosts_table_programs_of_each_architecture_run_in_every_root()
            throws IOException, URISyntaxException {
        List<String> words = new ArrayList<>(List.of(BY_ALL, state.toString()));
        ROOTS.forEach((architecture, platform) ->
                words.addAll(List.of(shared.resolve(architecture).toString(), platform)));
        words.addAll(List.of("--", "sh", "-c", "uname -m; /bin/busybox uname -m; exit 7"));
        Map<String, String> machines = Map.of(
                "arm64", "aarch64",
                "armel", "armv5tel",
                "armhf", "armv7l",
                "i386", "x86_64",
                "mips64el", "mips64",
                "ppc64el", "ppc64le",
                "riscv64", "riscv64",
                "s390x", "s390x");
        List<String> expected = new ArrayList<>();
        for (String architecture : ROOTS.keySet()) {
            for (String backEnd : BY_ALL.split(",", -1)) {
                String machine = machines.get(architecture);
                expected.add(architecture + " " + backEnd + " 7 " + machine + "," + machine);
            }
        }
        try (PrivateTables tables = PrivateTables.ofAllIdentifiers()) {
            Registration registration = Registration.of(host);
            registration.register(tables.table());
            Command runs = OtherProcess.run(shared, tables.enter(), RunPrograms.class, words);
            assertThat(runs.succeeded().lines().toList()).as(runs.err()).isEqualTo(expected);
            assertThat(tables.table().handlers()).hasSameSizeAs(registration.handlers());
        }
    }

    /** A table of one's own hides the one around it, so what was there has to be in it too. */
    @Test
    void a_run_with_a_table_of_its_own_keeps_what_the_hosts_table_had() throws IOException, URISyntaxException {
        Path root = BusyboxRoot.make(shared.resolve("two-machines"), "arm64");
        Files.createDirectory(root.resolve("other"));
        Files.copy(shared.resolve("s390x/bin/busybox"), root.resolve("other/busybox"));
        QemuTarget s390x = QemuTarget.named("s390x").orElseThrow();
        Path theirs = Files.copy(Peers.require("qemu-s390x-static"), shared.resolve("their-qemu"));
        Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> words = List.of(
                BY_ALL,
                "/tmp/lading-it-nested",
                root.toString(),
                "linux/arm64",
                "--",
                "sh",
                "-c",
                "uname -m; /other/busybox uname -m");
        List<String> nobody =
                List.of(Peers.require("setpriv").toString(), "--reuid", "65534", "--regid", "65534", "--clear-groups");
        try (PrivateTables tables = PrivateTables.ofAllIdentifiers()) {
            tables.table().register(BinfmtHandler.of("theirs", s390x, theirs.toString(), BinfmtFlag.parse("PF")));
            for (List<String> who : List.of(List.<String>of(), nobody)) {
                List<String> before = new ArrayList<>(tables.enter());
                before.addAll(who);
                Command runs = OtherProcess.run(shared, before, RunPrograms.class, words);
                assertThat(runs.succeeded().lines())
                        .as(runs.err())
                        .hasSize(3)
                        .allMatch(line -> line.endsWith(" 0 aarch64,s390x"));
                assertThat(Path.of("/tmp/lading-it-nested")).isEmptyDirectory();
                Files.delete(Path.of("/tmp/lading-it-nested"));
            }
        }
    }
}
