package dev.lading.it.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.emulation.Binfmt;
import dev.lading.emulation.BinfmtFlag;
import dev.lading.emulation.BinfmtHandler;
import dev.lading.emulation.Emulator;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Obstacle;
import dev.lading.emulation.QemuTarget;
import dev.lading.emulation.Registration;
import dev.lading.oci.ConflictException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Handlers in the real kernel: in tables of user namespaces, and once in the host's, from which they are removed again. */
@Timeout(120)
class RegisteringTest {
    private static final Set<BinfmtFlag> PF = BinfmtFlag.parse("PF");

    @TempDir
    Path temp;

    private HostExecution host = HostExecution.detect();

    @BeforeEach
    void peers() {
        Peers.requireRoot();
        Peers.require("qemu-aarch64-static");
        host = HostExecution.detect();
    }

    private static QemuTarget target(String name) {
        return QemuTarget.named(name).orElseThrow();
    }

    private static BinfmtHandler handler(String name, String target, Path interpreter) {
        return BinfmtHandler.of(name, target(target), interpreter.toString(), PF);
    }

    private static Path qemu(String target) {
        return Peers.require("qemu-" + target + "-static");
    }

    @Test
    void an_emulator_behind_a_link_that_others_can_change_is_left_out() throws IOException {
        Path others = Files.createDirectory(temp.resolve("others"));
        Path link = Files.createSymbolicLink(others.resolve("qemu-aarch64-static"), qemu("aarch64"));
        Path viaBoth = Files.createSymbolicLink(temp.resolve("qemu-aarch64-static"), link);
        assertThat(Emulator.of(qemu("aarch64")).trusted()).isTrue();
        assertThat(Emulator.of(viaBoth).trusted()).isTrue();
        Files.setAttribute(others, "unix:uid", 65534);
        assertThat(Emulator.of(link).trusted()).isFalse();
        assertThat(Emulator.of(viaBoth).trusted()).isFalse();
        assertThat(Registration.of(host, List.of(Emulator.of(link))).handlers()).isEmpty();
    }

    @Test
    void each_target_of_qemu_is_registered_once_and_runs_in_every_root_file_system() {
        try (PrivateTables tables = PrivateTables.open()) {
            Registration registration = Registration.of(host);
            assertThat(registration.leftOut())
                    .isNotEmpty()
                    .allSatisfy((emulator, why) ->
                            assertThat(emulator.target().name()).isIn("x86_64", "i386"));
            Registration.Result first = registration.register(tables.table());
            assertThat(first.failed()).isEmpty();
            assertThat(first.registered()).hasSizeGreaterThan(30);
            Registration.Result second = registration.register(tables.table());
            assertThat(second.registered()).isEmpty();
            assertThat(second.unchanged()).isEqualTo(first.registered());
            // The newest is asked first, and the kernel says what was written.
            List<BinfmtHandler> reversed = new ArrayList<>(first.registered());
            Collections.reverse(reversed);
            assertThat(tables.table().handlers()).isEqualTo(reversed);

            Map<String, String> listed = tables.lading("emulators")
                    .succeeded()
                    .lines()
                    .filter(line -> line.startsWith("linux/"))
                    .collect(Collectors.toMap(line -> line.split(" +")[0], line -> line));
            for (BinfmtHandler handler : first.registered()) {
                QemuTarget target = QemuTarget.of(handler.magic()).orElseThrow();
                String platform = target.name().equals("arm")
                        ? "linux/arm/v7"
                        : target.platform().toString();
                assertThat(listed)
                        .hasEntrySatisfying(
                                platform,
                                line -> assertThat(line)
                                        .contains("by the handler " + handler)
                                        .doesNotContain("not in other root file systems"));
            }
            assertThat(listed.get("linux/386")).contains("native");
        }
    }

