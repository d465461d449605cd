package dev.lading.emulation;

import dev.lading.oci.Platform;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What a {@link Launcher} was told. Changed only while a launcher is made; after that it is read. */
final class LaunchSpec {
    final HostExecution host;
    Path root = Path.of("/");
    boolean rootGiven;
    Platform platform;
    Map<String, String> environment = new TreeMap<>();
    String workingDirectory = "/";
    String user = "";
    List<Bind> binds = new ArrayList<>();
    List<String> tmpfs = new ArrayList<>();
    Optional<String> hostname = Optional.empty();
    Network network = Network.NONE;
    Optional<Path> resolvConf = Optional.empty();
    boolean terminal;
    boolean newPrivileges;
    Optional<Path> inputFile = Optional.empty();
    Optional<InputStream> input = Optional.empty();
    Optional<OutputStream> output = Optional.empty();
    Optional<OutputStream> errors = Optional.empty();
    Optional<Duration> timeout = Optional.empty();
    Optional<Long> memoryBytes = Optional.empty();
    Optional<Integer> pids = Optional.empty();
    Optional<Double> cpus = Optional.empty();
    Optional<BackEnd> backEnd = Optional.empty();
    Optional<Path> runtime = Optional.empty();
    Optional<Path> state = Optional.empty();
    Optional<Path> changes = Optional.empty();
    Optional<String> cpuModel = Optional.empty();
    Map<String, String> retry = Map.of();
    Consumer<RunningProgram> started = program -> {};

    /**
     * A file or folder of the host, seen inside the root.
     *
     * @param source the host's
     * @param target where, inside the root
     * @param readOnly whether it may be written to
     */
    record Bind(Path source, String target, boolean readOnly) {}

    LaunchSpec(HostExecution host) {
        this.host = host;
        this.platform = host.host();
    }

    LaunchSpec copy() {
        LaunchSpec copy = new LaunchSpec(host);
        copy.root = root;
        copy.rootGiven = rootGiven;
        copy.platform = platform;
        copy.environment = new TreeMap<>(environment);
        copy.workingDirectory = workingDirectory;
        copy.user = user;
        copy.binds = new ArrayList<>(binds);
        copy.tmpfs = new ArrayList<>(tmpfs);
        copy.hostname = hostname;
        copy.network = network;
        copy.resolvConf = resolvConf;
        copy.terminal = terminal;
        copy.newPrivileges = newPrivileges;
        copy.inputFile = inputFile;
        copy.input = input;
        copy.output = output;
        copy.errors = errors;
        copy.timeout = timeout;
        copy.memoryBytes = memoryBytes;
        copy.pids = pids;
        copy.cpus = cpus;
        copy.backEnd = backEnd;
        copy.runtime = runtime;
        copy.state = state;
        copy.changes = changes;
        copy.cpuModel = cpuModel;
        copy.retry = retry;
        copy.started = started;
        return copy;
    }

    /** The limits that are wanted, by name. */
    List<String> limits() {
        List<String> wanted = new ArrayList<>();
        memoryBytes.ifPresent(bytes -> wanted.add("memory"));
        pids.ifPresent(number -> wanted.add("processes"));
        cpus.ifPresent(number -> wanted.add("processors"));
        return wanted;
    }
}
