package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.it.peers.BusyboxRoot;
import dev.lading.it.peers.Command;
import dev.lading.it.peers.Peers;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The library inside a container of a real runtime, as a job of a build server has it. */
@Timeout(300)
class NestedRunsTest {
    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    @BeforeAll
    static void roots() throws IOException {
        Peers.requireRoot();
        for (String program : List.of("runc", "bwrap", "unshare", "qemu-aarch64-static")) {
            Peers.require(program);
        }
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        BusyboxRoot.make(shared.resolve("arm64"), "arm64");
        BusyboxRoot.make(shared.resolve("amd64"), "amd64");
    }

    /** What runtimes give to root in a container: not the right to administer. */
    private static final List<String> USUAL = Stream.of(
                    "CHOWN",
                    "DAC_OVERRIDE",
                    "FSETID",
                    "FOWNER",
                    "MKNOD",
                    "NET_RAW",
                    "SETGID",
                    "SETUID",
                    "SETFCAP",
                    "SETPCAP",
                    "NET_BIND_SERVICE",
                    "SYS_CHROOT",
                    "KILL",
                    "AUDIT_WRITE")
            .map("CAP_"::concat)
            .toList();

    /** No new privileges, the usual places of /proc hidden, no filter of system calls; the host's programs. */
    @ParameterizedTest
    @ValueSource(ints = {0, 65534})
    void in_a_container_of_root_or_without_capabilities_foreign_programs_run(int user)
            throws IOException, URISyntaxException {
        List<String> words = List.of(
                "BEST,BUBBLEWRAP,NAMESPACES",
                "/tmp/state",
                shared.resolve("arm64").toString(),
                "linux/arm64",
                shared.resolve("amd64").toString(),
                "linux/amd64",
                "--",
                "sh",
                "-c",
                "uname -m; /bin/busybox uname -m; exit 7");
        Command runs = inContainer(
                user, OtherProcess.command(shared, List.of(), OtherProcess.ownJava(), RunPrograms.class, words));
        assertThat(runs.succeeded().lines().toList())
                .as(runs.err())
                .hasSize(6)
                .allMatch(line -> line.matches("arm64 [A-Z]+ 7 aarch64,aarch64|amd64 [A-Z]+ 7 x86_64,x86_64"));
    }

    private Command inContainer(int user, List<String> command) throws IOException {
        Path bundle = Files.createDirectory(temp.resolve("bundle"));
        List<String> mounts = new ArrayList<>(List.of(
                mount("/proc", "proc", "proc", "\"nosuid\""),
                mount("/dev", "tmpfs", "tmpfs", "\"mode=755\""),
                mount("/dev/pts", "devpts", "devpts", "\"newinstance\",\"ptmxmode=0666\""),
                mount("/dev/shm", "tmpfs", "shm", "\"mode=1777\""),
                mount("/dev/mqueue", "mqueue", "mqueue", "\"nosuid\""),
                mount("/sys", "sysfs", "sysfs", "\"ro\"")));
        mounts.addAll(hosts(Files.createDirectory(bundle.resolve("rootfs"))));
        mounts.add(mount("/tmp", "tmpfs", "tmpfs", "\"mode=1777\""));
        mounts.add(mount(shared.toString(), "bind", shared.toString(), "\"rbind\",\"ro\""));
        String given = (user == 0 ? USUAL : List.<String>of())
                .stream().map(NestedRunsTest::quoted).toList().toString();
        Files.writeString(bundle.resolve("config.json"), """
                {"ociVersion":"1.0.2","root":{"path":"rootfs","readonly":true},
                "process":{"user":{"uid":%d,"gid":%d},"cwd":"/tmp","args":%s,"noNewPrivileges":true,
                "env":["PATH=/usr/sbin:/usr/bin:/sbin:/bin","LC_ALL=C.UTF-8"],
                "capabilities":{"bounding":%s,"effective":%s,"permitted":%s}},
                "mounts":[%s],
                "linux":{"namespaces":[{"type":"pid"},{"type":"network"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}],
                "maskedPaths":["/proc/acpi","/proc/kcore","/proc/keys","/proc/latency_stats","/proc/timer_list",
                "/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware"],
                "readonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"]}}
                """.formatted(
                        user,
                        user,
                        command.stream().map(NestedRunsTest::quoted).toList(),
                        given,
                        given,
                        given,
                        String.join(",", mounts)));
        return Command.run(
                Peers.require("runc").toString(),
                "--root",
                temp.resolve("runc").toString(),
                "run",
                "--bundle",
                bundle.toString(),
                "lading-it-nested-" + ProcessHandle.current().pid());
    }

    /** The folders of the host that programs need, and the links of its root. */
    private static List<String> hosts(Path rootfs) throws IOException {
        List<String> mounts = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/"))) {
            for (Path entry : entries) {
                String name = entry.toString();
                Path inside = rootfs.resolve(name.substring(1));
                if (Files.isSymbolicLink(entry)) {
                    Files.createSymbolicLink(inside, Files.readSymbolicLink(entry));
                } else if (List.of("/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64", "/opt")
                        .contains(name)) {
                    mounts.add(mount(name, "bind", name, "\"rbind\",\"ro\""));
                }
            }
        }
        return mounts;
    }

    private static String mount(String destination, String type, String source, String options) {
        return "{\"destination\":%s,\"type\":\"%s\",\"source\":%s,\"options\":[%s]}"
                .formatted(quoted(destination), type, quoted(source), options);
    }

    private static String quoted(String word) {
        return word.chars()
                .mapToObj(c -> c == '"' || c == '\\' ? "\\" + (char) c : String.valueOf((char) c))
                .collect(Collectors.joining("", "\"", "\""));
    }
}