    @Test
    void a_handler_is_disabled_enabled_and_removed_and_another_one_behind_it_is_asked_again() throws IOException {
        try (PrivateTables tables = PrivateTables.open()) {
            Binfmt table = tables.table();
            assertThat(table.status()).isEqualTo(Binfmt.Status.ENABLED);
            BinfmtHandler theirs = handler("qemu-aarch64", "aarch64", qemu("aarch64"));
            Files.writeString(table.mountPoint().resolve("register"), theirs.registerLine(), StandardOpenOption.WRITE);
            BinfmtHandler ours = handler("lading-aarch64", "aarch64", qemu("aarch64"));
            assertThat(table.register(ours)).isTrue();
            assertThat(table.handlers()).containsExactly(ours, theirs);
            assertThat(tables.lading("emulators").succeeded()).contains("by the handler lading-aarch64");

            table.disable("lading-aarch64");
            assertThat(table.handler("lading-aarch64"))
                    .hasValueSatisfying(off -> assertThat(off.enabled()).isFalse());
            assertThat(tables.lading("emulators").succeeded()).contains("by the handler qemu-aarch64");
            table.enable("lading-aarch64");
            assertThat(table.handler("lading-aarch64")).contains(ours);

            assertThat(table.remove("lading-aarch64")).isTrue();
            assertThat(table.remove("lading-aarch64")).isFalse();
            assertThat(table.handlers()).containsExactly(theirs);
            assertThatThrownBy(() -> table.enable("lading-aarch64")).isInstanceOf(NotFoundException.class);
        }
    }

    @Test
    void what_others_registered_is_neither_replaced_nor_removed() throws IOException {
        try (PrivateTables tables = PrivateTables.open()) {
            Binfmt table = tables.table();
            BinfmtHandler theirs = handler("qemu-aarch64", "aarch64", qemu("aarch64"));
            Files.writeString(table.mountPoint().resolve("register"), theirs.registerLine(), StandardOpenOption.WRITE);
            assertThat(table.register(theirs)).isFalse();
            assertThatThrownBy(() -> table.register(handler("qemu-aarch64", "arm", qemu("arm"))))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("lading-");
            assertThatThrownBy(() -> table.remove("qemu-aarch64")).isInstanceOf(InvalidInputException.class);
            // One of ours that says something else is replaced.
            table.register(handler("lading-x", "arm", qemu("arm")));
            assertThat(table.register(handler("lading-x", "s390x", qemu("s390x"))))
                    .isTrue();
            assertThat(Registration.remove(table))
                    .singleElement()
                    .isEqualTo(handler("lading-x", "s390x", qemu("s390x")));
            assertThat(table.handlers()).containsExactly(theirs);
        }
    }

    @Test
    void the_hosts_own_architecture_is_never_registered() {
        try (PrivateTables tables = PrivateTables.open()) {
            QemuTarget own = QemuTarget.of(host.host()).orElseThrow();
            BinfmtHandler handler = BinfmtHandler.of(
                    "lading-own",
                    own,
                    Peers.require("qemu-" + own.name() + "-static").toString(),
                    PF);
            assertThatThrownBy(() -> tables.table().register(handler))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("nothing would start any more");
            assertThat(tables.table().handlers()).isEmpty();
        }
    }

    @Test
    void what_the_kernel_refuses_is_said_in_words() {
        try (PrivateTables tables = PrivateTables.open()) {
            Binfmt table = tables.table();
            assertThatThrownBy(() -> table.register(handler("lading-x", "aarch64", temp.resolve("gone"))))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("there is no " + temp.resolve("gone"));
            // The longest line and the longest name there may be.
            int length =
                    handler("lading-l", "aarch64", Path.of("/q")).registerLine().length();
            BinfmtHandler longest = BinfmtHandler.of(
                    "lading-l", target("aarch64"), "/q" + "q".repeat(1920 - length + 1), BinfmtFlag.parse("P"));
            assertThat(longest.registerLine()).hasSize(1920);
            assertThat(table.register(longest)).isTrue();
            assertThat(table.handler("lading-l")).contains(longest);
            assertThatThrownBy(() -> Files.writeString(
                            table.mountPoint().resolve("register"),
                            longest.registerLine().replaceFirst("lading-l", "lading-ll"),
                            StandardOpenOption.WRITE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Invalid argument");
            String name = "lading-" + "n".repeat(248);
            assertThat(table.register(handler(name, "aarch64", qemu("aarch64"))))
                    .isTrue();
            assertThat(table.handler(name)).isPresent();
        }
        Binfmt nowhere = Binfmt.at(temp.resolve("nowhere"));
        assertThat(nowhere.status()).isEqualTo(Binfmt.Status.NOT_MOUNTED);
        assertThat(nowhere.handlers()).isEmpty();
        assertThatThrownBy(() -> nowhere.register(handler("lading-x", "aarch64", qemu("aarch64"))))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("not mounted");
    }

    @Test
    void an_emulator_whose_path_has_blanks_and_colons_is_registered_and_runs() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("a: b;c"));
        Path emulator = Files.copy(qemu("aarch64"), folder.resolve("qemu-aarch64"));
        try (PrivateTables tables = PrivateTables.open()) {
            BinfmtHandler handler = handler("lading-aarch64", "aarch64", emulator);
            assertThat(tables.table().register(handler)).isTrue();
            assertThat(tables.table().handlers()).containsExactly(handler);
            assertThat(tables.lading("emulators").succeeded()).contains("by the handler " + handler);
        }
    }

