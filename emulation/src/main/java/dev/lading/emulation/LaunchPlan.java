package dev.lading.emulation;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ExecutableHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A run as it will be: what a {@link LaunchSpec} asks for, looked up in the root and on the host, before anything is made.
 *
 * @param spec what was asked for
 * @param root the root's real path
 * @param argv the program and its arguments
 * @param program where the program lies on the host, if the root has it
 * @param account who it runs as
 * @param environment all of its environment
 * @param ids how the identifiers inside are those outside
 * @param handlers the lines to register in a table of the run's own; empty if none is needed
 * @param emulator the emulator that has to be registered, or started by itself
 * @param notes what to tell
 */
record LaunchPlan(
        LaunchSpec spec,
        Path root,
        List<String> argv,
        Optional<Path> program,
        Account account,
        Map<String, String> environment,
        Ids ids,
        List<String> handlers,
        Optional<Emulator> emulator,
        List<String> notes) {
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final String QEMU = "QEMU_";

    /** How user and group identifiers of a run are those of the host. */
    enum Ids {
        /** No user namespace: they are the same. */
        HOST,
        /** A user namespace, for its table of handlers, in which all are the same. */
        SAME,
        /** A user namespace in which one identifier is the caller's, and no other exists. */
        ONE,
        /** A user namespace in which root is the caller, and the others are subordinate to him. */
        SUBORDINATE;

        /** Says whether root inside is the caller, who has no rights on the host. */
        boolean unprivileged() {
            return this == ONE || this == SUBORDINATE;
        }
    }

    static LaunchPlan of(LaunchSpec spec, List<String> argv) {
        if (!spec.rootGiven) {
            throw new InvalidInputException("no root file system was given to run in; name one with root(…)");
        }
        if (argv.isEmpty() || argv.get(0).isEmpty()) {
            throw new InvalidInputException("no program was given to run in " + spec.root);
        }
        Path root = realRoot(spec.root);
        checkFolders(spec, root);
        spec.inputFile.filter(file -> !Files.exists(file)).ifPresent(file -> {
            throw new NotFoundException("there is no " + file + " to be the program's input");
        });
        List<String> notes = new ArrayList<>();
        Account account = Account.in(root, spec.user);
        InRoot.Found cwd = InRoot.follow(root, spec.workingDirectory);
        if (!spec.workingDirectory.startsWith("/")) {
            throw new InvalidInputException(
                    "the working directory «" + spec.workingDirectory + "» does not begin with a slash");
        }
        boolean below = root.relativize(cwd.path()).startsWith("proc");
        if (below) {
            throw new InvalidInputException("the working directory " + spec.workingDirectory
                    + " lies in the process table, through which programs have left their root");
        }
        if (!cwd.isFolder() && !made(spec, spec.workingDirectory)) {
            throw new NotFoundException("the working directory " + spec.workingDirectory + " is no folder in " + root);
        }
        Map<String, String> environment = environment(spec, account, notes);
        Needed needed = needed(spec);
        Optional<Path> program = program(
                root, spec, argv, environment, !needed.handlers.isEmpty() || needed.emulator.isPresent(), notes);
        cpuModel(spec, needed, program).ifPresent(model -> {
            environment.put("QEMU_CPU", model.name());
            notes.add("emulated as " + model.name() + ": " + model.reason());
        });
        Ids ids = ids(spec, account, !needed.handlers.isEmpty());
        return new LaunchPlan(
                spec, root, argv, program, account, environment, ids, needed.handlers, needed.emulator, notes);
    }

    /** What a program could write to while it runs. On the host's own root it can do so anyway. */
    private static void checkFolders(LaunchSpec spec, Path root) {
        if (root.getNameCount() == 0) {
            return;
        }
        Map<String, Optional<Path>> folders =
                Map.of("the state of a run", spec.state, "what a run changes", spec.changes);
        folders.forEach((what, folder) -> folder.filter(f -> lies(f, root)).ifPresent(f -> {
            throw new InvalidInputException(what + " cannot be kept in " + f + ", within the root file system " + root
                    + "; name another folder");
        }));
    }

    /** Says whether a folder that need not be there yet lies, or would, within another. */
    private static boolean lies(Path folder, Path within) {
        for (Path at = folder.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
            if (Files.exists(at)) {
                return real(at).startsWith(within);
            }
        }
        return false;
    }

    private static Path real(Path there) {
        try {
            return there.toRealPath();
        } catch (IOException e) {
            throw LadingException.from("cannot look at " + there, e);
        }
    }

    /** Root without all rights, as in most containers, makes a user namespace too: there it has them. */
    private static Ids ids(LaunchSpec spec, Account account, boolean privately) {
        if (!Surroundings.mapsOthers() || !Surroundings.setsGroups()) {
            return unprivileged(spec, account);
        }
        return privately || !Surroundings.hasAllThatIsGiven() ? Ids.SAME : Ids.HOST;
    }

    /** Who is not root inside is the caller all the same, for the files of the root are his. */
    private static Ids unprivileged(LaunchSpec spec, Account account) {
        boolean root = account.userId() == 0 && account.groupId() == 0;
        return (root || spec.newPrivileges) && spec.host.subordinateObstacle().isEmpty() ? Ids.SUBORDINATE : Ids.ONE;
    }

    /** Says whether a bind or a file system in memory brings the folder. */
    private static boolean made(LaunchSpec spec, String folder) {
        Path wanted = Path.of(folder).normalize();
        return spec.binds.stream()
                        .anyMatch(b -> wanted.startsWith(Path.of(b.target()).normalize()))
                || spec.tmpfs.stream().anyMatch(t -> wanted.equals(Path.of(t).normalize()));
    }

    private static Path realRoot(Path root) {
        try {
            Path real = root.toRealPath();
            if (Files.isDirectory(real)) {
                return real;
            }
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw LadingException.from("cannot look at " + root, e);
            }
        }
        throw new NotFoundException("the root file system " + root + " is no folder");
    }

    private static Map<String, String> environment(LaunchSpec spec, Account account, List<String> notes) {
        Map<String, String> all = new TreeMap<>(spec.environment);
        List<String> dropped =
                all.keySet().stream().filter(name -> name.startsWith(QEMU)).toList();
        if (!dropped.isEmpty()) {
            all.keySet().removeAll(dropped);
            notes.add("not handed over, for the emulator would obey them: " + String.join(", ", dropped));
        }
        all.putIfAbsent("PATH", DEFAULT_PATH);
        all.putIfAbsent("HOME", account.home());
        spec.cpuModel.ifPresent(model -> all.put("QEMU_CPU", model));
        return all;
    }

    /**
     * Looks at the program as the kernel will, before anything is made. What a bind or an earlier run's changes bring is not
     * seen from here, and is left to the kernel.
     */
    private static Optional<Path> program(
            Path root,
            LaunchSpec spec,
            List<String> argv,
            Map<String, String> environment,
            boolean registering,
            List<String> notes) {
        ExecDiagnosis diagnosis =
                ExecDiagnosis.of(root, argv, environment.getOrDefault("PATH", ""), spec.workingDirectory, spec.host);
        boolean whole = spec.binds.isEmpty() && spec.tmpfs.isEmpty() && spec.changes.isEmpty();
        String architecture = spec.platform.normalized().architecture();
        if (diagnosis instanceof ExecDiagnosis.NoHandler other
                && !other.platform().architecture().equals(architecture)) {
            throw new NotRunnableException(
                    argv.get(0) + " in " + root + " does not start: " + other.explanation() + ", and " + spec.platform
                            + " is what it was to be run for. To change that: run it for " + other.platform(),
                    diagnosis);
        }
        if (diagnosis instanceof ExecDiagnosis.Native
                && !spec.host.host().architecture().equals(architecture)) {
            notes.add(argv.get(0) + " is for " + spec.host.host()
                    + " and was not emulated, though it was to be run for " + spec.platform);
        }
        if (diagnosis.runs() || registering && aboutHandlers(diagnosis)) {
            return Optional.of(InRoot.follow(root, diagnosis.file()).path());
        }
        if (diagnosis instanceof ExecDiagnosis.NotFound && whole) {
            throw new NotFoundException(argv.get(0) + " in " + root + " does not start: " + diagnosis);
        }
        boolean mayComeLater = diagnosis instanceof ExecDiagnosis.NotFound
                || diagnosis instanceof ExecDiagnosis.InterpreterMissing
                || diagnosis instanceof ExecDiagnosis.LoaderMissing;
        if (whole || !mayComeLater) {
            throw new NotRunnableException(argv.get(0) + " in " + root + " does not start: " + diagnosis, diagnosis);
        }
        return Optional.empty();
    }

    /** What is wrong with the host's table of handlers does not matter to a run that has its own. */
    private static boolean aboutHandlers(ExecDiagnosis diagnosis) {
        return diagnosis instanceof ExecDiagnosis.NoHandler
                || diagnosis instanceof ExecDiagnosis.HandlerDisabled
                || diagnosis instanceof ExecDiagnosis.HandlerShadowed
                || diagnosis instanceof ExecDiagnosis.EmulatorMissing
                || diagnosis instanceof ExecDiagnosis.FixBinaryMissing
                || diagnosis instanceof ExecDiagnosis.EmulatorNotStatic
                || diagnosis instanceof ExecDiagnosis.ArgvShift
                || diagnosis instanceof ExecDiagnosis.MaskMismatch;
    }

    private record Needed(List<String> handlers, Optional<Emulator> emulator) {}

    private static Needed needed(LaunchSpec spec) {
        Execution how = spec.host.of(spec.platform);
        if (how instanceof Execution.Impossible impossible) {
            throw new UnsupportedException("programs for " + spec.platform + " do not run here: " + impossible.reason()
                    + ". What would change that: " + impossible.remedy());
        }
        if (how instanceof Execution.Handler handler) {
            Optional<Emulator> registered = QemuTarget.of(spec.platform).flatMap(target -> readable(handler, target));
            boolean enough = !spec.newPrivileges || handler.handler().flags().contains(BinfmtFlag.CREDENTIALS);
            if (handler.everywhere() && enough) {
                return new Needed(List.of(), registered);
            }
            return registered
                    .filter(emulator ->
                            emulator.standalone() && spec.host.privateObstacle().isEmpty())
                    .map(emulator -> registering(spec, emulator))
                    .orElseThrow(() -> new UnsupportedException("programs for " + spec.platform + " are run by "
                            + handler.handler()
                            + (enough
                                    ? ", which the kernel does not find inside another root. Register it with the flag F,"
                                            + " from a static emulator: as root, «lading emulators install»"
                                    : ", which gives set-user-ID programs no rights, and there can be no table of the"
                                            + " run's own; run without new privileges")));
        }
        if (how instanceof Execution.Emulated emulated) {
            return emulated.privately() && emulated.emulator().standalone()
                    ? registering(spec, emulated.emulator())
                    : new Needed(List.of(), Optional.of(emulated.emulator()));
        }
        return new Needed(List.of(), Optional.empty());
    }

    private static Optional<Emulator> readable(Execution.Handler handler, QemuTarget target) {
        try {
            return Optional.of(Emulator.of(handler.interpreter(), target));
        } catch (InvalidInputException | NotFoundException e) {
            // The kernel may hold an emulator open that has no file any more.
            return Optional.empty();
        }
    }

    private static Needed registering(LaunchSpec spec, Emulator emulator) {
        return new Needed(
                spec.host.privateHandlers(List.of(emulator)).stream()
                        .map(BinfmtHandler::registerLine)
                        .toList(),
                Optional.of(emulator));
    }

    private static Optional<CpuModel> cpuModel(LaunchSpec spec, Needed needed, Optional<Path> program) {
        if (spec.cpuModel.isPresent() || needed.emulator.isEmpty()) {
            return Optional.empty();
        }
        Optional<ElfHeader> header = program.filter(Files::isReadable)
                .map(ExecutableHeader::of)
                .filter(ElfHeader.class::isInstance)
                .map(ElfHeader.class::cast);
        Optional<CpuModel> model = needed.emulator.get().cpuModelFor(spec.platform, header);
        model.ifPresent(chosen -> refuseNewer(spec, program, header, chosen));
        return model;
    }

    /** What is built for a newer ARM than its image says would end with an illegal instruction. */
    private static void refuseNewer(
            LaunchSpec spec, Optional<Path> program, Optional<ElfHeader> header, CpuModel model) {
        String variant = spec.platform.normalized().variant().orElse("");
        header.flatMap(ElfHeader::platform)
                .filter(built -> built.architecture().equals("arm")
                        && built.variant().orElse("").compareTo(variant) > 0)
                .ifPresent(built -> {
                    ExecDiagnosis diagnosis = new ExecDiagnosis.VariantUnsupported(
                            program.map(path -> String.valueOf(path.getFileName()))
                                    .orElse("the program"),
                            built,
                            "it would be emulated on an " + model + ", for " + model.reason());
                    throw new NotRunnableException(
                            spec.root + " is run as " + spec.platform + ", and " + diagnosis + ", or run it as "
                                    + built,
                            diagnosis);
                });
    }

    /** The same run with other settings of the emulator or the program's runtime. */
    LaunchPlan withEnvironment(Map<String, String> variables) {
        Map<String, String> all = new TreeMap<>(environment);
        all.putAll(variables);
        List<String> told = new ArrayList<>(notes);
        told.add("tried once more with "
                + variables.entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .sorted()
                        .collect(Collectors.joining(" ")));
        return new LaunchPlan(spec, root, argv, program, account, all, ids, handlers, emulator, told);
    }

    /** Says whether control groups can be made for the run. */
    boolean makesCgroups() {
        return !ids.unprivileged() && Surroundings.administers() && Surroundings.writesCgroups();
    }

    /** Says whether the run has to do with the process table that is here, for no new one can be mounted. */
    boolean oldProcesses() {
        return ids != Ids.HOST && Surroundings.processesHidden();
    }

    /** Says whether the emulator has to be started by itself, for it can be registered nowhere. */
    boolean bareOnly() {
        return handlers.isEmpty() && spec.host.of(spec.platform) instanceof Execution.Emulated;
    }
}
