package dev.lading.cli;

import dev.lading.Lading;
import dev.lading.Place;
import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.Network;
import dev.lading.emulation.RunDiagnosis;
import dev.lading.emulation.RunResult;
import dev.lading.oci.CancelledException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code lading run}: an image's program on this host, with this process's own streams and the program's exit code. */
final class RunVerb implements Verb {
    private static final Map<String, BackEnd> BACK_ENDS = Map.of(
            "runtime",
            BackEnd.RUNTIME,
            "bubblewrap",
            BackEnd.BUBBLEWRAP,
            "namespaces",
            BackEnd.NAMESPACES,
            "emulator",
            BackEnd.EMULATOR);

    private static final List<String> ABOUT_FOLDERS = List.of(
            "No space left on device",
            "Read-only file system",
            "«noexec»",
            "cannot keep the state of a run",
            "the state folder ");

    private final Function<String, Optional<String>> environment;

    RunVerb(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    @Override
    public CommandSpec spec() {
        return Verbs.spec(
                        "run",
                        "Run an image here, as it is configured or with other arguments; a foreign one under QEMU."
                                + " The exit code is the program's. It is unpacked for the run below XDG_RUNTIME_DIR, or"
                                + " else TMPDIR.",
                        "lading run oci:image:1.0",
                        "lading run --platform linux/arm64 debian:12 -- uname -m",
                        "lading run --network host --bind /srv/data:/data:ro app:1 -- check /data")
                .addOption(Verbs.platform())
                .addOption(option("--network", "none|host", "Which network it sees; none by default."))
                .addOption(option("--user", "USER[:GROUP]", "Who it runs as, by name or number."))
                .addOption(option("--workdir", "FOLDER", "The folder it begins in."))
                .addOption(option("--hostname", "NAME", "The host's name inside."))
                .addOption(option(
                        "--timeout",
                        "SECONDS",
                        "End it, and all it started, after this time; the exit code is then 130."))
                .addOption(option("--memory", "MIB", "Bound its memory; needs runc."))
                .addOption(option("--processes", "NUMBER", "Bound its processes; needs runc."))
                .addOption(option("--processors", "NUMBER", "Bound its processors' time; needs runc."))
                .addOption(option("--by", "WAY", "runtime, bubblewrap, namespaces or emulator; the best by default."))
                .addOption(OptionSpec.builder("--new-privileges")
                        .type(boolean.class)
                        .description(
                                "Let programs gain rights when they start, as sudo and su want. Any fault in one of"
                                        + " them, or in its emulator, then makes whoever runs it root inside.")
                        .build())
                .addOption(options("--env", "NAME=VALUE", "A variable of its environment."))
                .addOption(options("--bind", "SOURCE:TARGET[:ro]", "A file or folder of the host, seen inside."))
                .addOption(options("--tmpfs", "FOLDER", "An empty folder in memory."))
                .addPositional(Verbs.place(0, "PLACE", "A name in a registry, or oci:FOLDER[:TAG][@DIGEST]."))
                .addPositional(PositionalParamSpec.builder()
                        .index("1..*")
                        .paramLabel("ARGS")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("After --: what replaces the image's command.")
                        .build());
    }

    private static OptionSpec option(String name, String label, String what) {
        return OptionSpec.builder(name)
                .type(String.class)
                .arity("1")
                .paramLabel(label)
                .description(what)
                .build();
    }

    private static OptionSpec options(String name, String label, String what) {
        return OptionSpec.builder(name)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(label)
                .description(what + " May be given several times.")
                .build();
    }

    @Override
    public int run(ParseResult words, Console console) {
        Place place = Verbs.place(words, 0);
        List<String> arguments =
                words.hasMatchedPositional(1) ? words.matchedPositional(1).getValue() : List.of();
        List<Function<Launcher, Launcher>> settings = settings(words);
        Path state = state();
        try (Lading lading = Lading.open();
                PassedSignals signals = PassedSignals.catching(Thread.currentThread())) {
            RunResult run = lading.run(
                    place,
                    Verbs.platform(words),
                    HostExecution.detect(),
                    launcher -> {
                        Launcher set = launcher.terminal().state(state).whenStarted(signals::to);
                        for (Function<Launcher, Launcher> setting : settings) {
                            set = setting.apply(set);
                        }
                        return set;
                    },
                    arguments);
            run.notes().forEach(console::note);
            RunDiagnosis diagnosis = run.diagnosis();
            if (diagnosis.emulatorSuspected()) {
                console.note(diagnosis.explanation() + ". To change that: " + diagnosis.remedy());
            }
            return run.exitCode();
        } catch (LadingException e) {
            throw where(state, e);
        }
    }

    private static List<Function<Launcher, Launcher>> settings(ParseResult words) {
        List<Function<Launcher, Launcher>> settings = new ArrayList<>();
        given(words, "--network").ifPresent(value -> {
            Network network = network(value);
            settings.add(launcher -> launcher.network(network));
        });
        given(words, "--user").ifPresent(value -> settings.add(launcher -> launcher.user(value)));
        given(words, "--workdir").ifPresent(value -> settings.add(launcher -> launcher.workingDirectory(value)));
        given(words, "--hostname").ifPresent(value -> settings.add(launcher -> launcher.hostname(value)));
        given(words, "--timeout").ifPresent(value -> {
            Duration timeout = Duration.ofMillis(Math.round(number("--timeout", value) * 1000));
            settings.add(launcher -> launcher.timeout(timeout));
        });
        given(words, "--memory").ifPresent(value -> {
            long bytes = Math.round(number("--memory", value) * 1024 * 1024);
            settings.add(launcher -> launcher.memoryLimit(bytes));
        });
        given(words, "--processes").ifPresent(value -> {
            int processes = (int) number("--processes", value);
            settings.add(launcher -> launcher.processLimit(processes));
        });
        given(words, "--processors").ifPresent(value -> {
            double processors = number("--processors", value);
            settings.add(launcher -> launcher.processorLimit(processors));
        });
        given(words, "--by").ifPresent(value -> {
            BackEnd backEnd = Optional.ofNullable(BACK_ENDS.get(value.toLowerCase(Locale.ROOT)))
                    .orElseThrow(() -> new UsageException(
                            "--by is runtime, bubblewrap, namespaces or emulator, not «" + value + "»"));
            settings.add(launcher -> launcher.backEnd(backEnd));
        });
        if (words.hasMatchedOption("--new-privileges")) {
            settings.add(Launcher::allowNewPrivileges);
        }
        all(words, "--env").forEach(value -> {
            int equals = value.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--env is NAME=VALUE, not «" + value + "»");
            }
            settings.add(launcher -> launcher.environment(value.substring(0, equals), value.substring(equals + 1)));
        });
        all(words, "--bind").forEach(value -> settings.add(bind(value)));
        all(words, "--tmpfs").forEach(value -> settings.add(launcher -> launcher.tmpfs(value)));
        return settings;
    }

