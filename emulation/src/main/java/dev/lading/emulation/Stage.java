package dev.lading.emulation;

import dev.lading.oci.LadingException;
import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What every way of starting has in common: the namespaces around it, the table of handlers of the run's own, the mounts that
 * make the root, and who is told when this process dies.
 *
 * <p>All of it is one script of the host's shell, started by {@code setpriv} and {@code unshare} from the host's own folders
 * with an environment of two fixed variables. Its mounts are in a mount namespace and its handlers in a user namespace of their
 * own, so that they end with the last process, however that ends.
 */
final class Stage {
    static final String SCRIPT = "launch";
    static final String LOG = "log";
    static final String READY = "ready";
    private static final String TABLE = "mounts";
    private static final Map<String, String> PACKAGES = Map.of(
            BubblewrapStart.PROGRAM,
            "the package bubblewrap",
            "sh",
            "the package dash, or another with a shell",
            "mount",
            "the package mount or util-linux",
            "cat",
            "the package coreutils",
            "rm",
            "the package coreutils",
            "env",
            "the package coreutils");
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final List<String> LOADER_PREFIXES =
            List.of("LD_", "MALLOC_", "BASH", "GLIBC_", "GCONV_", "DYLD_", "_RLD");
    /** What the host's loader, C library or shell would obey, or not let go, before the program has it. */
    private static final Set<String> HOST_OBEYS = Set.of(
            "LOCPATH",
            "NLSPATH",
            "HOSTALIASES",
            "LOCALDOMAIN",
            "RES_OPTIONS",
            "ENV",
            "SHELLOPTS",
            "UID",
            "EUID",
            "PPID",
            "PS4",
            "IFS",
            "OPTIND",
            "_",
            "POSIXLY_CORRECT");
    /** Docker's, without devices and raw packets (capabilities(7)). */
    static final List<String> CAPABILITIES = List.of(
            "chown",
            "dac_override",
            "fowner",
            "fsetid",
            "kill",
            "setgid",
            "setuid",
            "setpcap",
            "setfcap",
            "net_bind_service",
            "sys_chroot",
            "audit_write");

    private final LaunchPlan plan;
    private final RunFolder run;
    private final ShellText script = new ShellText();

    Stage(LaunchPlan plan, RunFolder run) {
        this.plan = plan;
        this.run = run;
    }

    /** A program of the host by its absolute path. */
    static String tool(String name) {
        return HostProgram.find(name)
                .map(Path::toString)
                .orElseThrow(() -> new UnsupportedException("this host lacks the program «" + name + "»; install it ("
                        + PACKAGES.getOrDefault(name, "the package util-linux") + ")"));
    }

    /**
     * The command that starts the script in the run's folder.
     *
     * @param namespaces the options of unshare beside those of a user namespace; empty if there is nothing to part
     */
    List<String> command(List<String> namespaces) {
        List<String> command = new ArrayList<>(diesWithParent());
        List<String> all = new ArrayList<>();
        if (plan.ids() == LaunchPlan.Ids.SAME) {
            all.addAll(List.of("--user", "--keep-caps"));
        } else if (plan.ids() == LaunchPlan.Ids.SUBORDINATE) {
            all.add("--user");
            all.addAll(SubordinateIds.OPTIONS);
        } else if (plan.ids() == LaunchPlan.Ids.ONE && !namespaces.isEmpty()) {
            all.add("--map-root-user");
        }
        all.addAll(namespaces);
        if (!all.isEmpty()) {
            command.add(tool("unshare"));
            command.addAll(all);
            command.addAll(List.of("--propagation", "private"));
        }
        command.add(tool("sh"));
        if (needsMap()) {
            // Shells give up an effective user that is not the real one. The map may come between their two questions,
            // and the
            // answer before it is «nobody»: such a shell would make itself nobody.
            command.add("-p");
        }
        command.add("./" + SCRIPT);
        return command;
    }

    /** The kernel ends it when the thread that started it ends, and so when this process does. */
    static List<String> diesWithParent() {
        return List.of(tool("setpriv"), "--pdeathsig", "KILL");
    }

    /** Says whether somebody has to write the map of identifiers, which the script waits for. */
    boolean needsMap() {
        return plan.ids() == LaunchPlan.Ids.SAME;
    }

    ShellText script() {
        return script;
    }

    /** Begins the script: what it says goes to a log, and the program's standard error waits as descriptor 3. */
    Stage begin() {
        if (needsMap()) {
            script.line("until read -r inside outside count </proc/self/uid_map; do :; done");
        }
        script.line("exec 3>&2 2>" + LOG).line("set -e").line("unset LC_ALL").line("ulimit -c 0");
        return this;
    }

    /** Makes the mounts of the root, and those that are added here. */
    Stage mounts(MountTable more) throws IOException {
        MountTable all = more;
        if (!plan.handlers().isEmpty()) {
            Path table = Files.createDirectory(run.path().resolve("binfmt"));
            all.add("binfmt_misc", table, "binfmt_misc", "nosuid,nodev,noexec");
        }
        if (!all.isEmpty()) {
            all.writeTo(run.path().resolve(TABLE));
            script.command(List.of(tool("mount"), "--no-mtab", "--all", "--fstab", "./" + TABLE));
        }
        // Newest wins: the host's own come first, so that the one that is needed is asked before them.
        plan.handlers().forEach(line -> script.line("printf %s " + ShellText.quoted(line) + " >binfmt/register"));
        return this;
    }

    /** Variables that may pass through the host's programs, and those that may not. */
    static boolean passes(String name) {
        return PLAIN_NAME.matcher(name).matches()
                && !HOST_OBEYS.contains(name)
                && LOADER_PREFIXES.stream().noneMatch(name::startsWith);
    }

    /** Puts the program's environment in the place of the host's; what may not pass is for the root's own {@code env}. */
    List<String> environment() {
        script.line("unset PATH OLDPWD PWD");
        List<String> late = new ArrayList<>();
        for (Map.Entry<String, String> variable : plan.environment().entrySet()) {
            if (passes(variable.getKey())) {
                script.line("export " + variable.getKey() + "=" + ShellText.quoted(variable.getValue()));
            } else {
                late.add(variable.getKey() + "=" + variable.getValue());
            }
        }
        if (late.isEmpty()) {
            return plan.argv();
        }
        List<String> argv = new ArrayList<>(List.of(envInRoot(late)));
        argv.addAll(late);
        argv.addAll(plan.argv());
        return argv;
    }

    private String envInRoot(List<String> late) {
        return List.of("/usr/bin/env", "/bin/env").stream()
                .filter(path -> InRoot.follow(plan.root(), path).isFile())
                .findFirst()
                .orElseThrow(() -> new UnsupportedException("the variable "
                        + late.get(0).substring(0, late.get(0).indexOf('='))
                        + " cannot be handed over by " + BackEnd.NAMESPACES
                        + ": the host's own programs would obey it, and " + plan.root()
                        + " has no /usr/bin/env. Install runc or bubblewrap, or leave the variable out."));
    }

    void write() throws IOException {
        script.writeTo(run.path().resolve(SCRIPT));
    }

    /** What the script said, for a message. */
    static String log(RunFolder run, String file) {
        try {
            Path log = run.path().resolve(file);
            return Files.exists(log) ? Files.readString(log).strip() : "";
        } catch (IOException e) {
            throw LadingException.from("cannot read what the start of the program said", e);
        }
    }
}
