package dev.lading.cli;

import dev.lading.Lading;
import dev.lading.Place;
import dev.lading.oci.content.CopyResult;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code lading copy}: everything that a name stands for, from one place into another. */
final class CopyVerb implements Verb {
    @Override
    public CommandSpec spec() {
        return Verbs.spec(
                        "copy",
                        "Copy an image with all its platforms from one place into another; the digest stays the same.",
                        "lading copy debian:12 oci:mirror:12",
                        "lading copy oci:image:1.0 registry.example/app:1.0",
                        "lading copy a.example/app:1.0 b.example/app:1.0")
                .addPositional(Verbs.place(0, "SOURCE", "A name in a registry, or oci:FOLDER[:TAG][@DIGEST]."))
                .addPositional(Verbs.place(1, "TARGET", "The same; without a tag it is named latest."));
    }

    @Override
    public int run(ParseResult words, Console console) {
        Place source = Verbs.place(words, 0);
        Place target = Verbs.place(words, 1);
        try (Lading lading = Lading.open()) {
            CopyResult copied = lading.copy(source, target);
            console.note(summary(copied));
            console.result(Lading.pinned(target, copied.descriptor().digest()).toString());
        }
        return ExitCode.DONE;
    }

    static String summary(CopyResult copied) {
        return "copied " + copied.copied() + " (" + copied.bytes() + " bytes), already there " + copied.skipped()
                + ", mounted " + copied.mounted();
    }
}