    private static Optional<String> given(ParseResult words, String option) {
        return Optional.ofNullable(words.<String>matchedOptionValue(option, null));
    }

    private static List<String> all(ParseResult words, String option) {
        return words.matchedOptionValue(option, List.of());
    }

    private static Network network(String value) {
        return switch (value) {
            case "none" -> Network.NONE;
            case "host" -> Network.HOST;
            default -> throw new UsageException("--network is none or host, not «" + value + "»");
        };
    }

    private static double number(String option, String value) {
        try {
            double number = Double.parseDouble(value);
            if (number > 0 && number < 1e9) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new UsageException(option + " wants a number above 0, not «" + value + "»");
    }

    private static Function<Launcher, Launcher> bind(String value) {
        boolean readOnly = value.endsWith(":ro");
        String pair = readOnly ? value.substring(0, value.length() - ":ro".length()) : value;
        int colon = pair.lastIndexOf(":/");
        if (colon < 1) {
            throw new UsageException(
                    "--bind is SOURCE:TARGET or SOURCE:TARGET:ro with an absolute target, not «" + value + "»");
        }
        try {
            Path source = Path.of(pair.substring(0, colon));
            String target = pair.substring(colon + 1);
            return launcher -> readOnly ? launcher.bindReadOnly(source, target) : launcher.bind(source, target);
        } catch (InvalidPathException e) {
            throw new UsageException("«" + value + "» is no path of this system: " + e.getReason(), e);
        }
    }

    /** A folder that nobody named may lack room or rights; who runs into that has to know how to name another. */
    static LadingException where(Path state, LadingException failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof NotFoundException
                || failure instanceof CancelledException
                || ABOUT_FOLDERS.stream().noneMatch(message::contains)) {
            return failure;
        }
        return new UnavailableException(
                message + (message.endsWith(".") ? "" : ".") + " Programs are unpacked and started in " + state
                        + "; TMPDIR, or XDG_RUNTIME_DIR for a folder of yours alone, names another place",
                failure);
    }

    Path state() {
        try {
            Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            Optional<Path> runtime = environment.apply("XDG_RUNTIME_DIR").flatMap(name -> own(name, user));
            return runtime.map(folder -> folder.resolve("lading"))
                    .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "lading-" + user));
        } catch (IOException | UnsupportedOperationException e) {
            LadingException failure =
                    new UnavailableException("this system has no table of processes; programs are run on Linux");
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /**
     * An empty word means that there is none, others but absolute ones are not to be heeded, and who has become somebody else may
     * still have the folder of who he was (XDG base directories).
     */
    private static Optional<Path> own(String name, Object user) {
        try {
            Path folder = Path.of(name);
            return folder.isAbsolute()
                            && Files.isDirectory(folder)
                            && Files.isWritable(folder)
                            && user.equals(Files.getAttribute(folder, "unix:uid"))
                    ? Optional.of(folder)
                    : Optional.empty();
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }
}
