package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.Binfmt;
import dev.lading.emulation.BinfmtHandler;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.Network;
import dev.lading.emulation.NotRunnableException;
import dev.lading.emulation.RunResult;
import dev.lading.emulation.RunningProgram;
import dev.lading.it.peers.BusyboxRoot;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.Peers;
import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.UnsupportedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Real programs of Debian in small roots, as root and as nobody, by everything that can start them. */
class LauncherTest {
    /** The platform, and what a program of it is told of the machine: a 32-bit one that runs natively sees the host's. */
    private static final Map<String, List<String>> MACHINES = new TreeMap<>(Map.of(
            "amd64", List.of("linux/amd64", "x86_64"),
            "i386", List.of("linux/386", "x86_64"),
            "arm64", List.of("linux/arm64", "aarch64"),
            "armhf", List.of("linux/arm/v7", "armv7l"),
            "s390x", List.of("linux/s390x", "s390x"),
            "ppc64el", List.of("linux/ppc64le", "ppc64le")));

    private static final String NOBODY = "65534";

    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    private static HostExecution host = HostExecution.detect();
    private Path root = Path.of("/");
    private Path state = Path.of("/");
    private Optional<Path> runtime = Optional.empty();

    @BeforeAll
    static void roots() throws IOException {
        Peers.requireRoot();
        for (String program : List.of("runc", "crun", "bwrap", "unshare", "setpriv", "qemu-aarch64-static")) {
            Peers.require(program);
        }
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String architecture : MACHINES.keySet()) {
            BusyboxRoot.make(shared.resolve(architecture), architecture);
        }
        host = HostExecution.detect();
    }

    @AfterAll
    static void nothingIsLeft() throws IOException {
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(shared.toString());
    }

    @BeforeEach
    void folders() {
        root = shared.resolve("amd64");
        state = temp.resolve("state");
    }

    private Launcher launcher(BackEnd backEnd) {
        Launcher launcher = Launcher.on(host).root(root).backEnd(backEnd).state(state);
        return runtime.map(launcher::runtime).orElse(launcher);
    }

    private static List<String> handlers() {
        return Binfmt.system().handlers().stream().map(BinfmtHandler::toString).toList();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void a_program_of_each_architecture_and_its_child_see_the_right_machine(BackEnd backEnd) {
        List<String> before = handlers();
        MACHINES.forEach((architecture, machine) -> {
            RunResult run = launcher(backEnd)
                    .root(shared.resolve(architecture))
                    .platform(Platform.parse(machine.get(0)))
                    .run("sh", "-c", "uname -m; /bin/busybox uname -m");
            assertThat(run.stdout()).as(architecture + run.stderr()).isEqualTo((machine.get(1) + "\n").repeat(2));
            assertThat(run.exitCode()).isZero();
            assertThat(run.backEnd()).isEqualTo(backEnd);
        });
        assertThat(handlers()).isEqualTo(before);
        assertThat(state).isEmptyDirectory();
    }

    @Test
    void without_any_right_programs_of_each_architecture_run_by_each_back_end() throws IOException, URISyntaxException {
        List<String> before = handlers();
        List<String> ways = List.of("RUNTIME", Peers.require("crun").toString(), "BUBBLEWRAP", "NAMESPACES");
        List<String> words = new ArrayList<>(List.of(String.join(",", ways), "/tmp/lading-it-nobody"));
        List<String> expected = new ArrayList<>();
        MACHINES.forEach((architecture, machine) -> {
            words.addAll(List.of(shared.resolve(architecture).toString(), machine.get(0)));
            for (String way : ways) {
                expected.add(architecture + " " + way + " 7 " + machine.get(1) + "," + machine.get(1) + ",0");
            }
        });
        words.addAll(List.of("--", "sh", "-c", "uname -m; /bin/busybox uname -m; id -u; exit 7"));
        Command command = asNobody(words);
        assertThat(command.succeeded().lines().toList()).as(command.err()).isEqualTo(expected);
        assertThat(handlers()).isEqualTo(before);
        assertThat(Path.of("/tmp/lading-it-nobody")).isEmptyDirectory();
        Files.delete(Path.of("/tmp/lading-it-nobody"));
    }

    @Test
    void without_any_right_a_run_ends_with_its_program_and_not_with_what_that_left_behind()
            throws IOException, URISyntaxException {
        List<String> ways = List.of("RUNTIME", "BUBBLEWRAP", "NAMESPACES");
        Path state = Path.of("/tmp/lading-it-left");
        long begin = System.nanoTime();
        Command command = asNobody(List.of(
                String.join(",", ways),
                state.toString(),
                root.toString(),
                "linux/amd64",
                "--",
                "sh",
                "-c",
                "sleep 4712 & echo bye; exit 3"));
        assertThat(command.succeeded().lines().toList())
                .as(command.err())
                .containsExactlyElementsOf(
                        ways.stream().map(way -> "amd64 " + way + " 3 bye").toList());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(10));
        Files.delete(state);
    }

    /** As in a Pod without rights: no user namespace can be made, and there is no right to administer. */
    @ParameterizedTest
    @CsvSource({"65534, ''", "0, CHOWN SETGID SETUID SETFCAP SYS_CHROOT"})
    void without_user_namespaces_one_static_foreign_program_runs_and_the_rest_says_why(String user, String capabilities)
            throws IOException, URISyntaxException {
        String state = "/tmp/lading-it-pod";
        List<String> pod = new ArrayList<>(List.of(
                Peers.require("bwrap").toString(), "--dev-bind", "/", "/", "--unshare-user", "--disable-userns"));
        pod.addAll(List.of("--uid", user, "--gid", user, "--cap-drop", "ALL"));
        for (String capability : capabilities.isEmpty() ? new String[0] : capabilities.split(" ")) {
            pod.addAll(List.of("--cap-add", "CAP_" + capability));
        }
        pod.add("--");
        Command command =
                programs(pod, "BEST,NAMESPACES", Path.of(state), List.of("arm64", "amd64"), "/bin/uname", "-m");
        List<String> lines = command.succeeded().lines().toList();
        assertThat(lines).as(command.err()).hasSize(4);
        assertThat(lines.get(0)).isEqualTo("arm64 BEST 0 aarch64");
        assertThat(lines.get(1)).contains("one static program at a time");
        assertThat(lines.subList(2, 4)).allMatch(line -> line.contains("no more user namespaces can be made"));
        Files.delete(Path.of(state));
    }

    /** As after {@code unshare --map-root-user}: all capabilities, one identifier, and no groups. */
    @Test
    void root_of_a_user_namespace_with_one_identifier_runs_programs_by_each_back_end()
            throws IOException, URISyntaxException {
        Command command = programs(
                List.of(Peers.require("unshare").toString(), "--map-root-user"),
                "RUNTIME,BUBBLEWRAP,NAMESPACES",
                temp.resolve("kept"),
                List.of("arm64", "amd64"),
                "sh",
                "-c",
                "id -u; exit 7");
        assertThat(command.succeeded().lines().toList())
                .as(command.err())
                .hasSize(6)
                .allMatch(line -> line.matches("(arm|amd)64 [A-Z]+ 7 0"));
    }

    /** As in a container with the right to administer, of which {@code /sys} is seldom more than read. */
    @ParameterizedTest
    @CsvSource({
        "--ro-bind /sys /sys, 7 0",
        "--tmpfs /sys, 'an OCI runtime does not start where there is no /sys/fs/cgroup; choose .*'"
    })
    void root_runs_programs_where_it_cannot_make_control_groups(String system, String byRuntime)
            throws IOException, URISyntaxException {
        List<String> container = new ArrayList<>(List.of(Peers.require("bwrap").toString(), "--dev-bind", "/", "/"));
        container.addAll(List.of(system.split(" ")));
        Command command = programs(
                container,
                "BEST,RUNTIME,BUBBLEWRAP,NAMESPACES",
                temp.resolve("kept"),
                List.of("amd64"),
                "sh",
                "-c",
                "id -u; exit 7");
        assertThat(command.succeeded().lines().toList())
                .as(command.err())
                .satisfiesExactly(
                        best -> assertThat(best).isEqualTo("amd64 BEST 7 0"),
                        runtime -> assertThat(runtime).matches("amd64 RUNTIME " + byRuntime),
                        bubblewrap -> assertThat(bubblewrap).isEqualTo("amd64 BUBBLEWRAP 7 0"),
                        namespaces -> assertThat(namespaces).isEqualTo("amd64 NAMESPACES 7 0"));
    }

    /** As in containers of a runtime that gives less to root than Docker does, beside the right to administer. */
    @Test
    void root_that_lacks_a_capability_which_programs_are_given_runs_them_by_each_back_end()
            throws IOException, URISyntaxException {
        Command command = programs(
                List.of(
                        Peers.require("setpriv").toString(),
                        "--bounding-set",
                        "-audit_write",
                        "--inh-caps",
                        "-audit_write"),
                "RUNTIME,BUBBLEWRAP,NAMESPACES",
                temp.resolve("kept"),
                List.of("amd64"),
                "sh",
                "-c",
                "id -u; exit 7");
        assertThat(command.succeeded().lines().toList())
                .as(command.err())
                .hasSize(3)
                .allMatch(line -> line.matches("amd64 [A-Z]+ 7 0"));
    }

    @Test
    void root_without_the_capability_to_be_root_of_a_user_namespace_is_told_so()
            throws IOException, URISyntaxException {
        Command command = programs(
                List.of(Peers.require("setpriv").toString(), "--bounding-set", "-all", "--inh-caps", "-all"),
                "BEST",
                temp.resolve("kept"),
                List.of("amd64"),
                "true");
        assertThat(command.succeeded())
                .contains("root here lacks CAP_SETFCAP")
                .contains("run as another user than root");
    }

    /** As where packages are built in a folder that was filled for that. */
    @Test
    void in_a_folder_that_became_the_root_it_is_said_why_nothing_starts() throws IOException, URISyntaxException {
        String change =
                "cd \"$0\"; for folder in /usr /etc /proc /sys /dev $1; do mkdir -p .$folder; mount --rbind $folder .$folder;"
                        + " done; for link in bin sbin lib lib64; do ln -s usr/$link $link; done; shift; exec chroot . \"$@\"";
        Command command = programs(
                List.of(
                        Peers.require("unshare").toString(),
                        "--mount",
                        "sh",
                        "-ec",
                        change,
                        Files.createDirectory(temp.resolve("changed")).toString(),
                        shared.toString()),
                "RUNTIME,BUBBLEWRAP,NAMESPACES",
                shared.resolve("kept"),
                List.of("amd64"),
                "true");
        assertThat(command.succeeded().lines().filter(line -> line.contains("folder for its root (chroot)")))
                .as(command.out() + command.err())
                .hasSize(3);
    }

    /** As in small containers. */
    @ParameterizedTest
    @ValueSource(strings = {"setpriv", "unshare", "mount"})
    void programs_of_busybox_in_place_of_those_of_util_linux_are_named(String name)
            throws IOException, URISyntaxException {
        String program = Peers.require(name).toString();
        Command command = programs(
                List.of(
                        Peers.require("bwrap").toString(),
                        "--dev-bind",
                        "/",
                        "/",
                        "--ro-bind",
                        root.resolve("bin/busybox").toString(),
                        program),
                "NAMESPACES",
                temp.resolve("kept"),
                List.of("amd64"),
                "true");
        assertThat(command.succeeded())
                .contains("could not be started")
                .contains("/" + name + " is not the one of util-linux, perhaps busybox's")
                .contains("install the package util-linux");
    }

    /** Runs a command in the root of each of some architectures by each of some ways, in a process that another starts. */
    private static Command programs(
            List<String> before, String ways, Path state, List<String> architectures, String... command)
            throws IOException, URISyntaxException {
        List<String> words = new ArrayList<>(List.of(ways, state.toString()));
        for (String architecture : architectures) {
            words.addAll(List.of(shared.resolve(architecture).toString(), "linux/" + architecture));
        }
        words.add("--");
        words.addAll(List.of(command));
        return OtherProcess.run(shared, before, RunPrograms.class, words);
    }

    private Command asNobody(List<String> words) throws IOException, URISyntaxException {
        return OtherProcess.run(
                shared,
                List.of(Peers.require("setpriv").toString(), "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"),
                RunPrograms.class,
                words);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void output_exit_code_signals_and_input_are_the_same_by_each_back_end(BackEnd backEnd) {
        Launcher launcher = launcher(backEnd);
        RunResult seven = launcher.run("sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(List.of(seven.exitCode(), seven.stdout(), seven.stderr())).isEqualTo(List.of(7, "out\n", "err\n"));
        assertThat(seven.signal()).isEmpty();
        RunResult crash = launcher.run("sh", "-c", "kill -SEGV $$; sleep 60");
        assertThat(crash.signal()).hasValue(11);
        assertThat(crash.exitCode()).isEqualTo(139);
        assertThat(crash.stderr()).isEmpty();
        assertThat(launcher.run("sh", "-c", "kill -TERM $$; sleep 60").exitCode())
                .isEqualTo(143);
        byte[] input = "a line\nünd noch eine\0".repeat(50_000).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RunResult cat =
                launcher.stdin(new ByteArrayInputStream(input)).stdout(out).run("cat");
        assertThat(cat.exitCode()).isZero();
        assertThat(out.toByteArray()).isEqualTo(input);
        assertThat(cat.stdout()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void an_emulated_program_that_crashes_ends(BackEnd backEnd) {
        RunResult crash = launcher(backEnd)
                .root(shared.resolve("arm64"))
                .platform(Platform.LINUX_ARM64)
                .timeout(Duration.ofSeconds(60))
                .run("sh", "-c", "kill -SEGV $$; sleep 60");
        assertThat(crash.signal()).hasValue(11);
        try (Stream<Path> files = Files.list(shared.resolve("arm64"))) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.contains("core"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void the_program_sees_what_it_was_given_and_nothing_of_the_host(BackEnd backEnd) throws IOException {
        Path given = Files.writeString(temp.resolve("a file: with, words"), "given");
        Path folder = Files.createDirectory(temp.resolve("folder"));
        Launcher launcher = launcher(backEnd)
                .environment(Map.of("GREETING", "it's «grün»\nand \"two\" lines", "QEMU_LOG", "strace"))
                .environment("LD_PRELOAD", "/nowhere.so")
                .environment("odd.name", "1")
                .workingDirectory("/home/user")
                .hostname("ship")
                .bindReadOnly(given, "/etc/given")
                .bind(folder, "/data")
                .tmpfs("/scratch");
        RunResult run = launcher.run(
                "sh",
                "-c",
                "pwd; hostname; env; cat /etc/given; echo new >/data/new; echo x >/etc/given; ls /scratch; "
                        + "touch /scratch/a; ls /proc/self/fd | wc -l");
        assertThat(run.stdout().lines().toList())
                .as(run.stderr())
                .contains("/home/user", "ship", "GREETING=it's «grün»", "and \"two\" lines", "LD_PRELOAD=/nowhere.so")
                .contains("HOME=/root", "given4")
                .contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
                .noneMatch(line -> line.startsWith("LC_ALL=") || line.startsWith("QEMU") || line.startsWith("JAVA"));
        assertThat(run.stderr()).contains("Read-only");
        assertThat(launcher.run("env").stdout()).contains("odd.name=1");
        assertThat(run.notes()).anyMatch(note -> note.contains("QEMU_LOG"));
        assertThat(folder.resolve("new")).hasContent("new");
        assertThat(given).hasContent("given");
        try (Stream<Path> names = Files.list(root)) {
            assertThat(names.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("bin", "proc", "dev", "sys", "tmp", "etc", "home");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void the_program_has_no_privileges_that_matter_to_the_host(BackEnd backEnd) {
        RunResult run = launcher(backEnd)
                .run(
                        "sh",
                        "-c",
                        "cat /proc/self/status; echo 1 >/proc/sys/kernel/domainname; cat /proc/kcore | head -c 1 | wc -c;"
                                + " ls /proc/1/root; busybox mknod /tmp/disk b 254 0; busybox mount -t tmpfs none /tmp;"
                                + " busybox chroot / busybox ls /home; ls /sys/class/net; kill -0 -1 && echo killed");
        assertThat(run.stdout()).contains("NoNewPrivs:\t1");
        assertThat(run.stdout().lines().filter(l -> l.startsWith("CapEff")))
                .allMatch(l -> l.endsWith("00000000a00405fb"));
        assertThat(run.stdout().lines().toList()).doesNotContain("eth0", "1");
        assertThat(root.resolve("tmp/disk")).doesNotExist();
        assertThat(run.stderr())
                .contains("/proc/sys/kernel/domainname")
                .contains("mknod")
                .contains("mount");
    }

    @ParameterizedTest
    @CsvSource({
        "user, '1000 100 100 29', /home/user",
        "1000, '1000 100 100 29', /home/user",
        "user:audio, '1000 29 29', /home/user",
        "12:34, '12 34 34', /",
        "'', '0 0 0', /root"
    })
    void a_user_is_looked_up_in_the_root(String user, String ids, String home) {
        for (BackEnd backEnd : List.of(BackEnd.RUNTIME, BackEnd.NAMESPACES, BackEnd.BUBBLEWRAP)) {
            Launcher launcher = launcher(backEnd).user(user);
            assertThat(launcher.run("sh", "-c", "echo $(id -u) $(id -g); echo $HOME")
                            .stdout())
                    .as(backEnd.toString())
                    .isEqualTo(ids.split(" ", -1)[0] + " " + ids.split(" ", -1)[1] + "\n" + home + "\n");
            if (backEnd != BackEnd.BUBBLEWRAP) {
                assertThat(launcher.run("sh", "-c", "id -G").stdout().strip())
                        .as(backEnd.toString())
                        .isEqualTo(ids.split(" ", 3)[2]);
            }
        }
    }

    @Test
    void what_cannot_be_is_told_before_anything_starts() throws IOException {
        Launcher launcher = launcher(BackEnd.NAMESPACES);
        assertThatThrownBy(() -> launcher.user("ghost").run("true"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("«ghost»");
        assertThatThrownBy(() -> launcher.user("4294967295").run("true")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> launcher.run("nothing"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nothing");
        assertThatThrownBy(() -> launcher.workingDirectory("/proc/self/fd").run("true"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("process table");
        assertThatThrownBy(() -> launcher.workingDirectory("/nowhere").run("true"))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(
                        () -> launcher.platform(Platform.parse("windows/amd64")).run("true"))
                .isInstanceOf(UnsupportedException.class);
        assertThatThrownBy(() -> launcher.memoryLimit(1L << 30).processLimit(5).run("true"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("memory, processes")
                .hasMessageContaining("runc");
        assertThatThrownBy(() -> launcher.stdin(temp.resolve("nothing")).run("true"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("input");
        Path within = root.resolve("tmp/within");
        assertThatThrownBy(() -> launcher.state(within).run("true")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> launcher.changes(within).run("true")).isInstanceOf(InvalidInputException.class);
        assertThat(within).doesNotExist();
        assertThatThrownBy(() -> launcher(BackEnd.RUNTIME).root(Path.of("/")).run("true"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("bubblewrap");
        RunResult other = launcher.platform(Platform.LINUX_ARM64).run("uname", "-m");
        assertThat(other.stdout()).isEqualTo("x86_64\n");
        assertThat(other.notes()).anyMatch(note -> note.contains("was not emulated"));
        for (String wanted : List.of("linux/amd64", "linux/s390x")) {
            assertThatThrownBy(() -> launcher.root(shared.resolve("arm64"))
                            .platform(Platform.parse(wanted))
                            .run("true"))
                    .isInstanceOf(NotRunnableException.class)
                    .hasMessageContaining(wanted)
                    .hasMessageEndingWith("run it for linux/arm64");
        }
        assertThatThrownBy(() -> launcher.tmpfs("/tmp").bind(temp, "/tmp/x").run("true"))
                .isInstanceOf(UnsupportedException.class);
        Path own = BusyboxRoot.make(temp.resolve("own"), "amd64");
        Files.writeString(own.resolve("bin/crlf"), "#!/bin/sh\r\necho never\n");
        Files.setPosixFilePermissions(own.resolve("bin/crlf"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThatThrownBy(() -> launcher.root(own).run("crlf"))
                .isInstanceOfSatisfying(
                        NotRunnableException.class,
                        e -> assertThat(e.diagnosis().remedy()).isNotEmpty());
        assertThat(state).isEmptyDirectory();
    }

    @Test
    void a_root_that_holds_nothing_but_a_program_runs_and_stays_as_it_is() throws IOException {
        for (BackEnd backEnd : List.of(BackEnd.RUNTIME, BackEnd.NAMESPACES, BackEnd.BUBBLEWRAP)) {
            Path bare = Files.createDirectory(temp.resolve("bare-" + backEnd.name()));
            Files.copy(root.resolve("bin/busybox"), bare.resolve("sh"));
            RunResult run = launcher(backEnd)
                    .root(bare)
                    .resolvConf(Path.of("/etc/hosts"))
                    .run("/sh", "-c", "set -e; cd /proc/self; cd /sys/class; echo >/dev/null; echo made >/made");
            assertThat(run.exitCode()).as(backEnd + run.stderr()).isZero();
            try (Stream<Path> names = Files.list(bare)) {
                assertThat(names.map(p -> p.getFileName().toString()))
                        .as(backEnd.toString())
                        .containsExactlyInAnyOrder("sh", "made");
            }
            assertThat(bare.resolve("made")).hasContent("made");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void everybody_may_write_to_a_file_system_in_memory(BackEnd backEnd) {
        RunResult run = launcher(backEnd)
                .user("1000:1000")
                .tmpfs("/made")
                .tmpfs("/etc")
                .run("sh", "-c", "touch /made/file /etc/file && ls -d /etc/*");
        assertThat(run.stdout()).as(run.stderr()).isEqualTo("/etc/file\n");
        assertThat(root.resolve("made")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void runs_that_share_a_root_share_places_for_mounts_and_the_last_takes_them_away(BackEnd backEnd) throws Exception {
        Path own = BusyboxRoot.make(temp.resolve("own"), "amd64");
        // Runs that were given no state folder, and so know little of each other.
        Launcher launcher =
                Launcher.on(host).root(own).backEnd(backEnd).bindReadOnly(Path.of("/etc/hosts"), "/etc/a/b/c");
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (InputStream none = InputStream.nullInputStream();
                Gate gate = new Gate()) {
            Future<RunResult> second =
                    other.submit(() -> launcher.stdin(gate).run("sh", "-c", "echo up; read x; cat /etc/a/b/c"));
            await(() -> Files.exists(own.resolve("etc/a/b/c")));
            assertThat(launcher.stdin(none).run("cat", "/etc/a/b/c").stdout()).isNotEmpty();
            gate.open();
            assertThat(second.get(1, TimeUnit.MINUTES).stdout())
                    .isEqualTo("up\n" + Files.readString(Path.of("/etc/hosts")));
        } finally {
            other.shutdownNow();
        }
        assertThat(own.resolve("etc/a")).doesNotExist();
    }

    /** An input that has a line when it is let through. */
    private static final class Gate extends InputStream {
        private final CountDownLatch opened = new CountDownLatch(1);
        private final InputStream line = new ByteArrayInputStream("x\n".getBytes(StandardCharsets.UTF_8));

        void open() {
            opened.countDown();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                opened.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return line.read(bytes, offset, length);
        }

        @Override
        public void close() {
            open();
        }
    }

    @Test
    void tools_are_never_taken_from_the_root() throws IOException {
        Path own = BusyboxRoot.make(temp.resolve("own"), "arm64");
        for (String tool : List.of("mount", "setpriv", "unshare", "ip", "runc", "bwrap", "ln", "qemu-aarch64-static")) {
            for (String folder : List.of("bin", "usr/bin", "sbin")) {
                Path trojan = Files.createDirectories(own.resolve(folder)).resolve(tool);
                Files.deleteIfExists(trojan);
                Files.writeString(trojan, "#!/bin/sh\necho >/trojan\n");
                Files.setPosixFilePermissions(trojan, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        for (BackEnd backEnd : List.of(BackEnd.RUNTIME, BackEnd.NAMESPACES, BackEnd.BUBBLEWRAP)) {
            RunResult run =
                    launcher(backEnd).root(own).platform(Platform.LINUX_ARM64).run("uname", "-m");
            assertThat(run.stdout()).isEqualTo("aarch64\n");
            assertThat(own.resolve("trojan")).doesNotExist();
        }
    }

    @Test
    void limits_are_kept_by_the_runtime() {
        Launcher launcher = launcher(BackEnd.RUNTIME).timeout(Duration.ofSeconds(60));
        RunResult bomb = launcher.processLimit(20)
                .run("sh", "-c", "i=0; while [ $i -lt 60 ]; do sleep 30 & i=$((i+1)); done; echo all");
        assertThat(bomb.stderr()).contains("fork");
        assertThat(bomb.stdout()).doesNotContain("all");
        RunResult greedy = launcher.memoryLimit(16L << 20)
                .run("sh", "-c", "x=$(head -c 100000000 /dev/zero | busybox tr '\\0' x); echo ${#x}");
        assertThat(greedy.stdout()).doesNotContain("100000000");
        assertThat(greedy.exitCode()).isNotZero();
        assertThat(controlGroupsOf(ProcessHandle.current().pid())).isEmpty();
    }

    @Test
    void only_the_end_of_much_output_is_kept() {
        RunResult run = launcher(BackEnd.NAMESPACES).run("sh", "-c", "seq 400000; echo end; echo little >&2");
        assertThat(run.stdoutCut()).isTrue();
        assertThat(run.stdout()).hasSize(RunResult.KEPT_BYTES).endsWith("400000\nend\n");
        assertThat(run.stderrCut()).isFalse();
        assertThat(run.stderr()).isEqualTo("little\n");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void when_its_time_is_over_the_whole_tree_has_ended(BackEnd backEnd) {
        assertThatThrownBy(() -> launcher(backEnd)
                        .timeout(Duration.ofSeconds(2))
                        .run("sh", "-c", "sleep 4711 & (sleep 4711 &) ; echo last words >&2; sleep 4711"))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("2000 ms")
                .hasMessageContaining("last words");
        assertThat(running("4711")).isEmpty();
        assertThat(state).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void an_interrupt_ends_everything(BackEnd backEnd) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        ExecutorService one = Executors.newSingleThreadExecutor();
        try {
            Future<Boolean> flag = one.submit(() -> {
                try {
                    launcher(backEnd).stdout(new Line(started)).run("sh", "-c", "sleep 4712 & echo; sleep 4712");
                    throw new AssertionError("it was not interrupted");
                } catch (CancelledException e) {
                    return Thread.currentThread().isInterrupted();
                }
            });
            assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
            one.shutdownNow();
            assertThat(flag.get(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            one.shutdownNow();
            assertThat(one.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(running("4712")).isEmpty();
        assertThat(state).isEmptyDirectory();
    }

    /** Tells when the first byte came. */
    private static final class Line extends ByteArrayOutputStream {
        private final CountDownLatch latch;

        Line(CountDownLatch latch) {
            this.latch = latch;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            latch.countDown();
        }
    }

    /** The processes whose command line has a word. */
    private static List<String> running(String word) {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> List.of(line.split("[ \0]", -1)).contains(word))
                .collect(Collectors.toList());
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void a_signal_reaches_the_program(BackEnd backEnd) throws Exception {
        signalled(launcher(backEnd), "sh", "-c", "trap 'exit 9' USR1; echo; while :; do sleep 0.05; done");
    }

    /** The program has a child, which is not meant. */
    @Test
    void a_signal_reaches_the_program_of_a_bare_emulator() throws Exception {
        String line = "trap 'kill -9 $!; exit 9' USR1; (trap : USR1; echo; while :; do :; done) & wait";
        Launcher launcher =
                launcher(BackEnd.EMULATOR).root(shared.resolve("arm64")).platform(Platform.LINUX_ARM64);
        signalled(launcher, "/bin/busybox", "sh", "-c", line);
    }

    private static void signalled(Launcher launcher, String... argv) throws Exception {
        CountDownLatch ready = new CountDownLatch(1);
        Exchanger<RunningProgram> handed = new Exchanger<>();
        ExecutorService one = Executors.newSingleThreadExecutor();
        try {
            Future<Boolean> sent = one.submit(() -> {
                RunningProgram program = handed.exchange(new Nobody(), 60, TimeUnit.SECONDS);
                return ready.await(60, TimeUnit.SECONDS) && program.signal(10);
            });
            RunResult run = launcher.timeout(Duration.ofSeconds(60))
                    .stdin(new Endless())
                    .stdout(new Line(ready))
                    .whenStarted(program -> hand(handed, program))
                    .run(argv);
            assertThat(run.exitCode()).isEqualTo(9);
            assertThat(sent.get()).isTrue();
        } finally {
            one.shutdownNow();
            assertThat(one.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void hand(Exchanger<RunningProgram> handed, RunningProgram program) {
        try {
            assertThat(handed.exchange(program, 60, TimeUnit.SECONDS)).isInstanceOf(Nobody.class);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Nobody implements RunningProgram {
        @Override
        public boolean signal(int number) {
            return false;
        }
    }

    /** Blocks its reader until it is closed. */
    private static final class Endless extends InputStream {
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public int read() {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return read();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Test
    void a_set_user_id_program_has_its_owners_rights_only_where_that_is_allowed() throws IOException {
        for (Platform platform : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
            String architecture = platform.architecture();
            Path own = BusyboxRoot.make(temp.resolve(architecture), architecture);
            Files.writeString(own.resolve("etc/passwd"), "root::0:0::/root:/bin/sh\nuser:x:1000:100::/:/bin/sh\n");
            Path su = Files.copy(own.resolve("bin/busybox"), own.resolve("bin/su"));
            Files.setAttribute(su, "unix:mode", 04755);
            for (BackEnd backEnd : List.of(BackEnd.RUNTIME, BackEnd.NAMESPACES)) {
                Launcher launcher =
                        launcher(backEnd).root(own).platform(platform).user("user");
                RunResult allowed = launcher.allowNewPrivileges().run("su", "root", "-c", "id -u");
                assertThat(allowed.stdout()).as(allowed.stderr()).isEqualTo("0\n");
                RunResult denied = launcher.run("su", "root", "-c", "id -u");
                assertThat(denied.exitCode()).isNotZero();
                assertThat(denied.stdout()).doesNotContain("0");
            }
        }
    }

    @Test
    void new_privileges_are_refused_by_name_where_they_cannot_be() {
        for (BackEnd backEnd : List.of(BackEnd.BUBBLEWRAP, BackEnd.EMULATOR)) {
            assertThatThrownBy(() -> launcher(backEnd).allowNewPrivileges().run("true"))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("privileges")
                    .hasMessageContaining(backEnd.toString());
        }
    }

    /** The cases that each back end passes, by the other runtime. */
    @Nested
    class By_crun {
        @BeforeEach
        void crun() {
            runtime = Optional.of(Peers.require("crun"));
        }

        @Test
        void a_program_of_each_architecture_and_its_child_see_the_right_machine() {
            LauncherTest.this.a_program_of_each_architecture_and_its_child_see_the_right_machine(BackEnd.RUNTIME);
        }

        @Test
        void output_exit_code_signals_and_input_are_the_same() {
            LauncherTest.this.output_exit_code_signals_and_input_are_the_same_by_each_back_end(BackEnd.RUNTIME);
            an_emulated_program_that_crashes_ends(BackEnd.RUNTIME);
        }

        @Test
        void the_program_sees_what_it_was_given_and_has_no_privileges() throws IOException {
            the_program_sees_what_it_was_given_and_nothing_of_the_host(BackEnd.RUNTIME);
            the_program_has_no_privileges_that_matter_to_the_host(BackEnd.RUNTIME);
        }

        @Test
        void a_signal_an_interrupt_and_the_end_of_its_time_are_heeded() throws Exception {
            a_signal_reaches_the_program(BackEnd.RUNTIME);
            an_interrupt_ends_everything(BackEnd.RUNTIME);
            when_its_time_is_over_the_whole_tree_has_ended(BackEnd.RUNTIME);
        }

        @Test
        void it_is_named_in_the_result_and_a_start_that_fails_says_why() {
            RunResult run = launcher(BackEnd.RUNTIME).user("12:34").run("id", "-u");
            assertThat(run.stdout()).isEqualTo("12\n");
            assertThat(run.runtime().orElseThrow()).matches("crun [0-9.]+.*");
            // What changes bring is not known before the start.
            assertThatThrownBy(() -> launcher(BackEnd.RUNTIME)
                            .changes(temp.resolve("changes"))
                            .run("/bin/nothing"))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("No such file");
        }

        @Test
        void a_limit_is_refused_by_name_where_control_groups_are_of_the_older_kind() {
            Assumptions.assumeFalse(Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")));
            assertThatThrownBy(() ->
                            launcher(BackEnd.RUNTIME).memoryLimit(1L << 30).run("true"))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("memory")
                    .hasMessageContaining("crun");
        }
    }

    @Test
    void the_runtime_that_started_it_is_told_with_its_version_and_what_it_lacks() {
        RunResult run = launcher(BackEnd.RUNTIME).run("true");
        String version =
                Command.run("runc", "--version").succeeded().lines().findFirst().orElseThrow();
        assertThat("runc version " + run.runtime().orElseThrow().substring("runc ".length()))
                .isEqualTo(version);
        if (version.matches("runc version 1\\.1\\..*")) {
            assertThat(run.notes())
                    .anyMatch(note -> note.contains("CVE-2025-31133")
                            && note.contains(run.runtime().get()));
        }
        assertThat(launcher(BackEnd.NAMESPACES).run("true").runtime()).isEmpty();
    }

    @Test
    void fifty_at_once_run_in_the_default_mode() throws Exception {
        ExecutorService many = Executors.newFixedThreadPool(50);
        try {
            Launcher launcher = Launcher.on(host)
                    .root(shared.resolve("arm64"))
                    .platform(Platform.LINUX_ARM64)
                    .state(state);
            List<Callable<String>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String number = Integer.toString(i);
                all.add(() -> {
                    RunResult run = launcher.run("sh", "-c", "uname -m; echo " + number);
                    return run.exitCode() + run.stdout() + run.stderr();
                });
            }
            List<Future<String>> outputs = many.invokeAll(all);
            for (int i = 0; i < 50; i++) {
                assertThat(outputs.get(i).get()).isEqualTo("0aarch64\n" + i + "\n");
            }
        } finally {
            many.shutdownNow();
            assertThat(many.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(state).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void when_the_jvm_is_killed_nothing_stays_behind(BackEnd backEnd) throws Exception {
        List<String> before = handlers();
        Path out = temp.resolve("out");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        OtherProcess.classPath(shared, List.of(RunPrograms.class, Launcher.class, Platform.class)),
                        RunPrograms.class.getName(),
                        backEnd.name(),
                        state.toString(),
                        shared.resolve("arm64").toString(),
                        "linux/arm64",
                        "--",
                        "sh",
                        "-c",
                        "echo >/tmp/here-" + backEnd.name() + "; sleep 4713")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        Path here = shared.resolve("arm64/tmp/here-" + backEnd.name());
        try {
            await(() -> Files.exists(here) || !jvm.isAlive());
            assertThat(here).as(Files.readString(out)).exists();
            assertThat(Launcher.sweep(state)).isZero();
            assertThat(running("4713")).isNotEmpty();
        } finally {
            jvm.destroyForcibly().waitFor();
        }
        assertThat(Launcher.sweep(state)).isEqualTo(1);
        await(() -> running("4713").isEmpty());
        assertThat(state).isEmptyDirectory();
        assertThat(handlers()).isEqualTo(before);
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(state.toString());
        assertThat(controlGroupsOf(jvm.pid())).isEmpty();
    }

    /** Of the runs of one process: others may run programs beside this test. */
    private static List<String> controlGroupsOf(long process) {
        String[] names = Path.of("/sys/fs/cgroup")
                .resolve("pids")
                .toFile()
                .list((folder, name) -> name.startsWith("lading-run-" + process + "-"));
        return names == null ? List.of() : List.of(names);
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    @Test
    void changes_are_kept_aside_and_the_root_stays_as_it_is() throws IOException {
        for (BackEnd backEnd : List.of(BackEnd.RUNTIME, BackEnd.NAMESPACES, BackEnd.BUBBLEWRAP)) {
            Path folder = temp.resolve("changes, of " + backEnd.name());
            Launcher launcher = launcher(backEnd).changes(folder);
            RunResult first = launcher.run(
                    "sh",
                    "-c",
                    "echo new >/etc/new; rm /etc/group; rm -r /home; mkdir /home; touch /home/b; mkfifo /p");
            assertThat(first.exitCode()).as(backEnd + first.stderr()).isZero();
            Path upper = first.changes().orElseThrow();
            assertThat(upper.resolve("etc/new")).hasContent("new");
            assertThat(Files.getAttribute(upper.resolve("etc/group"), "unix:rdev"))
                    .isEqualTo(0L);
            assertThat((byte[]) Files.getAttribute(upper.resolve("home"), "user:overlay.opaque"))
                    .containsExactly('y');
            try (Stream<Path> names = Files.list(upper)) {
                assertThat(names.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder("etc", "home", "p");
            }
            assertThat(folder.resolve("work")).doesNotExist();
            assertThat(root.resolve("etc/group")).exists();
            assertThat(launcher.run("sh", "-c", "ls /home; cat /etc/new").stdout())
                    .isEqualTo("b\nnew\n");
        }
    }

    @Test
    void a_start_that_fails_says_why() {
        assertThatThrownBy(() -> launcher(BackEnd.NAMESPACES)
                        .changes(Path.of("/proc/lading"))
                        .run("true"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("/proc/lading");
    }

    @Test
    void the_hosts_network_is_seen_when_asked_for() {
        for (BackEnd backEnd : List.of(BackEnd.RUNTIME, BackEnd.NAMESPACES, BackEnd.BUBBLEWRAP)) {
            Launcher launcher = launcher(backEnd);
            String host =
                    launcher.network(Network.HOST).run("cat", "/proc/net/dev").stdout();
            String none = launcher.run("cat", "/proc/net/dev").stdout();
            assertThat(host.lines().count())
                    .as(backEnd.toString())
                    .isGreaterThan(none.lines().count());
            assertThat(none).contains("lo:");
        }
    }
}
