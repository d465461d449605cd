package dev.lading.cli;

import dev.lading.Lading;
import dev.lading.Place;
import dev.lading.oci.Platform;
import dev.lading.oci.rootfs.AttributeWriter;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.oci.rootfs.UnpackResult;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
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
                .addOption(OptionSpec.builder(Attributes.OPTION)
                        .type(boolean.class)
                        .description("With --owners: keep capabilities and access lists too (by setfattr).")
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
        UnaryOperator<RootFileSystem> rules = rules(words);
        try (Lading lading = Lading.open()) {
            RootFileSystem root = rules.apply(RootFileSystem.of(lading.image(place, platform)));
            UnpackResult unpacked = root.unpack(folder);
            console.note("unpacked " + unpacked.layers() + " layers, " + unpacked.entries() + " entries, "
                    + unpacked.bytes() + " bytes");
            long leftOut = unpacked.skippedDevices() + unpacked.skippedAttributes() + unpacked.droppedModeBits();
            Verbs.noteLeftOut(unpacked.notCarried(), leftOut, console);
            console.result(word);
        }
        return ExitCode.DONE;
    }

    private static UnaryOperator<RootFileSystem> rules(ParseResult words) {
        boolean owners = words.hasMatchedOption("--owners");
        if (!words.hasMatchedOption(Attributes.OPTION)) {
            return root -> owners ? root.withOwners() : root;
        }
        if (!owners) {
            throw new UsageException(
                    Attributes.OPTION + " needs --owners: a capability is worth as much as a set-user-id bit");
        }
        AttributeWriter writer = Attributes.writer();
        return root -> root.withOwners().withAttributes(writer);
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
