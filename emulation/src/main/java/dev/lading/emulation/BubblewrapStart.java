package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.LadingException;
import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Bubblewrap (bwrap(1)): its arguments come from a file, so that nobody reads the environment from the table of processes. */
final class BubblewrapStart {
    static final String PROGRAM = "bwrap";
    private static final String ARGUMENTS = "arguments";
    private static final String STATUS = "status";

    private BubblewrapStart() {}

    static Start prepare(LaunchPlan plan, RunFolder run, RootView view) throws IOException {
        Stage stage = new Stage(plan, run).begin().mounts(view.mounts());
        Account account = plan.account();
        boolean other = account.userId() != 0 || account.groupId() != 0;
        boolean leavesRoot = other && plan.ids() != LaunchPlan.Ids.ONE;
        Path root = view.path();
        if (leavesRoot) {
            root = reachable();
            stage.script()
                    .command(List.of(
                            Stage.tool("mount"),
                            "--no-mtab",
                            "--rbind",
                            view.path().toString(),
                            root.toString()));
            plan.notes()
                    .add("every owner but the user's own is shown as nobody, as " + BackEnd.BUBBLEWRAP
                            + " has it for users that are not root");
        }
        Files.write(
                run.path().resolve(ARGUMENTS),
                String.join("\0", arguments(plan, view, root, other))
                        .concat("\0")
                        .getBytes(UTF_8));
        List<String> words = new ArrayList<>();
        if (leavesRoot) {
            words.addAll(List.of(Stage.tool("setpriv"), "--inh-caps=-all", "--no-new-privs"));
            words.addAll(
                    List.of("--reuid", Long.toString(account.userId()), "--regid", Long.toString(account.groupId())));
            words.add(groups(account));
        }
        words.addAll(List.of(Stage.tool(PROGRAM), "--args", "9", "--json-status-fd", "8", "--"));
        words.addAll(plan.argv());
        String start = "exec " + ShellText.quoted(words) + " 9<" + ARGUMENTS + " 8>" + STATUS;
        if (Terminal.given(plan.spec())) {
            start = "exec " + ShellText.quoted(Terminal.around(start, Optional.empty()));
        }
        stage.script().line("umask 022").line(start + " 2>&3 3>&-");
        stage.write();
        boolean parted = view.staged() || leavesRoot || !plan.handlers().isEmpty();
        return new Start(
                stage.command(parted ? List.of("--mount") : List.of()),
                stage.needsMap(),
                () -> status(run).contains("child-pid"),
                // A terminal tells it of Control-C as well as the program, and it ends by that with the program.
                code -> status(run).contains("exit-code")
                        || code > RunJudge.SIGNAL_BASE && status(run).contains("child-pid"),
                Stage.LOG,
                Optional.empty(),
                Terminal.given(plan.spec()) ? 3 : 2);
    }

    static String groups(Account account) {
        return account.groups().isEmpty()
                ? "--clear-groups"
                : "--groups=" + account.groups().stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** A folder whose parents everybody may search; in the mount namespace of the run nobody else sees what is put there. */
    private static Path reachable() {
        return List.of("/mnt", "/media", "/srv", "/opt").stream()
                .map(Path::of)
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow(() -> new UnsupportedException("a user that is not root cannot be taken by "
                        + BackEnd.BUBBLEWRAP + " on this host, for it has no folder /mnt; make it"));
    }

    /** Bubblewrap writes down the child it started, and the exit code of the program if there was one. */
    private static String status(RunFolder run) {
        Path file = run.path().resolve(STATUS);
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw LadingException.from("cannot read how the program ended", e);
        }
    }

    private static List<String> arguments(LaunchPlan plan, RootView view, Path root, boolean other) {
        LaunchSpec spec = plan.spec();
        List<String> words = new ArrayList<>(List.of(
                "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"));
        if (spec.network == Network.NONE) {
            words.add("--unshare-net");
        }
        boolean inNamespace = view.staged() || !plan.handlers().isEmpty();
        if (other || plan.ids() == LaunchPlan.Ids.ONE && !inNamespace) {
            words.addAll(List.of(
                    "--unshare-user",
                    "--uid",
                    Long.toString(plan.account().userId()),
                    "--gid",
                    Long.toString(plan.account().groupId())));
        }
        spec.hostname.ifPresent(name -> words.addAll(List.of("--hostname", name)));
        words.addAll(List.of("--bind", root.toString(), "/"));
        for (RootView.Mounted mounted : view.mounted()) {
            String at = "/" + mounted.inRoot();
            switch (mounted.place().target()) {
                case "/proc" -> processes(plan, words, at);
                case "/dev" -> words.addAll(List.of("--dev", at, "--mqueue", at + "/mqueue"));
                case "/sys" -> system(spec, words, at);
                default -> words.addAll(other(mounted, at));
            }
        }
        if (!other) {
            words.addAll(List.of("--cap-drop", "ALL"));
            Stage.CAPABILITIES.forEach(
                    c -> words.addAll(List.of("--cap-add", "CAP_" + c.toUpperCase(java.util.Locale.ROOT))));
        }
        words.addAll(List.of("--clearenv", "--chdir", spec.workingDirectory));
        for (Map.Entry<String, String> variable : plan.environment().entrySet()) {
            words.addAll(List.of("--setenv", variable.getKey(), variable.getValue()));
        }
        return words;
    }

    /** Bubblewrap makes {@code sys} read-only only where the folder itself may be written to, which nobody may (0.8.0). */
    private static void processes(LaunchPlan plan, List<String> words, String at) {
        if (plan.oldProcesses()) {
            words.addAll(List.of("--bind", "/proc", at));
            plan.notes().add(NamespaceStart.OLD_PROCESSES);
        } else {
            words.addAll(List.of("--proc", at));
        }
        if (!plan.ids().unprivileged()) {
            for (String name : NamespaceStart.READ_ONLY) {
                words.addAll(List.of("--ro-bind-try", "/proc/" + name, at + "/" + name));
            }
            for (String name : NamespaceStart.HIDDEN) {
                if (Files.exists(Path.of("/proc", name))) {
                    words.addAll(List.of("--ro-bind", "/dev/null", at + "/" + name));
                }
            }
        }
    }

    /** The host's own, for no new one can be mounted; what it says of the host's network is hidden. */
    private static void system(LaunchSpec spec, List<String> words, String at) {
        words.addAll(List.of("--ro-bind", "/sys", at));
        List<String> hidden = spec.network == Network.NONE
                ? List.of("/fs/cgroup", "/firmware", "/class/net", "/devices/virtual/net")
                : List.of("/fs/cgroup", "/firmware");
        for (String name : hidden) {
            if (Files.isDirectory(Path.of("/sys" + name))) {
                words.addAll(List.of("--tmpfs", at + name, "--remount-ro", at + name));
            }
        }
    }

    private static List<String> other(RootView.Mounted mounted, String at) {
        Optional<LaunchSpec.Bind> bind = mounted.place().bind();
        return bind.map(b -> List.of(
                        b.readOnly() ? "--ro-bind" : "--bind",
                        b.source().toAbsolutePath().toString(),
                        at))
                .orElseGet(() -> List.of("--perms", "1777", "--tmpfs", at));
    }
}
