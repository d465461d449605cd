package dev.lading.emulation;

import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The lighter way: util-linux's programs and the shell. The shell is the first process of the process namespace: it collects
 * what is left over, and the program is not the one process to which signals mean nothing by default. (An emulated program that
 * crashes as the first process hangs for ever: QEMU sends itself a signal that the kernel then ignores.)
 */
final class NamespaceStart {
    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom", "tty");
    /** The root, by a name that mount(8) does not take for the host's own and leaves out. */
    private static final String COVERED = "/.";
    /** What is mounted over the root: the kernel looks for mounts when it follows a name, and {@code /} alone has none. */
    private static final String COVERING = "/..";

    static final List<String> READ_ONLY = List.of("sys", "sysrq-trigger", "irq", "bus", "fs");
    static final List<String> HIDDEN = List.of("kcore", "keys", "timer_list", "sched_debug", "latency_stats");

    static final String OLD_PROCESSES =
            "it sees this container's processes: where parts of /proc are hidden no new one can be mounted";

    private NamespaceStart() {}

    static Start prepare(LaunchPlan plan, RunFolder run, RootView view) throws IOException {
        LaunchSpec spec = plan.spec();
        Stage stage = new Stage(plan, run).begin();
        MountTable mounts = view.mounts();
        for (RootView.Mounted mounted : view.mounted()) {
            Path at = view.path().resolve(mounted.inRoot().toString());
            switch (mounted.place().target()) {
                case "/proc" -> processes(plan, mounts, at);
                case "/dev" -> devices(run, mounts, at);
                case "/sys" -> system(plan, mounts, at);
                default -> other(mounted, mounts, at);
            }
        }
        boolean asOther = plan.ids() == LaunchPlan.Ids.ONE
                && (plan.account().userId() != 0 || plan.account().groupId() != 0);
        // What is mounted there already is left out by mount(8).
        boolean inTable = !asOther && !Files.isSameFile(plan.root(), Path.of("/"));
        if (inTable) {
            mounts.bind(view.path(), Path.of(COVERED));
        }
        boolean loopback = spec.network == Network.NONE && loopback(plan, stage);
        stage.mounts(mounts);
        hostname(plan, stage);
        if (loopback) {
            stage.script().line("wait $!");
        }
        String root = enter(stage, view, asOther, inTable);
        stage.script()
                .line(": >" + ShellText.quoted(run.path().resolve(Stage.READY).toString()))
                .line("umask 022");
        List<String> argv = stage.environment();
        List<String> last = new ArrayList<>(privileges(plan));
        last.add(Stage.tool("unshare"));
        last.addAll(List.of("--root=" + root, "--wd=" + spec.workingDirectory));
        Account account = plan.account();
        if (plan.ids() != LaunchPlan.Ids.ONE) {
            last.add("--setuid=" + account.userId());
        } else if (asOther) {
            last.addAll(List.of("--map-user=" + account.userId(), "--map-group=" + account.groupId()));
        }
        last.add("--");
        last.addAll(argv);
        // In a process of its own: the shell stays the first, and keeps what it says of signals to its log.
        if (Terminal.given(spec)) {
            last = Terminal.around(
                    "exec " + ShellText.quoted(last),
                    Optional.ofNullable(plan.environment().get("SHELL")));
        }
        stage.script().line("( exec " + ShellText.quoted(last) + " 2>&3 3>&- )").line("exit $?");
        stage.write();
        List<String> namespaces =
                new ArrayList<>(List.of("--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc"));
        if (spec.network == Network.NONE) {
            namespaces.add("--net");
        }
        Path ready = run.path().resolve(Stage.READY);
        return new Start(
                stage.command(namespaces),
                stage.needsMap(),
                () -> Files.exists(ready),
                code -> Files.exists(ready),
                Stage.LOG,
                Optional.empty(),
                Terminal.given(spec) ? 3 : 2);
    }

    /**
     * The root goes over the old root, not below it: who climbs out of a changed root by the known trick climbs into the same.
     * Who is another needs one more user namespace, which the kernel refuses below a covered root, and has no right to change
     * roots.
     *
     * @param inTable true if the table of mounts did so; a command of its own costs a launch a millisecond
     * @return the root's path
     */
    private static String enter(Stage stage, RootView view, boolean asOther, boolean inTable) {
        if (inTable) {
            stage.script().line("[ ! / -ef " + COVERING + " ]");
            return COVERING;
        }
        stage.script().command(List.of("cd", view.path().toString()));
        if (!asOther) {
            stage.script().command(List.of(Stage.tool("mount"), "--no-mtab", "--move", ".", "/"));
        }
        return ".";
    }

    private static List<String> privileges(LaunchPlan plan) {
        List<String> words = new ArrayList<>(List.of(
                Stage.tool("setpriv"),
                "--inh-caps=-all",
                "--bounding-set=-all,"
                        + Stage.CAPABILITIES.stream().map(c -> "+" + c).collect(Collectors.joining(","))));
        if (!plan.spec().newPrivileges) {
            words.add("--no-new-privs");
        }
        if (plan.ids() == LaunchPlan.Ids.SAME) {
            words.add("--ambient-caps=-all");
        }
        if (plan.ids() != LaunchPlan.Ids.ONE) {
            Account account = plan.account();
            words.addAll(List.of("--regid", Long.toString(account.groupId())));
            words.add(
                    account.groups().isEmpty()
                            ? "--clear-groups"
                            : "--groups="
                                    + account.groups().stream()
                                            .map(String::valueOf)
                                            .collect(Collectors.joining(",")));
        }
        return words;
    }

