package dev.lading.emulation;

import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An OCI runtime. The container joins a process namespace whose first process is a shell of the host that does nothing but
 * collect what is left over: the program is then not the first, so that signals mean to it what they mean everywhere (an
 * emulated program that crashes as the first process hangs for ever), and the end of that shell is the end of all.
 */
final class RuntimeStart {
    private static final String LOG = "runtime.log";
    private static final String HOLD =
            "read -r pid rest </proc/self/stat; echo $pid; exec >/dev/null; sleep 2147483647 & wait";

    /**
     * Without control groups runc cannot end what the program leaves behind, and waits as long as that holds the program's
     * output. So somebody looks whether the program is there, and ends the namespace when it is gone.
     */
    private static final String ENDS_WITH_PROGRAM =
            "( until [ -s program ]; do kill -0 $holder || exit; sleep 0.1; done; read -r program <program;"
                    + " while kill -0 $program; do sleep 0.1; done; kill -9 $holder ) </dev/null >/dev/null 2>&1 3>&- 4<&- &\n"
                    + "trap \"kill -9 $holder $!\" EXIT";

    private RuntimeStart() {}

    static boolean takes(LaunchPlan plan) {
        return refusal(plan).isEmpty();
    }

    /**
     * A runtime maps root first, and where one identifier is all there is, no other is left; it changes to the root by a call
     * (pivot_root) that refuses the root that is there; and it does not start where there is no folder of control groups, even
     * if it is to make none.
     */
    private static Optional<String> refusal(LaunchPlan plan) {
        String others = "; choose " + BackEnd.BUBBLEWRAP + " or " + BackEnd.NAMESPACES;
        if (plan.root().getNameCount() == 0 && plan.spec().changes.isEmpty()) {
            return Optional.of(BackEnd.RUNTIME + " does not run programs in the host's own root" + others);
        }
        if (!Files.isDirectory(Surroundings.CGROUPS)) {
            return Optional.of(BackEnd.RUNTIME + " does not start where there is no " + Surroundings.CGROUPS + others);
        }
        boolean asOther = plan.account().userId() != 0 || plan.account().groupId() != 0;
        return plan.ids() == LaunchPlan.Ids.ONE && asOther
                ? Optional.of(BackEnd.RUNTIME + " without root's rights runs programs as root of their root file"
                        + " system only, and not as " + plan.spec().user + "; choose " + BackEnd.BUBBLEWRAP)
                : Optional.empty();
    }

    /** Asks the runtime who it is. */
    static OciRuntime runtime(LaunchSpec spec) {
        return OciRuntime.find(spec)
                .filter(Files::isExecutable)
                .map(spec.host::runtime)
                .orElseThrow(() -> new NotFoundException("there is no OCI runtime "
                        + spec.runtime.map(Path::toString).orElse("runc or crun") + " on this host; install runc"));
    }

    /** Only who makes control groups can keep limits. */
    static boolean makesCgroups(LaunchPlan plan, OciRuntime runtime) {
        return plan.makesCgroups() && !runtime.wantsNewerCgroups();
    }

