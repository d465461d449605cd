package dev.lading.cli;

import dev.lading.emulation.Binfmt;
import dev.lading.emulation.BinfmtHandler;
import dev.lading.emulation.Emulator;
import dev.lading.emulation.Execution;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.QemuTarget;
import dev.lading.emulation.Registration;
import dev.lading.oci.Platform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code lading emulators}: what runs here, and registering emulators for the whole host. */
final class EmulatorsVerb implements Verb {
    private static final Path ROOT = Path.of("/");

    @Override
    public CommandSpec spec() {
        CommandSpec spec = Verbs.spec(
                "emulators",
                "List which platforms run on this host, and how; each is tried out.",
                "lading emulators",
                "lading emulators install --dry-run",
                "lading emulators install --boot systemd arm64 s390x",
                "lading emulators remove");
        CommandSpec install = Verbs.spec(
                "install",
                "Register the emulators of this host in the kernel's table, for every user and container; needs root."
                        + " What others registered stays. (lading run needs none of this.)",
                "lading emulators install",
                "lading emulators install --dry-run arm64");
        install.addOption(dryRun("Print the lines and files, and write nothing."))
                .addOption(OptionSpec.builder("--credentials")
                        .type(boolean.class)
                        .description(
                                "Give setuid programs their owner's rights (flag C). Every user who can start such a"
                                        + " program can then make the emulator write files as root.")
                        .build())
                .addOption(OptionSpec.builder("--boot")
                        .type(String.class)
                        .arity("1")
                        .paramLabel("KIND")
                        .description("Write the files that bring it back at the next boot: systemd or debian.")
                        .build())
                .addPositional(PositionalParamSpec.builder()
                        .index("0..*")
                        .paramLabel("ARCHITECTURE")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("Which ones, such as arm64 or linux/arm64; all of them unless said.")
                        .build());
        CommandSpec remove = Verbs.spec(
                "remove",
                "Remove what install registered and wrote, and nothing else; needs root.",
                "lading emulators remove --dry-run");
        remove.addOption(dryRun("Print what would be removed, and remove nothing."));
        spec.addSubcommand("install", install);
        spec.addSubcommand("remove", remove);
        return spec;
    }

    private static OptionSpec dryRun(String what) {
        return OptionSpec.builder("--dry-run")
                .type(boolean.class)
                .description(what)
                .build();
    }

    @Override
    public int run(ParseResult words, Console console) {
        if (!words.hasSubcommand()) {
            return list(console);
        }
        ParseResult below = words.subcommand();
        return below.commandSpec().name().equals("install") ? install(below, console) : remove(below, console);
    }

    private static int list(Console console) {
        HostExecution host = HostExecution.detect();
        host.emulatedBy().ifPresent(by -> console.note("this process is emulated itself: " + by));
        Map<Platform, Execution> all = host.all();
        StringBuilder table = new StringBuilder();
        List<String> running = new ArrayList<>();
        all.forEach((platform, how) -> {
            table.append(String.format(Locale.ROOT, "%-20s %s%n", platform, how));
            if (how.runs()) {
                running.add(platform.toString());
            }
        });
        console.resultText(table.toString());
        console.result("Platforms: " + String.join(", ", running));
        boolean alone = all.values().stream()
                .anyMatch(how ->
                        how instanceof Execution.Emulated by && by.emulator().standalone() && !by.privately());
        if (alone) {
            host.privateObstacle().ifPresent(why -> console.note("a single program only, for " + why));
        }
        return ExitCode.DONE;
    }

    // ---- install ----