    private static void processes(LaunchPlan plan, MountTable mounts, Path at) {
        if (plan.oldProcesses()) {
            mounts.bind(Path.of("/proc"), at);
            plan.notes().add(OLD_PROCESSES);
        } else {
            mounts.add("proc", at, "proc", "nosuid,nodev,noexec");
        }
        if (!plan.ids().unprivileged()) {
            // What the host's root may write there by its number alone, without any capability.
            for (String name : READ_ONLY) {
                if (Files.exists(Path.of("/proc", name))) {
                    mounts.add(at.resolve(name).toString(), at.resolve(name), "none", "bind,ro,nosuid,nodev,noexec");
                }
            }
            for (String name : HIDDEN) {
                if (Files.exists(Path.of("/proc", name))) {
                    mounts.add("/dev/null", at.resolve(name), "none", "bind");
                }
            }
        }
    }

    private static void devices(RunFolder run, MountTable mounts, Path at) throws IOException {
        Path folder = Files.createDirectory(run.path().resolve("dev"));
        for (String name : DEVICES) {
            Files.createFile(folder.resolve(name));
        }
        for (String name : List.of("pts", "shm", "mqueue")) {
            Files.createDirectory(folder.resolve(name));
        }
        Files.createSymbolicLink(folder.resolve("fd"), Path.of("/proc/self/fd"));
        Files.createSymbolicLink(folder.resolve("stdin"), Path.of("/proc/self/fd/0"));
        Files.createSymbolicLink(folder.resolve("stdout"), Path.of("/proc/self/fd/1"));
        Files.createSymbolicLink(folder.resolve("stderr"), Path.of("/proc/self/fd/2"));
        Files.createSymbolicLink(folder.resolve("ptmx"), Path.of("pts/ptmx"));
        Files.setAttribute(folder, "unix:mode", 0755);
        mounts.bind(folder, at);
        for (String name : DEVICES) {
            mounts.bind(Path.of("/dev", name), at.resolve(name));
        }
        mounts.add("devpts", at.resolve("pts"), "devpts", "newinstance,ptmxmode=0666,mode=0620,nosuid,noexec");
        mounts.add("shm", at.resolve("shm"), "tmpfs", "mode=1777,size=64m,nosuid,nodev,noexec");
        mounts.add("mqueue", at.resolve("mqueue"), "mqueue", "nosuid,nodev,noexec");
    }

    private static void system(LaunchPlan plan, MountTable mounts, Path at) {
        boolean alone = plan.spec().network == Network.NONE;
        if (alone && !plan.oldProcesses()) {
            mounts.add("sysfs", at, "sysfs", "ro,nosuid,nodev,noexec");
            return;
        }
        // A new one may be mounted only by who has a network of its own.
        mounts.bind(Path.of("/sys"), at, List.of("ro", "nosuid", "nodev", "noexec"));
        List<String> hidden = new ArrayList<>(List.of("fs/cgroup", "firmware", "kernel"));
        if (alone) {
            hidden.addAll(List.of("class/net", "devices/virtual/net"));
        }
        for (String name : hidden) {
            if (Files.isDirectory(Path.of("/sys", name))) {
                mounts.add("tmpfs", at.resolve(name), "tmpfs", "ro,size=0,mode=0755,nosuid,nodev,noexec");
            }
        }
    }

    private static void other(RootView.Mounted mounted, MountTable mounts, Path at) {
        Optional<LaunchSpec.Bind> bind = mounted.place().bind();
        if (bind.isEmpty()) {
            mounts.add("tmpfs", at, "tmpfs", "mode=1777,nosuid,nodev");
        } else if (bind.get().readOnly()) {
            mounts.bind(bind.get().source().toAbsolutePath(), at, List.of("ro"));
        } else {
            mounts.bind(bind.get().source().toAbsolutePath(), at);
        }
    }

    private static void hostname(LaunchPlan plan, Stage stage) {
        if (plan.spec().hostname.isEmpty()) {
            return;
        }
        String name = plan.spec().hostname.get();
        Optional<Path> tool = HostProgram.find("hostname");
        if (tool.isPresent()) {
            stage.script().command(List.of(tool.get().toString(), name));
        } else if (plan.ids() == LaunchPlan.Ids.HOST) {
            stage.script().line("printf %s " + ShellText.quoted(name) + " >/proc/sys/kernel/hostname");
        } else {
            throw new UnsupportedException("a hostname cannot be given by " + BackEnd.NAMESPACES
                    + " without the program «hostname»; install it, or runc or bubblewrap");
        }
    }

    /** Starts to bring it up, beside the mounts. */
    private static boolean loopback(LaunchPlan plan, Stage stage) {
        Optional<Path> tool = HostProgram.find("ip");
        if (tool.isEmpty()) {
            plan.notes().add("its loopback interface is down, for this host lacks the program «ip» (package iproute2)");
            return false;
        }
        stage.script().line(ShellText.quoted(List.of(tool.get().toString(), "link", "set", "dev", "lo", "up")) + " &");
        return true;
    }
}
