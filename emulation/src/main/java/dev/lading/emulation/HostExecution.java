package dev.lading.emulation;

import dev.lading.oci.CancelledException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.platform.HostPlatform;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which platforms run on this host, and how: by its processor, by a handler of the kernel, by an emulator, or not.
 *
 * <p>A snapshot of the handlers; each platform is proved, when it is asked for, by running a program of some hundred bytes
 * made for it, and the answer is kept. Proving takes some milliseconds a platform; interrupting the thread ends it with
 * {@link CancelledException}. Safe for use by many threads.
 */
public final class HostExecution {
    private static final Path SELF = Path.of("/proc/self");
    /** What people build images for, in the order they are listed; the other architectures follow. */
    private static final List<String> USUAL =
            List.of("amd64", "386", "arm64", "arm", "riscv64", "ppc64le", "s390x", "loong64", "mips64le");

    private static final List<String> ARM_VARIANTS = List.of("v8", "v7", "v6", "v5");
    private static final int MAX_X86_LEVEL = 4;

    private final Platform host;
    private final List<BinfmtHandler> handlers;
    private final List<Path> searchPath;
    private final List<Emulator> given;
    /** Null where files alone are looked at. */
    private final @Nullable Map<String, ProbeRun.Result> probed;

    private final Map<QemuTarget, Execution> decided = new ConcurrentHashMap<>();
    private final Map<String, Optional<Obstacle>> obstacles = new ConcurrentHashMap<>();
    private final Map<String, OciRuntime> runtimes = new ConcurrentHashMap<>();

    private HostExecution(
            Platform host,
            List<BinfmtHandler> handlers,
            List<Path> searchPath,
            List<Emulator> given,
            @Nullable Map<String, ProbeRun.Result> probed) {
        this.host = host;
        this.handlers = handlers;
        this.searchPath = searchPath;
        this.given = given;
        this.probed = probed;
    }

    /**
     * Looks at this host.
     *
     * @return what runs here
     * @throws UnavailableException if the kernel's table of handlers is there and cannot be read
     */
    public static HostExecution detect() {
        Platform host = HostPlatform.detect().platform();
        Binfmt binfmt = Binfmt.system();
        boolean asked = host.os().equals("linux") && binfmt.status() == Binfmt.Status.ENABLED;
        return new HostExecution(
                host,
                asked ? List.copyOf(binfmt.handlers()) : List.of(),
                path(),
                List.of(),
                host.os().equals("linux") ? new ConcurrentHashMap<>() : null);
    }

