package dev.lading.emulation;

import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Runs a program in a root file system: in namespaces of its own, with few privileges, for this platform or a foreign one.
 *
 * <p>An immutable description that {@link #run} carries out. Unless told otherwise the program runs as root of its root file
 * system, in its topmost folder, with no network, no input, a search path and a home as its only variables, no privileges that
 * matter to the host, no way to gain any, and it is started by the best that this host has: an OCI runtime, else bubblewrap,
 * else the lighter way ({@link BackEnd}). It never sees the host's environment, nor an open file of this process.
 *
 * <p>Without rights on the host the run's root is the caller. The others inside are the subordinate identifiers that he was
 * given (subuid(5)); where there are none, or somebody else than root is asked for, a single identifier exists inside, and
 * every other owner is shown as nobody. A foreign program is started by an emulator that is registered for this run alone,
 * where the kernel can; nothing on the host changes. Emulation is no protection: the emulator is part of the program.
 *
 * <p>All that a run leaves ends with it, if it fails, is interrupted or its time is over too. When this process is killed the
 * kernel ends the program, its mounts and its handlers; folders that are then left in the {@linkplain #state state folder} are
 * cleared by the next run there and by {@link #sweep}.
 *
 * <p>Safe for use by many threads, and many runs may have one root; it must not be changed by others than the programs in it
 * while a run begins.
 */
public final class Launcher {
    private static final Pattern HOSTNAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?");
    private static final Pattern VARIABLE = Pattern.compile("[^=\0]+");

    private final LaunchSpec spec;

    private Launcher(LaunchSpec spec) {
        this.spec = spec;
    }

    /**
     * Begins a description.
     *
     * @param host what this host runs, and how
     * @return a launcher for programs of the host's own platform; the root is still to be named
     */
    public static Launcher on(HostExecution host) {
        return new Launcher(new LaunchSpec(Objects.requireNonNull(host)));
    }

    LaunchSpec spec() {
        return spec;
    }

    private Launcher with(Consumer<LaunchSpec> change) {
        LaunchSpec copy = spec.copy();
        change.accept(copy);
        return new Launcher(copy);
    }

    /**
     * Names the root file system.
     *
     * @param root a folder of the host; the host's own root is taken by bubblewrap and the lighter way only
     * @return the launcher with it
     */
    public Launcher root(Path root) {
        Objects.requireNonNull(root);
        return with(s -> {
            s.root = root;
            s.rootGiven = true;
        });
    }

    /**
     * Names the platform that the program is for.
     *
     * @param platform the platform
     * @return the launcher with it
     */
    public Launcher platform(Platform platform) {
        Objects.requireNonNull(platform);
        return with(s -> s.platform = platform);
    }

    /**
     * Sets variables of the program's environment. Where PATH and HOME are not among them they are Docker's default and the
     * user's home. Names that begin with {@code QEMU_} are left out and noted, for the emulator would obey them.
     *
     * @param variables names and values, beside those set before
     * @return the launcher with them
     * @throws InvalidInputException if a name is empty or holds an equals sign, or anything holds a zero byte
     */
    public Launcher environment(Map<String, String> variables) {
        checkVariables(variables);
        return with(s -> s.environment.putAll(variables));
    }

    private static void checkVariables(Map<String, String> variables) {
        variables.forEach((name, value) -> {
            if (!VARIABLE.matcher(name).matches() || value.indexOf('\0') >= 0) {
                throw new InvalidInputException("«" + name.replace('\0', ' ') + "» cannot be a variable");
            }
        });
    }

    /**
     * Sets one variable; see {@link #environment(Map)}.
     *
     * @param name its name
     * @param value its value
     * @return the launcher with it
     * @throws InvalidInputException as there
     */
    public Launcher environment(String name, String value) {
        return environment(Map.of(name, value));
    }

    /**
     * Has a run that the emulator may have failed tried once more with other settings: {@code QEMU_CPU} and other variables of
     * the emulator, or of a language's runtime. Both runs stand in the result, and what the first one changed or wrote is not
     * taken back. A run whose input is a stream is not repeated.
     *
     * @param variables what to set for the second run
     * @return the launcher with it
     * @throws InvalidInputException if a name is empty or holds an equals sign, or anything holds a zero byte
     */
    public Launcher retryWith(Map<String, String> variables) {
        checkVariables(variables);
        Map<String, String> copy = Map.copyOf(variables);
        return with(s -> s.retry = copy);
    }

    /**
     * Sets the folder the program begins in.
     *
     * @param folder the folder's absolute name inside the root
     * @return the launcher with it
     */
    public Launcher workingDirectory(String folder) {
        Objects.requireNonNull(folder);
        return with(s -> s.workingDirectory = folder);
    }

    /**
     * Sets who the program runs as.
     *
     * @param user {@code USER} or {@code USER:GROUP}, each a name that is looked up in the root or a number
     * @return the launcher with it
     */
    public Launcher user(String user) {
        Objects.requireNonNull(user);
        return with(s -> s.user = user);
    }

    /**
     * Shows a file or folder of the host inside the root, to be read and written.
     *
     * @param source the host's
     * @param target its absolute name inside the root; need not be there
     * @return the launcher with it
     */
    public Launcher bind(Path source, String target) {
        return with(s -> s.binds.add(new LaunchSpec.Bind(source, absolute(target), false)));
    }

    /**
     * Shows a file or folder of the host inside the root, to be read only.
     *
     * @param source the host's
     * @param target its absolute name inside the root; need not be there
     * @return the launcher with it
     */
    public Launcher bindReadOnly(Path source, String target) {
        return with(s -> s.binds.add(new LaunchSpec.Bind(source, absolute(target), true)));
    }

    /**
     * Puts an empty file system in memory at a folder of the root, which everybody inside may write to; what is written there is
     * gone after the run.
     *
     * @param target the folder's absolute name inside the root; need not be there
     * @return the launcher with it
     */
    public Launcher tmpfs(String target) {
        return with(s -> s.tmpfs.add(absolute(target)));
    }

    private static String absolute(String target) {
        try {
            if (Path.of(target).isAbsolute()) {
                return target;
            }
        } catch (InvalidPathException e) {
            throw new InvalidInputException(
                    "no file on this host can have the name " + target.replace('\0', ' ') + ": " + e.getReason(), e);
        }
        throw new InvalidInputException("«" + target + "» is no absolute name inside the root");
    }

    /**
     * Sets the name that the program's host has for it; the host's own by default.
     *
     * @param name letters, digits, hyphens and dots, at most 64
     * @return the launcher with it
     * @throws InvalidInputException if it is not of that form
     */
    public Launcher hostname(String name) {
        if (!HOSTNAME.matcher(name).matches()) {
            throw new InvalidInputException("«" + name + "» is no host name: letters, digits, «-» and «.», at most 64");
        }
        return with(s -> s.hostname = Optional.of(name));
    }

    /**
     * Sets which network the program sees; none by default.
     *
     * @param network the network
     * @return the launcher with it
     */
    public Launcher network(Network network) {
        Objects.requireNonNull(network);
        return with(s -> s.network = network);
    }

    /**
     * Shows a file as {@code /etc/resolv.conf}, to be read only.
     *
     * @param file the file, such as the host's own
     * @return the launcher with it
     */
    public Launcher resolvConf(Path file) {
        Objects.requireNonNull(file);
        return with(s -> s.resolvConf = Optional.of(file));
    }

    /**
     * Hands this process's own input, output and error streams on. Where all three are a terminal the program gets a terminal of
     * its own before it, so that it cannot type into this one; the bare emulator gets this one. The result then holds no output.
     *
     * @return the launcher that does
     */
    public Launcher terminal() {
        return with(s -> s.terminal = true);
    }

    /**
     * Lets programs gain privileges when they start, as set-user-ID programs such as {@code sudo} and {@code su} want; by
     * default none ever are. The risk is this: whoever the program runs as, a fault in any such program of the root file system
     * makes it root there, with the capabilities that are kept for root; and a foreign one's emulator, which is made for no such
     * use, has these rights too. Bubblewrap and the bare emulator cannot do it.
     *
     * @return the launcher that does
     */
    public Launcher allowNewPrivileges() {
        return with(s -> s.newPrivileges = true);
    }

    /**
     * Gives the program a file as its input; none by default.
     *
     * @param file the file; {@code /dev/stdin} is this process's own input
     * @return the launcher with it
     */
    public Launcher stdin(Path file) {
        Objects.requireNonNull(file);
        return with(s -> {
            s.inputFile = Optional.of(file);
            s.input = Optional.empty();
        });
    }

    /**
     * Gives the program a stream as its input; none by default. It is read by a thread of the run, and closed when the program
     * has ended, to let that thread go: give a stream whose close frees a reader, and this process's own input by {@link
     * #stdin(Path)}.
     *
     * @param stream the stream; serves one run
     * @return the launcher with it
     */
    public Launcher stdin(InputStream stream) {
        Objects.requireNonNull(stream);
        return with(s -> {
            s.input = Optional.of(stream);
            s.inputFile = Optional.empty();
        });
    }

    /**
     * Takes the program's output as it comes; by default its end is kept for the result.
     *
     * @param stream where to; written by a thread of the run, flushed and not closed. If it fails the program is ended.
     * @return the launcher with it
     */
    public Launcher stdout(OutputStream stream) {
        Objects.requireNonNull(stream);
        return with(s -> s.output = Optional.of(stream));
    }

    /**
     * Takes the program's error output as it comes; by default its end is kept for the result.
     *
     * @param stream where to; written by a thread of the run, flushed and not closed. If it fails the program is ended.
     * @return the launcher with it
     */
    public Launcher stderr(OutputStream stream) {
        Objects.requireNonNull(stream);
        return with(s -> s.errors = Optional.of(stream));
    }

    /**
     * Bounds the time of the run, its start included; unbounded by default.
     *
     * @param timeout more than nothing
     * @return the launcher with it
     * @throws InvalidInputException if it is nothing or less
     */
    public Launcher timeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidInputException("a run cannot end within " + timeout);
        }
        return with(s -> s.timeout = Optional.of(timeout));
    }

    /**
     * Bounds the memory of the program and all it starts. Only a runtime can keep it.
     *
     * @param bytes at least 4 MiB
     * @return the launcher with it
     * @throws InvalidInputException if it is less
     */
    public Launcher memoryLimit(long bytes) {
        if (bytes < 4L * 1024 * 1024) {
            throw new InvalidInputException("no program runs in " + bytes + " bytes of memory; give it 4 MiB or more");
        }
        return with(s -> s.memoryBytes = Optional.of(bytes));
    }

    /**
     * Bounds how many processes and threads there are in the run. Only a runtime can keep it.
     *
     * @param number at least 1
     * @return the launcher with it
     * @throws InvalidInputException if it is less
     */
    public Launcher processLimit(int number) {
        if (number < 1) {
            throw new InvalidInputException(number + " processes are none");
        }
        return with(s -> s.pids = Optional.of(number));
    }

    /**
     * Bounds the processors' time. Only a runtime can keep it.
     *
     * @param processors how many processors' worth of time, such as 0.5; at least 0.01
     * @return the launcher with it
     * @throws InvalidInputException if it is less, or no number
     */
    public Launcher processorLimit(double processors) {
        if (!(processors >= 0.01) || processors > 1_000_000) {
            throw new InvalidInputException(processors + " is no number of processors from 0.01 on");
        }
        return with(s -> s.cpus = Optional.of(processors));
    }

    /**
     * Chooses by what the program is started; by default the best that this host has.
     *
     * @param backEnd the back end
     * @return the launcher with it
     */
    public Launcher backEnd(BackEnd backEnd) {
        Objects.requireNonNull(backEnd);
        return with(s -> s.backEnd = Optional.of(backEnd));
    }

    /**
     * Names the OCI runtime. By default {@code runc}, else {@code crun}, of the host's own folders; others are used as they say
     * they work, and are not tested with Lading.
     *
     * @param program the runtime's absolute path
     * @return the launcher with it
     */
    public Launcher runtime(Path program) {
        Objects.requireNonNull(program);
        return with(s -> s.runtime = Optional.of(program));
    }

    /**
     * Names the folder that keeps what a run needs on the disk. By default each run makes a temporary folder and removes it; only
     * what lies in a folder that was named can be swept after this process was killed.
     *
     * @param folder the folder, the caller's alone; made if it is not there; not within the root
     * @return the launcher with it
     */
    public Launcher state(Path folder) {
        Objects.requireNonNull(folder);
        return with(s -> s.state = Optional.of(folder));
    }

    /**
     * Leaves the root as it is and keeps what the program changes aside, as an overlay: the folder then has a folder {@code
     * upper} with what was made and changed, whiteouts for what was removed, and the attribute {@code user.overlay.opaque} on
     * folders that were replaced. A run with a folder that another has left goes on from there.
     *
     * @param folder the folder; made if it is not there; not on an overlay itself, and not within the root
     * @return the launcher with it
     */
    public Launcher changes(Path folder) {
        Objects.requireNonNull(folder);
        return with(s -> s.changes = Optional.of(folder));
    }

    /**
     * Chooses the processor that the emulator is, against its own choice and Lading's.
     *
     * @param model the model's name, as the emulator knows it
     * @return the launcher with it
     */
    public Launcher cpuModel(String model) {
        Objects.requireNonNull(model);
        return with(s -> s.cpuModel = Optional.of(model));
    }

    /**
     * Has somebody told when the program was started, to send it signals.
     *
     * @param listener called once, by the thread that runs; must not wait
     * @return the launcher with it
     */
    public Launcher whenStarted(Consumer<RunningProgram> listener) {
        Objects.requireNonNull(listener);
        return with(s -> s.started = listener);
    }

    /**
     * Runs a program and waits for its end. An exit code that is not zero is a result.
     *
     * @param argv the program, absolute, relative to its folder or looked up in its PATH, and its arguments
     * @return how it ended
     * @throws InvalidInputException if the description does not fit the root
     * @throws NotFoundException if root, program, user, folder or what is to be bound is not there
     * @throws UnsupportedException if the platform does not run here, or the back end cannot do what is asked for
     * @throws UnavailableException if the program cannot be started, or its output cannot be handed on
     * @throws CancelledException if the thread is interrupted, or the time is over; the program and all it started have ended
     */
    public RunResult run(String... argv) {
        return run(List.of(argv));
    }

    /**
     * Runs a program and waits for its end; see {@link #run(String...)}.
     *
     * @param argv the program and its arguments
     * @return how it ended
     * @throws LadingException as there
     */
    public RunResult run(List<String> argv) {
        return Run.of(LaunchPlan.of(spec, List.copyOf(argv)));
    }

    /**
     * Clears what killed processes left in a state folder: programs that still run, control groups, folders. What a living
     * process holds is left alone.
     *
     * @param folder the state folder; need not be there
     * @return how many runs were cleared
     * @throws InvalidInputException if it is no folder
     * @throws UnavailableException if it belongs to somebody else or can be written to by others, who could have anything removed
     *     by it, or something cannot be removed
     * @throws CancelledException if the thread is interrupted
     */
    public static int sweep(Path folder) {
        try {
            return RunFolder.sweep(folder);
        } catch (IOException e) {
            throw LadingException.from("cannot clear " + folder, e);
        }
    }
}
