package dev.lading.emulation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of a container for an OCI runtime (runtime-spec, config.md and config-linux.md): few capabilities, no way to
 * gain more, own namespaces, a list of refused system calls, and the kernel's doors hidden or read-only.
 */
final class RuntimeSpec {
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
    /** What loads code into the kernel, changes mounts, clocks or the machine, or looks into other processes. */
    private static final List<String> REFUSED = List.of(
            "acct",
            "add_key",
            "adjtimex",
            "bpf",
            "clock_adjtime",
            "clock_settime",
            "create_module",
            "delete_module",
            "finit_module",
            "fsconfig",
            "fsmount",
            "fsopen",
            "fspick",
            "init_module",
            "io_uring_enter",
            "io_uring_register",
            "io_uring_setup",
            "ioperm",
            "iopl",
            "kcmp",
            "kexec_file_load",
            "kexec_load",
            "keyctl",
            "lookup_dcookie",
            "mount",
            "mount_setattr",
            "move_mount",
            "open_by_handle_at",
            "open_tree",
            "perf_event_open",
            "pivot_root",
            "process_vm_readv",
            "process_vm_writev",
            "ptrace",
            "quotactl",
            "reboot",
            "request_key",
            "setns",
            "settimeofday",
            "stime",
            "swapoff",
            "swapon",
            "syslog",
            "umount",
            "umount2",
            "unshare",
            "userfaultfd",
            "vhangup");
    /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET (clone(2)). */
    private static final long NEW_NAMESPACES = 0x7e020000L;

    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int CPU_PERIOD_MICROS = 100_000;

    private RuntimeSpec() {}

    /**
     * Writes it.
     *
     * @param processes a path that leads to the process namespace to join
     * @param cgroup the control group's path, if one is made
     */
    static String of(LaunchPlan plan, RunFolder run, RootView view, Path processes, Optional<String> cgroup) {
        LaunchSpec spec = plan.spec();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("ociVersion", "1.0.2");
        config.put("process", process(plan));
        config.put("root", Map.of("path", view.path().toString(), "readonly", false));
        spec.hostname.ifPresent(name -> config.put("hostname", name));
        config.put("mounts", mounts(plan, run, view));
        config.put("linux", linux(plan, processes, cgroup));
        return Json.text(config);
    }

    private static Map<String, Object> process(LaunchPlan plan) {
        Account account = plan.account();
        Map<String, Object> process = new LinkedHashMap<>();
        if (Terminal.given(plan.spec())) {
            process.put("terminal", true);
            // Not every runtime looks at the terminal that it is started in.
            Terminal.size()
                    .ifPresent(s -> process.put("consoleSize", Map.of("height", s.rows(), "width", s.columns())));
        }
        Map<String, Object> user = new LinkedHashMap<>(Map.of("uid", account.userId(), "gid", account.groupId()));
        if (plan.ids() != LaunchPlan.Ids.ONE) {
            user.put("additionalGids", account.groups());
        }
        process.put("user", user);
        process.put("args", plan.argv());
        process.put(
                "env",
                plan.environment().entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList());
        process.put("cwd", plan.spec().workingDirectory);
        List<String> kept = Stage.CAPABILITIES.stream()
                .map(c -> "CAP_" + c.toUpperCase(Locale.ROOT))
                .toList();
        boolean root = account.userId() == 0;
        process.put(
                "capabilities",
                Map.of(
                        "bounding",
                        kept,
                        "effective",
                        root ? kept : List.of(),
                        "permitted",
                        root ? kept : List.of(),
                        "inheritable",
                        List.of(),
                        "ambient",
                        List.of()));
        process.put("rlimits", List.of(Map.of("type", "RLIMIT_CORE", "hard", 0, "soft", 0)));
        process.put("noNewPrivileges", !plan.spec().newPrivileges);
        return process;
    }

    private static List<Object> mounts(LaunchPlan plan, RunFolder run, RootView view) {
        List<Object> mounts = new ArrayList<>();
        for (RootView.Mounted mounted : view.mounted()) {
            String at = "/" + mounted.inRoot();
            switch (mounted.place().target()) {
                case "/proc" -> mounts.add(mount(at, "proc", "proc", "nosuid", "noexec", "nodev"));
                case "/dev" -> devices(mounts, at);
                case "/sys" -> system(plan.spec(), mounts, at);
                default -> other(mounted, run, mounts, at);
            }
        }
        return mounts;
    }

