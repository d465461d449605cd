package dev.lading.cli;

import dev.lading.Lading;
import dev.lading.Place;
import dev.lading.oci.Platform;
import dev.lading.oci.rootfs.FlattenResult;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code lading export}: an image's root file system as one tar on standard output. */
final class ExportVerb implements Verb {
    @Override
    public CommandSpec spec() {
        return Verbs.spec(
                        "export",
                        "Write the root file system of an image as one tar to standard output: layers applied, whiteouts gone.",
                        "lading export debian:12 > rootfs.tar",
                        "lading export --platform linux/arm64 oci:image:1.0 | tar -t")
                .addOption(Verbs.platform())
                .addPositional(Verbs.place(0, "PLACE", "A name in a registry, or oci:FOLDER[:TAG][@DIGEST]."));
    }

    @Override
    public int run(ParseResult words, Console console) {
        Place place = Verbs.place(words, 0);
        Optional<Platform> platform = Verbs.platform(words);
        if (console.isTerminal()) {
            throw new UsageException(
                    "a tar is not for a terminal; send it on: lading export " + place + " > rootfs.tar");
        }
        try (Lading lading = Lading.open()) {
            FlattenResult written = lading.export(place, platform, console.resultStream());
            console.note("exported " + written.entries() + " entries, " + written.bytes() + " bytes");
        }
        return ExitCode.DONE;
    }
}
