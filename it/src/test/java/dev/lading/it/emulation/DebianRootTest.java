package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.RunResult;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.DebianPackages;
import dev.lading.it.peers.Peers;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dynamic programs of Debian for arm64, in a root of its packages as they are unpacked. */
class DebianRootTest {
    @TempDir
    static Path shared;

    private static Path root = Path.of("/");

    @BeforeAll
    static void root() {
        Peers.requireRoot();
        Peers.require("qemu-aarch64-static");
        root = shared.resolve("root");
        Command.run(
                        Peers.require("mmdebstrap").toString(),
                        "--quiet",
                        "--variant=extract",
                        "--architectures=arm64",
                        "--include=dash,coreutils,grep,perl-base,dpkg,apt",
                        "bookworm",
                        root.toString())
                .succeeded();
    }

    @Test
    void apt_dpkg_perl_and_a_pipeline_run() throws IOException {
        Path hello = DebianPackages.unpacked("arm64", "busybox-static").resolve("bin/busybox");
        HostExecution host = HostExecution.detect();
        for (BackEnd backEnd : List.of(BackEnd.NAMESPACES, BackEnd.RUNTIME, BackEnd.BUBBLEWRAP)) {
            RunResult run = Launcher.on(host)
                    .root(root)
                    .platform(Platform.LINUX_ARM64)
                    .backEnd(backEnd)
                    .tmpfs("/work")
                    .workingDirectory("/work")
                    .bindReadOnly(hello, "/given/busybox")
                    .run(
                            "/bin/sh",
                            "-ec",
                            "uname -m; seq 100 | grep 7 | wc -l; apt-get --version | head -n 1 | cut -d' ' -f1,3;"
                                    + " perl -e 'print join(\",\", map { $_ * 2 } 1..3), \"\\n\"';"
                                    + " mkdir -p pkg/DEBIAN pkg/opt; echo x >pkg/opt/file;"
                                    + " printf 'Package: p\\nVersion: 1\\nArchitecture: arm64\\nMaintainer: m\\nDescription: d\\n'"
                                    + " >pkg/DEBIAN/control; dpkg-deb -b pkg p.deb >/dev/null;"
                                    + " touch /var/lib/dpkg/status; dpkg --force-bad-path --force-depends -i p.deb >/dev/null;"
                                    + " cat /opt/file; dpkg --force-bad-path -r p >/dev/null; ls /opt | wc -l; /given/busybox uname -m");
            assertThat(run.stdout().lines().toList())
                    .as(backEnd + run.stderr())
                    .containsExactly("aarch64", "19", "apt (arm64)", "2,4,6", "x", "0", "aarch64");
            assertThat(run.exitCode()).isZero();
        }
    }
}
