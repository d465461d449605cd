package dev.lading.cli;

import dev.lading.build.AuditFailedException;
import dev.lading.oci.CancelledException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** One call of the command: words in, results and notes out, an exit code at the end. */
final class Session {
    private final Console console;
    private final Function<String, Optional<String>> environment;
    // Only the verb that is named is made: its description, and all it needs, are most of a short command's start.
    private final Map<String, Supplier<Verb>> verbs = new LinkedHashMap<>();

    Session(Console console, Function<String, Optional<String>> environment) {
        this.console = console;
        this.environment = environment;
        verbs.put("build", () -> new BuildVerb(environment));
        verbs.put("inspect", InspectVerb::new);
        verbs.put("copy", CopyVerb::new);
        verbs.put("unpack", UnpackVerb::new);
        verbs.put("export", ExportVerb::new);
        verbs.put("run", () -> new RunVerb(environment));
        verbs.put("explain", ExplainVerb::new);
        verbs.put("emulators", EmulatorsVerb::new);
        verbs.put("registry", RegistryVerb::new);
    }

    int run(String... words) {
        String first = words.length == 0 ? "" : words[0];
        if (first.equals("--version") || first.equals("-V")) {
            console.result("lading " + version());
            return ExitCode.DONE;
        }
        String asked = first.equals("help") && words.length > 1 ? words[1] : first;
        if (!verbs.containsKey(asked)) {
            return overview(first);
        }
        String[] rest = first.equals("help") ? helpWords(words) : Arrays.copyOfRange(words, 1, words.length);
        return run(asked, rest);
    }

    private static String[] helpWords(String[] words) {
        String[] rest = Arrays.copyOfRange(words, 2, words.length + 1);
        rest[rest.length - 1] = "--help";
        return rest;
    }

    private int run(String name, String[] words) {
        Verb verb = Objects.requireNonNull(verbs.get(name)).get();
        CommandLine line = line(verb);
        String said = name;
        try {
            ParseResult parsed = line.parseArgs(words);
            said = said(parsed, name);
            if (help(parsed)) {
                return ExitCode.DONE;
            }
            int code = verb.run(parsed, console);
            if (console.resultsLost()) {
                console.note("lading " + said + ": the result could not be written to standard output");
                return ExitCode.FAILED;
            }
            return code;
        } catch (ParameterException e) {
            return wrongCall(e.getCommandLine(), String.valueOf(e.getMessage()), e);
        } catch (UsageException e) {
            return wrongCall(leaf(line, words), String.valueOf(e.getMessage()), e);
        } catch (LadingException e) {
            return failed(said, e);
        } catch (RuntimeException e) {
            console.note("lading " + said + ": this is a fault in lading itself: " + e
                    + "\nPlease report it with what LADING_DEBUG=1 prints.");
            trace(e);
            return ExitCode.FAILED;
        }
    }

    private static CommandLine line(Verb verb) {
        CommandSpec spec = verb.spec();
        CommandSpec root = CommandSpec.create().name("lading");
        root.addSubcommand(spec.name(), spec);
        return spec.commandLine().setExpandAtFiles(false).setUnmatchedArgumentsAllowed(false);
    }

    /** Shows the help of the word it was asked for, innermost first. */
    private boolean help(ParseResult parsed) {
        for (ParseResult at = parsed; ; at = at.subcommand()) {
            if (at.isUsageHelpRequested()) {
                console.resultText(at.commandSpec().commandLine().getUsageMessage(Ansi.OFF));
                return true;
            }
            if (!at.hasSubcommand()) {
                return false;
            }
        }
    }

    private static String said(ParseResult parsed, String name) {
        return parsed.hasSubcommand()
                ? name + " " + parsed.subcommand().commandSpec().name()
                : name;
    }

    private static CommandLine leaf(CommandLine line, String[] words) {
        return words.length > 0 && line.getSubcommands().containsKey(words[0])
                ? Objects.requireNonNull(line.getSubcommands().get(words[0]))
                : line;
    }

    private int wrongCall(CommandLine line, String message, Throwable cause) {
        String name = line.getCommandSpec().qualifiedName();
        StringWriter usage = new StringWriter();
        PrintWriter writer = new PrintWriter(usage);
        writer.print(line.getHelp().synopsisHeading()
                + line.getHelp().synopsis(line.getHelp().synopsisHeadingLength()));
        writer.flush();
        console.note(name + ": " + message + "\n" + usage.toString().strip() + "\n" + name + " --help shows examples.");
        trace(cause);
        return ExitCode.USAGE;
    }

    private int failed(String said, LadingException e) {
        console.note("lading " + said + ": " + e.getMessage()
                + (e instanceof AuditFailedException ? "\nNo name was moved; --audit=false builds all the same." : ""));
        trace(e);
        if (e instanceof CancelledException) {
            return ExitCode.INTERRUPTED;
        }
        if (e instanceof NotFoundException) {
            return ExitCode.NOT_FOUND;
        }
        return e instanceof AuditFailedException ? ExitCode.FAULTS_FOUND : ExitCode.FAILED;
    }

    private void trace(Throwable failure) {
        if (environment.apply("LADING_DEBUG").filter(value -> !value.isEmpty()).isPresent()) {
            console.trace(failure);
        }
    }

    private int overview(String first) {
        CommandSpec root = CommandSpec.create().name("lading");
        root.usageMessage()
                .width(100)
                .description("Build, copy and inspect container images without a daemon.")
                .customSynopsis("lading VERB …", "lading help VERB", "lading --version")
                .footer(
                        "%nA place is oci:FOLDER[:TAG][@DIGEST], or a name in a registry, read as Docker reads it.",
                        "Exit codes: 0 done, 1 failed, 2 wrong call, 3 a check found faults, 4 not found, 130 interrupted.",
                        "%nExamples:",
                        "  lading registry serve --port 5000",
                        "  lading build --add site:/srv/site -t 127.0.0.1:5000/site:1 --push",
                        "  lading inspect 127.0.0.1:5000/site:1");
        verbs.values().stream()
                .map(Supplier::get)
                .map(Verb::spec)
                .forEach(spec -> root.addSubcommand(spec.name(), spec));
        String help = new CommandLine(root).getUsageMessage(Ansi.OFF);
        if (List.of("help", "--help", "-h").contains(first)) {
            console.resultText(help);
            return ExitCode.DONE;
        }
        console.note(
                first.isEmpty()
                        ? help.stripTrailing()
                        : "lading: there is no verb «" + first + "»; there are " + String.join(", ", verbs.keySet())
                                + "\nlading --help shows examples.");
        return ExitCode.USAGE;
    }

    private static String version() {
        try (InputStream in = Session.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            // The version is a courtesy; a jar that cannot be read fails soon enough.
            return "unknown";
        }
    }
}
