package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.Network;
import dev.lading.emulation.Registration;
import dev.lading.emulation.RunResult;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.DebianPackages;
import dev.lading.it.peers.Peers;
import dev.lading.it.peers.PrivateTables;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * A whole Debian for arm64, installed by mmdebstrap with a table of handlers of its own, in which the work is done that people
 * have an emulator for. Each test's changes are kept aside.
 */
@Tag("long")
@Timeout(3600)
class DebianSystemTest {
    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    private static Path root = Path.of("/nonexistent");

    @BeforeAll
    static void root() throws IOException {
        Peers.requireRoot();
        Peers.require("qemu-aarch64-static");
        root = shared.resolve("root");
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (PrivateTables tables = PrivateTables.ofAllIdentifiers()) {
            Registration.of(HostExecution.detect()).register(tables.table());
            List<String> command = List.of(
                    Peers.require("mmdebstrap").toString(),
                    "--mode=root",
                    "--variant=apt",
                    "--architectures=arm64",
                    // Its own check knows no table but the one of its name.
                    "--skip=check/qemu",
                    "--dpkgopt=force-unsafe-io",
                    "--include=ca-certificates,gcc,libc6-dev,python3,perl,openjdk-17-jre-headless,nodejs,fzf",
                    "bookworm",
                    root.toString(),
                    DebianPackages.mirror());
            // Without --quiet, for a failure deep in a package is told only there.
            Command.patiently(Stream.concat(tables.enter().stream(), command.stream())
                            .toArray(String[]::new))
                    .succeeded();
        }
    }

    /** Before the temporary folders go, whose removal tells of each link that leads out of them. */
    @AfterEach
    void removeChanges() {
        Command.patiently("rm", "-rf", temp.resolve("changes").toString()).succeeded();
    }

    @AfterAll
    static void removeRoot() {
        Command.patiently("rm", "-rf", root.toString()).succeeded();
    }

    private Launcher launcher() {
        return Launcher.on(HostExecution.detect())
                .root(root)
                .platform(Platform.LINUX_ARM64)
                .state(temp.resolve("state"))
                .changes(temp.resolve("changes"));
    }

    private RunResult sh(String script) {
        RunResult run = launcher().run("/bin/sh", "-ec", script);
        assertThat(run.exitCode()).as(run.stdout() + run.stderr()).isZero();
        return run;
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void apt_installs_a_package_that_makes_a_group_and_has_a_program_with_its_rights(BackEnd backEnd)
            throws IOException {
        RunResult run = launcher()
                .backEnd(backEnd)
                .network(Network.HOST)
                .resolvConf(Path.of("/etc/resolv.conf"))
                .environment("DEBIAN_FRONTEND", "noninteractive")
                .run(
                        "/bin/sh",
                        "-ec",
                        "apt-get update -qq; apt-get install -qq --no-install-recommends cron >/dev/null;"
                                + " dpkg-query -W -f '${Status}\n' cron; getent group crontab | cut -d: -f3;"
                                + " stat -c '%A %g' /usr/bin/crontab");
        assertThat(run.exitCode()).as(run.stdout() + run.stderr()).isZero();
        List<String> lines = run.stdout().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).isEqualTo("install ok installed");
        assertThat(lines.get(2)).isEqualTo("-rwxr-sr-x " + lines.get(1));
        Path crontab = run.changes().orElseThrow().resolve("usr/bin/crontab");
        assertThat(Files.getAttribute(crontab, "unix:gid")).isEqualTo(Integer.valueOf(lines.get(1)));
        assertThat(root.resolve("usr/bin/crontab")).doesNotExist();
    }

    @Test
    void the_certificates_are_made_anew() {
        RunResult run = sh("rm /etc/ssl/certs/ca-certificates.crt; update-ca-certificates;"
                + " grep -c BEGIN /etc/ssl/certs/ca-certificates.crt");
        List<String> lines = run.stdout().lines().toList();
        assertThat(run.stdout()).contains("done.");
        assertThat(Integer.parseInt(lines.get(lines.size() - 1))).isGreaterThan(100);
    }

    @Test
    void gcc_compiles_a_program_that_runs() {
        RunResult run = sh("cd /tmp; printf '#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n' >h.c;"
                + " gcc -O2 -Wall -o h h.c; ./h; gcc -static -o s h.c; ./s");
        assertThat(run.stdout()).isEqualTo("hello\nhello\n");
        assertThat(run.changes().orElseThrow().resolve("tmp/h")).isRegularFile();
    }

    @Test
    void python_perl_node_and_a_program_by_go_run() {
        RunResult run = sh("python3 -c 'import platform, subprocess; print(platform.machine(),"
                + " subprocess.check_output([\"uname\", \"-m\"]).decode().strip())';"
                + " perl -e 'print join(\",\", map { $_ ** 2 } 1..3), \" \", `uname -m`';"
                + " node -e 'console.log(process.arch,"
                + " require(\"child_process\").execSync(\"uname -m\").toString().trim())';"
                + " seq 200 | fzf --filter 119 --exact");
        assertThat(run.stdout()).isEqualTo("aarch64 aarch64\n1,4,9 aarch64\narm64 aarch64\n119\n");
    }

    @Test
    void a_java_virtual_machine_starts_a_child_and_threads_and_the_library_in_it_knows_that_it_is_emulated()
            throws IOException, URISyntaxException {
        Path classes = shared.resolve("classes");
        String copied =
                OtherProcess.classPath(shared, List.of(InsideProgram.class, HostExecution.class, Platform.class));
        RunResult run = launcher()
                .bindReadOnly(classes, "/classes")
                .run("java", "-cp", copied.replace(classes.toString(), "/classes"), InsideProgram.class.getName());
        assertThat(run.stdout().lines().toList())
                .as(run.stderr())
                .containsExactly("aarch64", "aarch64", "child 7", "6047937", "linux/arm64 emulated true");
        assertThat(run.exitCode()).isZero();
    }
}
