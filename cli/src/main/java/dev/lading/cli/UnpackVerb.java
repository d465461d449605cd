package dev.lading.cli;

import dev.lading.Lading;
import dev.lading.Place;
import dev.lading.oci.Platform;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.oci.rootfs.UnpackResult;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code lading unpack}: an image's root file system as a folder. */
final class UnpackVerb implements Verb {
    @Override
    public CommandSpec spec() {
        return Verbs.spec(
                        "unpack",
                        "Unpack the root file system of an image into a folder that is absent or empty.",
                        "lading unpack debian:12 rootfs",
                        "lading unpack --platform linux/arm64 oci:image:1.0 rootfs")
                .addOption(Verbs.platform())
                .addOption(OptionSpec.builder("--owners")
                        .type(boolean.class)
                        .description("Give each file to its owner and keep set-user-id bits; needs root.")
                        .build())
                .addPositional(Verbs.place(0, "PLACE", "A name in a registry, or oci:FOLDER[:TAG][@DIGEST]."))
                .addPositional(Verbs.place(1, "FOLDER", "Where to; made if it is not there."));
    }

    @Override
    public int run(ParseResult words, Console console) {
        Place place = Verbs.place(words, 0);
        Optional<Platform> platform = Verbs.platform(words);
        String word = words.matchedPositional(1).<String>getValue();
        Path folder = folder(word);
        try (Lading lading = Lading.open()) {
            UnpackResult unpacked = words.hasMatchedOption("--owners")
                    ? RootFileSystem.of(lading.image(place, platform))
                            .withOwners()
                            .unpack(folder)
                    : lading.unpack(place, platform, folder);
            console.note("unpacked " + unpacked.layers() + " layers, " + unpacked.entries() + " entries, "
                    + unpacked.bytes() + " bytes");
            long leftOut = unpacked.skippedDevices() + unpacked.skippedAttributes() + unpacked.droppedModeBits();
            Verbs.noteLeftOut(unpacked.notCarried(), leftOut, console);
            console.result(word);
        }
        return ExitCode.DONE;
    }

    private static Path folder(String word) {
        if (word.isEmpty()) {
            throw new UsageException("no folder is named to unpack into");
        }
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            throw new UsageException("«" + word + "» is no path of this system: " + e.getReason(), e);
        }
    }
}
