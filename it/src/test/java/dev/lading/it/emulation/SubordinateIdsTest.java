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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packages that want owners of their own are installed in Debian's arm64 root by nobody, with the identifiers that an
 * administrator gives him in files which only the test's own mount namespace sees.
 */
class SubordinateIdsTest {
    private static final String NOBODY = "65534";
    private static final String GIVEN = "nobody:200000:65536\n";
    private static final String ARM64 = "linux/arm64";
    private static final String STATE = "/tmp/lading-it-subordinate";

    /** A package with a file of somebody else's, and another that its own script gives away. */
    private static final String INSTALL = """
            set -e
            cp /usr/share/base-passwd/passwd.master /etc/passwd
            cp /usr/share/base-passwd/group.master /etc/group
            echo '_apt:x:42:65534::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
            mkdir -p /tmp/pkg/DEBIAN /tmp/pkg/opt /var/lib/dpkg
            touch /var/lib/dpkg/status
            cd /tmp
            dpkg --force-bad-path --purge p >/dev/null 2>&1 || true
            echo x >pkg/opt/file
            chown 33:33 pkg/opt/file
            printf 'Package: p\\nVersion: 1\\nArchitecture: arm64\\nMaintainer: m\\nDescription: d\\n' >pkg/DEBIAN/control
            printf '#!/bin/sh\\ntouch /opt/second\\nchown games:games /opt/second\\n' >pkg/DEBIAN/postinst
            chmod 755 pkg/DEBIAN/postinst
            dpkg-deb -b pkg p.deb >/dev/null
            apt-get -qq -o Dpkg::Options::=--force-bad-path -o Dpkg::Use-Pty=0 install -y ./p.deb >/dev/null 2>&1
            mkdir -p /new/deep
            chown -R 7:7 /new
            chmod 700 /new
            stat -c '%n %U:%G' /opt/file /opt/second
            rm -rf /new /opt/second
            """;

    @TempDir
    static Path shared;

    private static Path root = Path.of("/");

    @BeforeAll
    static void root() throws IOException {
        Peers.requireRoot();
        Peers.require("qemu-aarch64-static");
        Peers.require("newuidmap");
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        root = shared.resolve("root");
        Command.run(
                        Peers.require("mmdebstrap").toString(),
                        "--quiet",
                        "--variant=extract",
                        "--architectures=arm64",
                        "--include=dash,coreutils,grep,perl-base,dpkg,apt,base-passwd",
                        "bookworm",
                        root.toString())
                .succeeded();
        Command.run("chown", "-hR", NOBODY + ":" + NOBODY, root.toString()).succeeded();
    }

    private static Command asNobody(String given, String ways, Path root, String platform, List<String> command)
            throws IOException, URISyntaxException {
        Path ids = Files.writeString(shared.resolve("ids"), given);
        Files.setPosixFilePermissions(ids, PosixFilePermissions.fromString("rw-r--r--"));
        String mounts = "mount --bind " + ids + " /etc/subuid && mount --bind " + ids
                + " /etc/subgid && exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"";
        List<String> all = new ArrayList<>(List.of(ways, STATE, root.toString(), platform, "--"));
        all.addAll(command);
        return OtherProcess.run(
                shared,
                List.of(Peers.require("unshare").toString(), "--mount", "sh", "-c", mounts, "sh"),
                RunPrograms.class,
                all);
    }

    @Test
    void nobody_installs_a_package_with_owners_of_its_own_by_each_back_end() throws IOException, URISyntaxException {
        List<String> ways = List.of("RUNTIME", Peers.require("crun").toString(), "BUBBLEWRAP", "NAMESPACES");
        Command command = asNobody(GIVEN, String.join(",", ways), root, ARM64, List.of("/bin/sh", "-c", INSTALL));
        assertThat(command.succeeded().lines().toList())
                .as(command.err())
                .isEqualTo(ways.stream()
                        .map(way -> "root " + way + " 0 /opt/file www-data:www-data,/opt/second games:games")
                        .toList());
        // Identifier 33 inside is the 33rd that was given.
        assertThat(Files.getAttribute(root.resolve("opt/file"), "unix:uid")).isEqualTo(200032);
        assertThat(Files.getAttribute(root.resolve("etc/passwd"), "unix:uid")).isEqualTo(65534);
        assertThat(root.resolve("new")).doesNotExist();
        assertThat(Path.of(STATE)).isEmptyDirectory();
        Files.delete(Path.of(STATE));
    }

    @Test
    void without_them_there_is_one_identifier_and_what_would_bring_others_is_told()
            throws IOException, URISyntaxException {
        Command command = asNobody(
                "somebody" + GIVEN,
                "NAMESPACES",
                root,
                ARM64,
                List.of("/bin/sh", "-c", "touch /tmp/f; chown 33 /tmp/f"));
        assertThat(command.succeeded()).startsWith("root NAMESPACES 1").contains("Invalid argument");
        assertThat(command.err())
                .contains("only one user and group exist inside")
                .contains("--add-subuids");
        Files.delete(Path.of(STATE));
    }

    /** The folder is made aside, for the root has no place for mounts. */
    @Test
    void what_others_own_is_brought_into_a_root_that_had_to_be_made_aside() throws IOException, URISyntaxException {
        Path bare = Files.createDirectory(shared.resolve("bare"));
        Files.copy(DebianPackages.unpacked("amd64", "busybox-static").resolve("bin/busybox"), bare.resolve("busybox"));
        Command.run("chown", "-R", NOBODY + ":" + NOBODY, bare.toString()).succeeded();
        String make = "set -e; b=/busybox; $b mkdir -p /made/deep; $b chown -R 7:7 /made; $b chmod 700 /made";
        Command command = asNobody(GIVEN, "NAMESPACES", bare, "linux/amd64", List.of("/busybox", "sh", "-c", make));
        assertThat(command.succeeded()).as(command.err()).isEqualTo("bare NAMESPACES 0");
        assertThat(Files.getAttribute(bare.resolve("made/deep"), "unix:uid")).isEqualTo(200006);
        assertThat(Path.of(STATE)).isEmptyDirectory();
        Files.delete(Path.of(STATE));
    }
}