    private static List<Path> path() {
        Set<Path> folders = new LinkedHashSet<>();
        for (String entry :
                Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1)) {
            try {
                Path folder = Path.of(entry);
                if (folder.isAbsolute()) {
                    folders.add(folder);
                }
            } catch (InvalidPathException e) {
                // A PATH entry of another system's form holds no emulator.
            }
        }
        folders.addAll(HostProgram.folders());
        return List.copyOf(folders);
    }

    /** Looks at files alone and runs nothing. */
    static HostExecution of(Platform host, Path binfmt, List<Path> searchPath) {
        return new HostExecution(
                host.normalized(), List.copyOf(Binfmt.at(binfmt).handlers()), List.copyOf(searchPath), List.of(), null);
    }

    /** A host whose probes ended in a given way, without running them. */
    static HostExecution probed(Platform host, List<BinfmtHandler> handlers, Map<String, ProbeRun.Result> results) {
        return new HostExecution(
                host.normalized(), List.copyOf(handlers), List.of(), List.of(), new ConcurrentHashMap<>(results));
    }

    /**
     * Returns this host with emulators of the caller's choice, which come before the host's emulators and handlers.
     *
     * @param emulators the emulators, such as some taken out of an image
     * @return the host with them; nothing that was proved before is kept
     */
    public HostExecution withEmulators(Collection<Emulator> emulators) {
        return new HostExecution(
                host, handlers, searchPath, List.copyOf(emulators), probed == null ? null : new ConcurrentHashMap<>());
    }

    /**
     * Returns this host with another table of handlers, such as one of a user namespace. What is said of it is decided by files
     * alone: a program that is started here would ask this process's table.
     *
     * @param table the table
     * @return the host with its handlers
     * @throws UnavailableException if the table cannot be read
     */
    public HostExecution withTable(Binfmt table) {
        boolean asked = table.status() == Binfmt.Status.ENABLED;
        return new HostExecution(host, asked ? List.copyOf(table.handlers()) : List.of(), searchPath, given, null);
    }

    /** Says what hinders the caller's subordinate identifiers in a user namespace. */
    Optional<Obstacle> subordinateObstacle() {
        return memo(obstacles, "subordinate", SubordinateIds::obstacle);
    }

    /** Asks a runtime who it is, again only when its file has changed. */
    OciRuntime runtime(Path program) {
        String file;
        try {
            file = program + " " + Files.getLastModifiedTime(program) + " " + Files.size(program);
        } catch (IOException e) {
            return OciRuntime.ask(program);
        }
        return memo(runtimes, file, () -> OciRuntime.ask(program));
    }

    /**
     * Returns the platform of this host.
     *
     * @return the platform, normalised
     */
    public Platform host() {
        return host;
    }

    /**
     * Returns the kernel's handlers as they were when this was made, in the order in which the kernel asks them.
     *
     * @return the handlers, enabled or not; empty where the kernel asks none
     */
    public List<BinfmtHandler> handlers() {
        return handlers;
    }

    /**
     * Finds an emulator: one that was given, else one on the PATH or in the system's folders.
     *
     * @param target what it shall emulate
     * @return the emulator; empty if there is none
     */
    public Optional<Emulator> emulator(QemuTarget target) {
        return given(target).or(() -> Emulator.find(target, searchPath));
    }

    private Optional<Emulator> given(QemuTarget target) {
        return given.stream()
                .filter(emulator -> emulator.target().equals(target))
                .findFirst();
    }

    /**
     * Says what emulates this whole process, if something does: then what is called native here is emulated too.
     *
     * @return the emulator's path, or why it looks so; empty if the processor itself runs this
     */
    public Optional<String> emulatedBy() {
        return emulatedBy(SELF)
                .map(Path::toString)
                .or(() -> HostPlatform.detect().emulation());
    }

    /** An emulator that answers for /proc/self/exe forgets the same link of the threads. */
    static Optional<Path> emulatedBy(Path self) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(self.resolve("task"))) {
            Path said = Files.readSymbolicLink(self.resolve("exe"));
            for (Path thread : threads) {
                Path real = Files.readSymbolicLink(thread.resolve("exe"));
                return real.equals(said) ? Optional.empty() : Optional.of(real);
            }
        } catch (IOException | UnsupportedOperationException e) {
            // No such links: no Linux, or a process that may not look at itself.
            return Optional.empty();
        }
        return Optional.empty();
    }

    /**
     * Says what hinders handlers of one's own in a user namespace, without any right on the host.
     *
     * @return the obstacle; empty if nothing hinders them
     * @throws CancelledException if the thread is interrupted
     */
    public Optional<Obstacle> privateObstacle() {
        if (probed == null) {
            return Optional.of(new Obstacle("this was not tried", "ask HostExecution.detect()"));
        }
        return memo(obstacles, "", PrivateTable::obstacle);
    }

    /**
     * Returns what to register in a table of one's own, in this order: the host's handlers, which are lost there otherwise,
     * then the emulators with the flags {@code POCF}.
     *
     * @param emulators the emulators; those that need the host's libraries, and one for the host's own architecture, are
     *     left out, for they cannot work
     * @return the handlers; disabled ones of the host are not among them
     */
    public List<BinfmtHandler> privateHandlers(Collection<Emulator> emulators) {
        Map<String, BinfmtHandler> union = new LinkedHashMap<>();
        for (int i = handlers.size() - 1; i >= 0; i--) {
            BinfmtHandler handler = handlers.get(i);
            // What the kernel opened long ago may be gone by now and would not be found again.
            if (handler.enabled() && Files.exists(Path.of(handler.interpreter()))) {
                union.put(handler.name(), handler);
            }
        }
        for (Emulator emulator : emulators) {
            QemuTarget target = emulator.target();
            if (emulator.standalone() && !target.architecture().equals(host.architecture())) {
                String name = Binfmt.OWN_PREFIX + target.name();
                union.remove(name);
                union.put(name, BinfmtHandler.of(name, target, emulator.path().toString(), BinfmtFlag.parse("POCF")));
            }
        }
        return List.copyOf(union.values());
    }

    /**
     * Says how programs of a platform run here.
     *
     * @param platform the platform; a variant of amd64 or arm is proved too
     * @return how, or why not
     * @throws CancelledException if the thread is interrupted
     * @throws UnavailableException if no probe can be run, for want of a shell or a temporary folder
     */
    public Execution of(Platform platform) {
        Platform wanted = platform.normalized();
        boolean sameOs = wanted.os().equals(host.os());
        if (!sameOs || !host.os().equals("linux")) {
            return sameOs && wanted.architecture().equals(host.architecture())
                    ? new Execution.Native()
                    : new Execution.Impossible(
                            "programs for " + platform + " do not run on " + host,
                            "run them on a host with " + wanted.os());
        }
        Optional<QemuTarget> target = QemuTarget.of(wanted);
        if (target.isEmpty()) {
            return wanted.architecture().equals(host.architecture())
                    ? new Execution.Native()
                    : new Execution.Impossible(
                            "QEMU has no emulator for the architecture " + wanted.architecture(),
                            "run them on a host of that architecture");
        }
        Execution how = of(target.get());
        return how.runs() && wanted.variant().isPresent()
                ? variant(wanted, how, wanted.variant().get())
                : how;
    }

    private Execution of(QemuTarget target) {
        return memo(decided, target, () -> decide(target));
    }

    /** A value that is made once, without a lock while it is made. */
    private static <K, V> V memo(Map<K, V> known, K key, Supplier<V> make) {
        V there = known.get(key);
        if (there == null) {
            there = make.get();
            known.put(key, there);
        }
        return there;
    }

    /**
     * Lists every platform that QEMU or this host knows, and how it runs here: this host's first, then those that images are
     * usual for. Variants of amd64 and arm are listed where they run.
     *
     * @return the platforms and how each runs, or why not, in that order
     * @throws CancelledException if the thread is interrupted
     * @throws UnavailableException if no probe can be run, for want of a shell or a temporary folder
     */
    public Map<Platform, Execution> all() {
        List<QemuTarget> targets = new ArrayList<>(QemuTarget.all());
        targets.sort(Comparator.comparingInt(this::rank));
        if (probed != null) {
            probe(targets.stream().flatMap(target -> probes(target).stream()).toList());
        }
        Map<Platform, Execution> all = new LinkedHashMap<>();
        if (!host.os().equals("linux")) {
            all.put(host, new Execution.Native());
            return all;
        }
        for (QemuTarget target : targets) {
            List<Platform> variants = variants(target);
            if (!target.name().equals("arm") || variants.isEmpty()) {
                all.put(target.platform(), of(target.platform()));
            }
            variants.forEach(platform -> all.put(platform, of(platform)));
        }
        return all;
    }

    /**
     * Lists the platforms that run here, as the line {@code Platforms:} of other tools does.
     *
     * @return the platforms, this host's first
     * @throws CancelledException if the thread is interrupted
     * @throws UnavailableException as {@link #all}
     */
    public List<Platform> platforms() {
        return all().entrySet().stream()
                .filter(entry -> entry.getValue().runs())
                .map(Map.Entry::getKey)
                .toList();
    }

    private int rank(QemuTarget target) {
        if (target.architecture().equals(host.architecture())) {
            return -2;
        }
        if (compatible(target)) {
            return -1;
        }
        int usual = USUAL.indexOf(target.architecture());
        return usual < 0 ? USUAL.size() : usual;
    }

    private List<Platform> variants(QemuTarget target) {
        List<Platform> variants = new ArrayList<>();
        if (probed == null || !of(target).runs()) {
            return variants;
        }
        if (target.name().equals("x86_64")) {
            for (int level = 2; level <= MAX_X86_LEVEL; level++) {
                variants.add(Platform.of("linux", "amd64", "v" + level));
            }
        } else if (target.name().equals("arm")) {
            ARM_VARIANTS.forEach(variant -> variants.add(Platform.of("linux", "arm", variant)));
        }
        variants.removeIf(platform -> !of(platform).runs());
        return variants;
    }

    // ---- deciding ----

    private Execution decide(QemuTarget target) {
        if (target.architecture().equals(host.architecture())) {
            return new Execution.Native();
        }
        Optional<Emulator> chosen = given(target).filter(this::emulates);
        if (chosen.isPresent()) {
            return emulated(chosen.get());
        }
        Optional<BinfmtHandler> handler = handler(target);
        Optional<String> fault = handler.flatMap(there -> fault(target, there));
        if (handler.isPresent() && fault.isEmpty()) {
            return new Execution.Handler(handler.get(), everywhere(target, handler.get()), probed != null);
        }
        if (handler.isEmpty()
                && compatible(target)
                && byKernel(target).filter(ProbeRun.Result::ok).isPresent()) {
            return new Execution.Compatible();
        }
        Optional<Emulator> emulator = emulator(target);
        return emulator.isPresent() && emulates(emulator.get())
                ? emulated(emulator.get())
                : impossible(target, fault, emulator);
    }

    private Execution emulated(Emulator emulator) {
        return new Execution.Emulated(
                emulator, emulator.standalone() && privateObstacle().isEmpty());
    }

    private Execution impossible(QemuTarget target, Optional<String> fault, Optional<Emulator> emulator) {
        if (fault.isPresent()) {
            return new Execution.Impossible(
                    fault.get(), "install the package qemu-user-static, then: lading emulators install");
        }
        if (emulator.isPresent()) {
            return new Execution.Impossible(
                    emulator.get() + " is there, and did not run a program for " + target.platform(),
                    "install another version of QEMU");
        }
        Optional<BinfmtHandler> disabled = disabled(target);
        return new Execution.Impossible(
                "this host is " + host + " and has neither a handler nor an emulator for " + target.architecture()
                        + disabled.map(handler -> " but the disabled " + handler)
                                .orElse(""),
                "install the package qemu-user-static");
    }

    /** The kernel's choice: the first enabled handler that takes its programs. */
    private Optional<BinfmtHandler> handler(QemuTarget target) {
        return handlers.stream()
                .filter(handler -> handler.enabled() && handler.takes("", target.magic()))
                .findFirst();
    }

    private Optional<BinfmtHandler> disabled(QemuTarget target) {
        return handlers.stream()
                .filter(handler -> !handler.enabled() && handler.takes("", target.magic()))
                .findFirst();
    }

    private Optional<String> fault(QemuTarget target, BinfmtHandler handler) {
        boolean there = Files.isExecutable(Path.of(handler.interpreter()));
        if (probed == null) {
            return there || handler.flags().contains(BinfmtFlag.FIX_BINARY)
                    ? Optional.empty()
                    : Optional.of("the handler " + handler + " names an emulator that is not there");
        }
        Optional<ProbeRun.Result> result = byKernel(target);
        if (result.filter(ProbeRun.Result::ok).isPresent()) {
            return Optional.empty();
        }
        String what = "the handler " + handler;
        if (result.filter(ProbeRun.Result::argvShifted).isPresent()) {
            return Optional.of(what + " shifts the arguments of programs: its flag P and what the emulator expects"
                    + " do not agree");
        }
        return Optional.of(
                there ? what + " is there, and did not run a program" : what + " names an emulator that is not there");
    }

    private boolean everywhere(QemuTarget target, BinfmtHandler handler) {
        OptionalInt inside = probed == null
                ? OptionalInt.empty()
                : byKernel(target).map(ProbeRun.Result::inside).orElse(OptionalInt.empty());
        return inside.isPresent()
                ? inside.getAsInt() == ProbeProgram.EXIT_OK
                : handler.flags().contains(BinfmtFlag.FIX_BINARY);
    }

    /** Says whether the processor may run a target in its compatible mode; whether it does is for a probe to show. */
    boolean compatible(QemuTarget target) {
        return switch (target.architecture()) {
            case "386" -> host.architecture().equals("amd64");
            // A process of the older relative may stand on a kernel of the newer one.
            case "amd64" -> host.architecture().equals("386");
            case "arm" -> host.architecture().equals("arm64");
            case "arm64" -> host.architecture().equals("arm");
            default -> false;
        };
    }

    private boolean emulates(Emulator emulator) {
        return probed == null
                || result(probe(emulator.target(), emulator.path()))
                        .filter(ProbeRun.Result::ok)
                        .isPresent();
    }

    // ---- variants ----

    private Execution variant(Platform wanted, Execution how, String variant) {
        if (probed == null) {
            return how;
        }
        Path emulator =
                how instanceof Execution.Emulated emulated ? emulated.emulator().path() : null;
        if (wanted.architecture().equals("amd64") && variant.matches("v[2-9]")) {
            int level = variant.charAt(1) - '0';
            int highest =
                    result(levelProbe(emulator)).map(ProbeRun.Result::plain).orElse(0) - ProbeProgram.EXIT_LEVEL_BASE;
            return level <= highest ? how : tooHigh(wanted, how, "linux/amd64/v" + Math.max(1, highest));
        }
        if (wanted.architecture().equals("arm")) {
            Optional<ProbeRun.Probe> probe = armProbe(variant, emulator);
            boolean runs = probe.isEmpty()
                    || result(probe.get()).filter(ProbeRun.Result::ok).isPresent();
            return runs ? how : tooHigh(wanted, how, "an older variant of linux/arm");
        }
        return how;
    }

    private static Execution tooHigh(Platform wanted, Execution how, String highest) {
        boolean own = how instanceof Execution.Native || how instanceof Execution.Compatible;
        return new Execution.Impossible(
                (own ? "this processor is " : "the emulated processor is ") + highest + ", and " + wanted
                        + " needs more",
                "take an image for " + highest + (own ? ", or a newer processor" : ", or run it on such a processor"));
    }

    // ---- probes ----

    private Optional<ProbeRun.Result> byKernel(QemuTarget target) {
        return probed == null ? Optional.empty() : result(probe(target, null));
    }

    private static ProbeRun.Probe probe(QemuTarget target, @Nullable Path emulator) {
        return new ProbeRun.Probe(
                (emulator == null ? "kernel-" : "qemu-") + target.name(), ProbeProgram.of(target), emulator);
    }

    private static ProbeRun.Probe levelProbe(@Nullable Path emulator) {
        return new ProbeRun.Probe("level", ProbeProgram.x86Level(), emulator);
    }

    private static Optional<ProbeRun.Probe> armProbe(String variant, @Nullable Path emulator) {
        return ProbeProgram.arm(variant).map(program -> new ProbeRun.Probe("arm-" + variant, program, emulator));
    }

    /** All that may be asked about a target: who asks for everything gets it by one shell. */
    private List<ProbeRun.Probe> probes(QemuTarget target) {
        List<ProbeRun.Probe> probes = new ArrayList<>();
        boolean own = target.architecture().equals(host.architecture());
        boolean byKernel = given(target).isEmpty() && (handler(target).isPresent() || compatible(target));
        if (byKernel) {
            probes.add(probe(target, null));
        }
        Optional<Path> emulator =
                own || byKernel ? Optional.empty() : emulator(target).map(Emulator::path);
        emulator.ifPresent(path -> probes.add(probe(target, path)));
        if (own || byKernel || emulator.isPresent()) {
            if (target.name().equals("x86_64")) {
                probes.add(levelProbe(emulator.orElse(null)));
            } else if (target.name().equals("arm")) {
                ARM_VARIANTS.forEach(
                        variant -> armProbe(variant, emulator.orElse(null)).ifPresent(probes::add));
            }
        }
        return probes;
    }

    private Optional<ProbeRun.Result> result(ProbeRun.Probe probe) {
        probe(List.of(probe));
        return probed == null ? Optional.empty() : Optional.ofNullable(probed.get(probe.name()));
    }

    private void probe(List<ProbeRun.Probe> probes) {
        Map<String, ProbeRun.Result> known = probed;
        if (known == null) {
            return;
        }
        List<ProbeRun.Probe> missing = probes.stream()
                .filter(probe -> !known.containsKey(probe.name()))
                .toList();
        if (!missing.isEmpty()) {
            QemuTarget own = QemuTarget.of(host).orElse(null);
            known.putAll(own == null ? Map.of() : ProbeRun.run(probe(own, null), missing));
        }
    }

    /** Returns the host's platform for a message. */
    @Override
    public String toString() {
        return "host " + host;
    }

    /**
     * Returns the platforms that run here as one line.
     *
     * @return the platforms, separated by comma and blank
     * @throws CancelledException if the thread is interrupted
     * @throws UnavailableException as {@link #all}
     */
    public String platformsLine() {
        return platforms().stream().map(Platform::toString).collect(Collectors.joining(", "));
    }
}
