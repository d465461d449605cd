package dev.lading.cli;

import dev.lading.Lading;
import dev.lading.emulation.ExecDiagnosis;
import dev.lading.emulation.ExecNote;
import dev.lading.emulation.HostExecution;
import dev.lading.oci.Platform;
import dev.lading.oci.platform.ExecutableHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code lading explain}: why a program does not start here, or that it does. */
final class ExplainVerb implements Verb {
    @Override
    public CommandSpec spec() {
        return Verbs.spec(
                        "explain",
                        "Say whether a file, or the command of an image, starts on this host, and if not, why.",
                        "lading explain ./app",
                        "lading explain --root rootfs /usr/bin/app",
                        "lading explain --platform linux/arm64 registry.example/app:1.0")
                .addOption(Verbs.platform())
                .addOption(OptionSpec.builder("--root")
                        .type(String.class)
                        .arity("1")
                        .paramLabel("FOLDER")
                        .description("The root file system that a file is looked for in.")
                        .build())
                .addPositional(Verbs.place(
                        0, "FILE|PLACE", "A file that is there or whose path begins with / or a dot, or an image."));
    }

    @Override
    public int run(ParseResult words, Console console) {
        String word = words.matchedPositional(0).<String>getValue();
        String root = words.matchedOptionValue("--root", "");
        Optional<Platform> platform = Verbs.platform(words);
        boolean file = !root.isEmpty() || word.startsWith("/") || word.startsWith(".") || isFile(word);
        if (file && platform.isPresent()) {
            throw new UsageException("a file is for the platform its bytes say; leave --platform out");
        }
        HostExecution host = HostExecution.detect();
        ExecDiagnosis diagnosis;
        if (file) {
            Path folder = path(root.isEmpty() ? "/" : root);
            String name =
                    root.isEmpty() ? path(word).toAbsolutePath().normalize().toString() : word;
            diagnosis = ExecDiagnosis.of(folder, List.of(name), host);
            // What a file is helps where it does not start, and where a script's interpreter is spoken of.
            tellFile(folder, name, console);
            if (!diagnosis.file().equals(name)) {
                tellFile(folder, diagnosis.file(), console);
            }
        } else {
            try (Lading lading = Lading.open()) {
                diagnosis = lading.explain(Verbs.place(words, 0), platform, host);
            }
        }
        return tell(diagnosis, console);
    }

    /** A link of a root file system that leads out of it on this host is not followed. */
    private static void tellFile(Path root, String name, Console console) {
        Path there = root.resolve(name.replaceFirst("^/+", ""));
        try {
            if (Files.isRegularFile(there)
                    && Files.isReadable(there)
                    && there.toRealPath().startsWith(root.toRealPath())) {
                console.note(name + ": " + ExecutableHeader.of(there));
            }
        } catch (IOException e) {
            // It has just gone; the diagnosis tells what there was.
        }
    }

    private static int tell(ExecDiagnosis diagnosis, Console console) {
        console.resultFromOutside(diagnosis.explanation());
        diagnosis.errno().ifPresent(errno -> console.result("the kernel says: " + errno));
        if (!diagnosis.remedy().isEmpty()) {
            console.resultFromOutside("to change that: " + diagnosis.remedy());
        }
        for (ExecNote note : diagnosis.notes()) {
            console.resultFromOutside("note: " + note);
        }
        return diagnosis.runs() ? ExitCode.DONE : ExitCode.FAULTS_FOUND;
    }

    private static boolean isFile(String word) {
        try {
            return Files.exists(Path.of(word));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static Path path(String word) {
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            throw new UsageException("«" + word + "» is no path of this system: " + e.getReason(), e);
        }
    }
}