    private static int install(ParseResult words, Console console) {
        HostExecution host = HostExecution.detect();
        List<QemuTarget> targets = targets(words.matchedPositionalValue(0, List.of()));
        List<Emulator> emulators = new ArrayList<>();
        for (QemuTarget target : targets.isEmpty() ? QemuTarget.all() : targets) {
            Optional<Emulator> emulator = host.emulator(target);
            emulator.ifPresent(emulators::add);
            if (emulator.isEmpty() && !targets.isEmpty()) {
                console.note("there is no emulator for " + target.platform() + " on this host");
            }
        }
        if (emulators.isEmpty()) {
            console.note("there is no emulator on this host; install the package qemu-user-static");
            return ExitCode.NOT_FOUND;
        }
        Registration registration = Registration.of(host, emulators);
        if (words.hasMatchedOption("--credentials")) {
            registration = registration.withCredentials();
        }
        registration.leftOut().forEach((emulator, why) -> console.note("left out: " + emulator + ": " + why));
        Optional<Registration.Boot> boot = boot(words.matchedOptionValue("--boot", ""));
        if (words.hasMatchedOption("--dry-run")) {
            print(registration, boot, console);
            return ExitCode.DONE;
        }
        return register(registration, boot, console);
    }

    private static int register(Registration registration, Optional<Registration.Boot> boot, Console console) {
        Binfmt table = Binfmt.system();
        if (table.mount()) {
            console.note("mounted binfmt_misc at " + table.mountPoint());
        }
        Registration.Result result = registration.register(table);
        result.failed().forEach((name, why) -> console.note("failed: " + name + ": " + why));
        boot.ifPresent(kind -> registration.writeFiles(kind, ROOT).forEach(file -> console.note("wrote " + file)));
        if (boot.filter(Registration.Boot.DEBIAN::equals).isPresent()) {
            console.note(
                    "at boot binfmt-support brings back what it has taken from these files, for each: update-binfmts"
                            + " --import lading-NAME; and before it is removed: update-binfmts --unimport lading-NAME");
        }
        // Registering is no proof: each is tried out.
        HostExecution now = HostExecution.detect();
        boolean good = result.failed().isEmpty();
        for (BinfmtHandler handler : registration.handlers()) {
            if (result.failed().containsKey(handler.name())) {
                continue;
            }
            QemuTarget target = QemuTarget.of(handler.magic()).orElseThrow();
            Execution how = now.of(target.platform());
            good &= how.runs();
            console.result((result.unchanged().contains(handler) ? "unchanged " : "registered ") + handler.name() + ": "
                    + target.platform() + " runs " + how);
        }
        return good ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static void print(Registration registration, Optional<Registration.Boot> boot, Console console) {
        console.note("to be written to " + Binfmt.system().mountPoint().resolve("register") + ", line by line:");
        registration.handlers().forEach(handler -> console.result(handler.registerLine()));
        boot.ifPresent(kind -> registration.files(kind).forEach((file, text) -> {
            console.note("to be written to " + ROOT.resolve(file.toString()) + ":");
            console.resultText(text);
        }));
    }

    private static List<QemuTarget> targets(List<String> words) {
        List<QemuTarget> targets = new ArrayList<>();
        for (String word : words) {
            Platform platform = word.contains("/") ? Platform.parse(word) : Platform.of("linux", word);
            targets.add(QemuTarget.of(platform)
                    .or(() -> QemuTarget.named(word))
                    .orElseThrow(() -> new UsageException("QEMU has no emulator for «" + word + "»; it has "
                            + String.join(
                                    ", ",
                                    QemuTarget.all().stream()
                                            .map(QemuTarget::architecture)
                                            .toList()))));
        }
        return targets;
    }

    private static Optional<Registration.Boot> boot(String word) {
        return switch (word) {
            case "" -> Optional.empty();
            case "systemd" -> Optional.of(Registration.Boot.SYSTEMD);
            case "debian" -> Optional.of(Registration.Boot.DEBIAN);
            default -> throw new UsageException("--boot is systemd or debian, not «" + word + "»");
        };
    }

    // ---- remove ----

    private static int remove(ParseResult words, Console console) {
        Binfmt table = Binfmt.system();
        if (words.hasMatchedOption("--dry-run")) {
            table.handlers().stream()
                    .filter(handler -> handler.name().startsWith(Binfmt.OWN_PREFIX))
                    .forEach(handler -> console.result(handler.name()));
            Registration.ownFiles(ROOT).forEach(file -> console.result(file.toString()));
            return ExitCode.DONE;
        }
        Registration.remove(table).forEach(handler -> console.result(handler.name()));
        Registration.removeFiles(ROOT).forEach(file -> console.result(file.toString()));
        return ExitCode.DONE;
    }
}