    static Start prepare(LaunchPlan plan, RunFolder run, RootView view) throws IOException {
        OciRuntime runtime = runtime(plan.spec());
        refusal(plan).ifPresent(why -> {
            throw new UnsupportedException(why);
        });
        runtime.warning().ifPresent(plan.notes()::add);
        boolean newerCgroups = runtime.wantsNewerCgroups();
        MountTable mounts = view.mounts();
        if (newerCgroups) {
            mounts.add("cgroup2", Surroundings.CGROUPS, "cgroup2", "ro,nosuid,nodev,noexec");
        }
        Path bundle = Files.createDirectory(run.path().resolve("bundle"));
        Optional<String> cgroup = makesCgroups(plan, runtime) ? Optional.of("/lading-" + run.name()) : Optional.empty();
        if (cgroup.isPresent()) {
            rememberCgroups(run, cgroup.get());
        }
        for (RootView.Mounted memory : view.mounted()) {
            if (memory.inMemory()) {
                // Made here, for runc gives one that it makes itself the mode of the folder below (1.1).
                Path source = memory(run, memory);
                mounts.add("tmpfs", Files.createDirectory(source), "tmpfs", "mode=1777,nosuid,nodev");
            }
        }
        List<String> hold = new ArrayList<>(Stage.diesWithParent());
        hold.addAll(List.of(Stage.tool("unshare"), "--pid", "--fork", "--kill-child", Stage.tool("sh"), "-c", HOLD));
        List<String> base = new ArrayList<>(List.of(
                runtime.program().toString(),
                "--root",
                run.path().resolve("runtime").toString()));
        if (newerCgroups) {
            base.add("--cgroup-manager=disabled");
        } else if (cgroup.isEmpty()) {
            base.add("--rootless=true");
        }
        List<String> start = new ArrayList<>(base);
        start.addAll(
                List.of("--log", run.path().resolve(LOG).toString(), "run", "--bundle", bundle.toString(), run.name()));
        List<String> signals = new ArrayList<>(base);
        signals.addAll(List.of("kill", run.name()));
        Stage stage = new Stage(plan, run).begin();
        // It comes up beside the mounts, and goes with whatever fails here.
        stage.script()
                .line("exec 4<&0")
                .line(ShellText.quoted(hold) + " </dev/null 3>&- 4<&- | {")
                .line("trap 'read -r holder && kill -9 $holder' EXIT");
        stage.mounts(mounts)
                .script()
                .line("read -r holder")
                .line("trap 'kill -9 $holder' EXIT")
                .line(config(plan, run, view, cgroup))
                .line(": >" + Stage.READY)
                .line("umask 022")
                .line("set +e");
        if (cgroup.isEmpty()) {
            stage.script().line(ENDS_WITH_PROGRAM);
            start.addAll(
                    start.size() - 1,
                    List.of("--pid-file", run.path().resolve("program").toString()));
        }
        stage.script()
                .line("( exec " + ShellText.quoted(start) + " <&4 4<&- 2>&3 3>&- )")
                .line("exit $?")
                .line("}");
        stage.write();
        boolean parted = !mounts.isEmpty() || plan.ids() != LaunchPlan.Ids.HOST;
        List<String> namespaces = newerCgroups ? List.of("--mount", "--cgroup") : List.of("--mount");
        Path log = run.path().resolve(LOG);
        Path ready = run.path().resolve(Stage.READY);
        return new Start(
                stage.command(parted || newerCgroups ? namespaces : List.of()),
                stage.needsMap(),
                () -> true,
                code -> Files.exists(ready) && !failed(log, code),
                LOG,
                Optional.of(signals),
                0);
    }

    /** Where the file system in memory for a place is made. */
    static Path memory(RunFolder run, RootView.Mounted place) {
        return run.path()
                .resolve("memory-"
                        + place.inRoot().toString().replace("%", "%25").replace("/", "%2F"));
    }

    /** Which process namespace to join is known to the script alone, so the script writes the configuration. */
    private static String config(LaunchPlan plan, RunFolder run, RootView view, Optional<String> cgroup) {
        String unknown = "holder-of-" + run.name();
        String text = RuntimeSpec.of(plan, run, view, Path.of("/proc", unknown, "ns/pid"), cgroup);
        int at = text.indexOf(unknown);
        return "printf '%s%s%s' " + ShellText.quoted(text.substring(0, at)) + " \"$holder\" "
                + ShellText.quoted(text.substring(at + unknown.length())) + " >bundle/config.json";
    }

    /** The runtime's own failure has the exit code 1, and a line in the log; crun's lines are errors all and tell no level. */
    private static boolean failed(Path log, int code) {
        try {
            String said = code != 0 && Files.exists(log) ? Files.readString(log) : "";
            return said.contains("level=error") || !said.isBlank() && !said.contains("level=");
        } catch (IOException e) {
            return true;
        }
    }

    /** Where it makes its control groups: one folder, or one for each controller of the older kind. */
    private static void rememberCgroups(RunFolder run, String cgroup) throws IOException {
        run.rememberCgroup(Path.of(Surroundings.CGROUPS + cgroup));
        if (Surroundings.newerCgroups()) {
            return;
        }
        try (DirectoryStream<Path> controllers = Files.newDirectoryStream(Surroundings.CGROUPS)) {
            for (Path controller : controllers) {
                run.rememberCgroup(Path.of(controller + cgroup));
            }
        }
    }
}
