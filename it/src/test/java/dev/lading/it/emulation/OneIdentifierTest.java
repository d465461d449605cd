package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.it.peers.Command;
import dev.lading.it.peers.DebianPackages;
import dev.lading.it.peers.Peers;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a Debian for arm64 can do where the caller's identifier is the only one there is. */
@Tag("long")
@Timeout(600)
class OneIdentifierTest {
    private static final String NOBODY = "65534";

    @TempDir
    static Path shared;

    @Test
    void packages_of_one_owner_are_installed_and_other_owners_fail_by_name() throws IOException, URISyntaxException {
        Peers.requireRoot();
        Peers.require("qemu-aarch64-static");
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path root = shared.resolve("root");
        Command.patiently(
                        Peers.require("mmdebstrap").toString(),
                        "--quiet",
                        "--variant=extract",
                        "--architectures=arm64",
                        "--include=dash,coreutils,grep,tar,dpkg,apt,libc-bin,diffutils",
                        "bookworm",
                        root.toString(),
                        DebianPackages.mirror())
                .succeeded();
        Command.run("chown", "-R", NOBODY + ":" + NOBODY, root.toString()).succeeded();
        Path state = Path.of("/tmp/lading-it-one-identifier");
        Command runs = OtherProcess.run(
                shared,
                List.of(Peers.require("setpriv").toString(), "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"),
                RunPrograms.class,
                List.of(
                        "RUNTIME,BUBBLEWRAP,NAMESPACES",
                        state.toString(),
                        root.toString(),
                        "linux/arm64",
                        "--",
                        "/bin/sh",
                        "-c",
                        "cd /tmp; mkdir -p pkg/DEBIAN pkg/opt; echo x >pkg/opt/file;"
                                + " printf 'Package: p\nVersion: 1\nArchitecture: arm64\nMaintainer: m\nDescription: d\n'"
                                + " >pkg/DEBIAN/control; dpkg-deb --root-owner-group -b pkg p.deb >/dev/null;"
                                + " touch /var/lib/dpkg/status; dpkg --force-depends --force-bad-path -i p.deb >/dev/null 2>&1;"
                                + " cat /opt/file; rm /opt/file; chown 5:5 /tmp/p.deb 2>&1; chgrp 6 p.deb 2>&1"));
        assertThat(runs.succeeded().lines())
                .as(runs.err())
                .hasSize(3)
                .allMatch(line -> line.matches("root [A-Z]+ 1 x,chown: .*Invalid argument,chgrp: .*Invalid argument"));
        assertThat(state).isEmptyDirectory();
        Files.delete(state);
    }
}