    private static void devices(List<Object> mounts, String at) {
        mounts.add(mount(at, "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"));
        mounts.add(mount(
                at + "/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
        mounts.add(mount(at + "/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"));
        mounts.add(mount(at + "/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"));
    }

    private static void system(LaunchSpec spec, List<Object> mounts, String at) {
        if (spec.network == Network.NONE) {
            mounts.add(mount(at, "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"));
        } else {
            // A new one may be mounted only by who has a network of its own.
            mounts.add(mount(at, "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro"));
            mounts.add(mount(at + "/fs/cgroup", "tmpfs", "tmpfs", "nosuid", "noexec", "nodev", "ro", "size=0"));
        }
        if (!spec.limits().isEmpty()) {
            // Programs that fit themselves to their limits read them there.
            mounts.add(mount(at + "/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
        }
    }

    private static void other(RootView.Mounted mounted, RunFolder run, List<Object> mounts, String at) {
        Optional<LaunchSpec.Bind> bind = mounted.place().bind();
        if (bind.isPresent()) {
            mounts.add(mount(
                    at,
                    "none",
                    bind.get().source().toAbsolutePath().toString(),
                    "rbind",
                    bind.get().readOnly() ? "ro" : "rw",
                    "nosuid",
                    "nodev",
                    "rprivate"));
        } else {
            mounts.add(
                    mount(at, "none", RuntimeStart.memory(run, mounted).toString(), "bind", "rw", "nosuid", "nodev"));
        }
    }

    private static Map<String, Object> mount(String at, String type, String source, String... options) {
        Map<String, Object> mount = new LinkedHashMap<>();
        mount.put("destination", at);
        mount.put("type", type);
        mount.put("source", source);
        mount.put("options", List.of(options));
        return mount;
    }

    private static Map<String, Object> linux(LaunchPlan plan, Path processes, Optional<String> cgroup) {
        LaunchSpec spec = plan.spec();
        List<Object> namespaces = new ArrayList<>(List.of(
                Map.of("type", "pid", "path", processes.toString()),
                Map.of("type", "mount"),
                Map.of("type", "uts"),
                Map.of("type", "ipc")));
        if (spec.network == Network.NONE) {
            namespaces.add(Map.of("type", "network"));
        }
        Map<String, Object> linux = new LinkedHashMap<>();
        linux.put("namespaces", namespaces);
        // Named only where it can be made: a runtime then insists on it.
        cgroup.ifPresent(path -> linux.put("cgroupsPath", path));
        linux.put("resources", resources(spec));
        linux.put("maskedPaths", MASKED);
        linux.put("readonlyPaths", READ_ONLY);
        linux.put("seccomp", seccomp(spec.host.host().architecture()));
        return linux;
    }

    private static Map<String, Object> resources(LaunchSpec spec) {
        Map<String, Object> resources = new LinkedHashMap<>();
        resources.put("devices", List.of(Map.of("allow", false, "access", "rwm")));
        spec.memoryBytes.ifPresent(bytes -> resources.put("memory", Map.of("limit", bytes)));
        spec.pids.ifPresent(number -> resources.put("pids", Map.of("limit", number)));
        spec.cpus.ifPresent(number -> resources.put(
                "cpu", Map.of("period", CPU_PERIOD_MICROS, "quota", Math.round(number * CPU_PERIOD_MICROS))));
        return resources;
    }

    private static Map<String, Object> seccomp(String architecture) {
        Map<String, Object> seccomp = new LinkedHashMap<>();
        seccomp.put("defaultAction", "SCMP_ACT_ALLOW");
        switch (architecture) {
            case "amd64" -> seccomp.put("architectures", List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"));
            case "arm64" -> seccomp.put("architectures", List.of("SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"));
            default -> {
                // Only the processor's own system calls are let through.
            }
        }
        List<Object> rules = new ArrayList<>();
        rules.add(Map.of("names", REFUSED, "action", "SCMP_ACT_ERRNO", "errnoRet", EPERM));
        // Its flags lie in memory, where no filter looks; C libraries then take the older call.
        rules.add(Map.of("names", List.of("clone3"), "action", "SCMP_ACT_ERRNO", "errnoRet", ENOSYS));
        for (int bit = 0; bit < Long.SIZE; bit++) {
            long flag = 1L << bit;
            if ((NEW_NAMESPACES & flag) != 0) {
                rules.add(Map.of(
                        "names",
                        List.of("clone"),
                        "action",
                        "SCMP_ACT_ERRNO",
                        "errnoRet",
                        EPERM,
                        "args",
                        List.of(Map.of(
                                "index",
                                architecture.equals("s390x") ? 1 : 0,
                                "value",
                                flag,
                                "valueTwo",
                                flag,
                                "op",
                                "SCMP_CMP_MASKED_EQ"))));
            }
        }
        seccomp.put("syscalls", rules);
        return seccomp;
    }
}