    @Test
    void several_that_register_at_once_get_one_handler_each_and_no_failure() throws Exception {
        try (PrivateTables tables = PrivateTables.open()) {
            Registration registration = Registration.of(host);
            int count = registration.handlers().size();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                List<Callable<Registration.Result>> calls = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    calls.add(() -> registration.register(tables.table()));
                }
                int registered = 0;
                for (Future<Registration.Result> future : threads.invokeAll(calls)) {
                    assertThat(future.get().failed()).isEmpty();
                    registered += future.get().registered().size();
                }
                assertThat(registered).isEqualTo(count);
            } finally {
                threads.shutdownNow();
                assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(tables.table().handlers()).hasSize(count);
        }
    }

    @Test
    void several_processes_that_register_at_once_do_not_fail() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (PrivateTables tables = PrivateTables.open()) {
            List<Future<Command>> processes =
                    threads.invokeAll(Collections.nCopies(3, () -> tables.lading("emulators", "install")));
            for (Future<Command> process : processes) {
                process.get().succeeded();
            }
            assertThat(tables.table().handlers())
                    .containsExactlyInAnyOrderElementsOf(Registration.of(host).handlers());
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void systemd_takes_the_file_that_is_written_for_the_next_boot() throws IOException {
        Path systemd = Path.of("/usr/lib/systemd/systemd-binfmt");
        Assumptions.assumeTrue(Files.isExecutable(systemd), "SKIPPED: systemd-binfmt is not installed");
        Registration registration = Registration.of(host);
        List<Path> files = registration.writeFiles(Registration.Boot.SYSTEMD, temp);
        assertThat(files).containsExactly(temp.resolve("etc/binfmt.d/lading.conf"));
        try (PrivateTables tables = PrivateTables.open()) {
            tables.run(systemd.toString(), files.get(0).toString()).succeeded();
            assertThat(tables.table().handlers()).containsExactlyInAnyOrderElementsOf(registration.handlers());
        }
        Registration.removeFiles(temp);
        assertThat(Registration.ownFiles(temp)).isEmpty();
    }

    @Test
    void debians_update_binfmts_takes_the_files_that_are_written_for_the_next_boot() throws IOException {
        String debian = host.host().architecture();
        Path tool = DebianPackages.unpacked(debian, "binfmt-support").resolve("usr/sbin/update-binfmts");
        Path libraries = DebianPackages.unpacked(debian, "libpipeline1").resolve("usr/lib");
        Registration registration =
                Registration.of(host, List.of(Emulator.of(qemu("aarch64")), Emulator.of(qemu("s390x"))));
        assertThat(registration.writeFiles(Registration.Boot.DEBIAN, temp)).hasSize(2);
        Files.createDirectory(temp.resolve("administration"));
        try (PrivateTables tables = PrivateTables.open()) {
            tables.run(
                            "/bin/sh",
                            "-c",
                            "LD_LIBRARY_PATH=$(echo $1/*-linux-gnu) && export LD_LIBRARY_PATH"
                                    + " && $2 --importdir $3 --admindir $4 --import"
                                    + " && $2 --importdir $3 --admindir $4 --enable",
                            "sh",
                            libraries.toString(),
                            tool.toString(),
                            temp.resolve("usr/share/binfmts").toString(),
                            temp.resolve("administration").toString())
                    .succeeded();
            assertThat(tables.table().handlers()).containsExactlyInAnyOrderElementsOf(registration.handlers());
        }
        assertThat(Registration.ownFiles(temp)).hasSize(2);
        Registration.removeFiles(temp);
        assertThat(Registration.ownFiles(temp)).isEmpty();
    }

    @Test
    void credentials_are_handed_on_only_where_that_was_asked_for() {
        Registration registration = Registration.of(host, List.of(Emulator.of(qemu("aarch64"))));
        assertThat(registration.handlers())
                .singleElement()
                .satisfies(handler -> assertThat(handler.flagLetters()).isEqualTo("PF"));
        try (PrivateTables tables = PrivateTables.open()) {
            registration.register(tables.table());
            assertThat(tables.table().handlers()).isEqualTo(registration.handlers());
            registration.withCredentials().register(tables.table());
            assertThat(tables.table().handlers())
                    .isEqualTo(registration.withCredentials().handlers())
                    .singleElement()
                    .satisfies(handler -> assertThat(handler.flagLetters()).isEqualTo("POCF"));
        }
    }

    @Test
    void an_emulator_that_others_may_change_is_not_registered_for_everybody() throws IOException {
        Path copy = Files.copy(qemu("aarch64"), temp.resolve("qemu-aarch64"));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxrwxrwx"));
        Registration registration = Registration.of(host, List.of(Emulator.of(copy)));
        assertThat(registration.handlers()).isEmpty();
        assertThat(registration.leftOut())
                .hasValueSatisfying(new Condition<>(why -> why.contains("others than root"), "the reason"));
    }

    @Test
    void the_table_of_a_private_run_keeps_the_hosts_handlers() throws IOException {
        Path theirs = Files.copy(qemu("s390x"), temp.resolve("qemu-s390x"));
        try (PrivateTables tables = PrivateTables.open()) {
            tables.table().register(handler("theirs", "s390x", theirs));
            // What a JVM inside sees as the host's is what it must carry on.
            Command inside = tables.run(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Union.class.getName(),
                    qemu("aarch64").toString());
            assertThat(inside.succeeded().lines())
                    .containsExactly("theirs (" + theirs + ", PF)", "lading-aarch64 (" + qemu("aarch64") + ", POCF)");
        }
    }

    /** Prints what a private run would register. */
    static final class Union {
        private Union() {}

        public static void main(String[] words) {
            HostExecution.detect()
                    .privateHandlers(List.of(Emulator.of(Path.of(words[0]))))
                    .forEach(System.out::println);
        }
    }

    @Test
    void where_user_namespaces_are_turned_off_that_is_said_with_what_turns_them_on() {
        // The limit counts for the namespace it is written in, so the host keeps its own.
        Command refused = Command.run(
                Peers.require("unshare").toString(),
                "--user",
                "--map-root-user",
                "/bin/sh",
                "-c",
                "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                WithoutNamespaces.class.getName());
        assertThat(refused.succeeded().lines())
                .containsExactly(
                        "user namespaces are turned off (user.max_user_namespaces is 0); as root: sysctl user.max_user_namespaces=15000",
                        "by " + qemu("s390x") + ", a single program only");
    }

    /** Prints what hinders a private table, and what is left. */
    static final class WithoutNamespaces {
        private WithoutNamespaces() {}

        public static void main(String[] words) {
            HostExecution host = HostExecution.detect();
            System.out.println(host.privateObstacle().map(Obstacle::toString).orElse("nothing"));
            System.out.println(host.of(Platform.LINUX_S390X));
        }
    }

    @Test
    void without_the_right_it_is_said_what_would_help() {
        Path setpriv = Peers.require("setpriv");
        // Nobody, who may read the class path wherever it is.
        Command refused = Command.run(
                setpriv.toString(),
                "--reuid",
                "65534",
                "--regid",
                "65534",
                "--clear-groups",
                "--inh-caps",
                "+dac_read_search",
                "--ambient-caps",
                "+dac_read_search",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.lading.cli.Main",
                "emulators",
                "install");
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(1);
        assertThat(refused.err()).contains("Do it as root", "private table").doesNotContain("fault in lading itself");
    }

    @Test
    void the_hosts_table_gets_a_handler_and_loses_it_again() {
        Binfmt system = Binfmt.system();
        boolean mounted;
        try {
            mounted = system.mount();
        } catch (UnavailableException e) {
            Assumptions.abort("SKIPPED: the host's table is out of reach: " + e.getMessage());
            return;
        }
        try {
            List<BinfmtHandler> before = system.handlers();
            BinfmtHandler handler = handler("lading-test-hexagon", "hexagon", qemu("hexagon"));
            try {
                assertThat(system.register(handler)).isTrue();
                assertThat(system.register(handler)).isFalse();
                assertThat(system.handler("lading-test-hexagon")).contains(handler);
                assertThat(HostExecution.detect()
                                .of(target("hexagon").platform())
                                .toString())
                        .contains("by the handler lading-test-hexagon");
            } finally {
                system.remove("lading-test-hexagon");
            }
            assertThat(system.handlers()).isEqualTo(before);
        } finally {
            if (mounted) {
                Command.run(
                                Peers.require("umount").toString(),
                                system.mountPoint().toString())
                        .succeeded();
            }
        }
    }
}
