package dev.lading.cli;

import dev.lading.Lading;
import dev.lading.Place;
import dev.lading.build.BuildResult;
import dev.lading.build.ImageBuilder;
import dev.lading.layer.AttributeReader;
import dev.lading.layer.Compression;
import dev.lading.layer.LayerCache;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import dev.lading.oci.Platform;
import dev.lading.oci.platform.HostPlatform;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code lading build}: files into an image for one or many platforms. */
final class BuildVerb implements Verb {
    private static final String EPOCH = "SOURCE_DATE_EPOCH";

    private final Function<String, Optional<String>> environment;

    BuildVerb(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec = Verbs.spec(
                "build",
                "Build an image from files, for one or many platforms, and push it or write it to a place.",
                "lading build --add build/lib:/app/lib --add bin/amd64/run:/app/run:linux/amd64 \\",
                "    --add bin/arm64/run:/app/run:linux/arm64 --platform linux/amd64,linux/arm64 \\",
                "    --entrypoint /app/run -t registry.example/app:1.0 --push",
                "lading build --base debian:12 --add site:/srv/site --output oci:image:1.0");
        spec.usageMessage()
                .customSynopsis(
                        "lading build [--base PLACE] --add SRC:DEST[:PLATFORM] … [--platform LIST]",
                        "                    [--entrypoint WORDS] [-t NAME]… (--push | --output PLACE) [--audit=false]");
        spec.addOption(text("PLACE", "The image to build on; without it the image begins empty.", "--base"));
        spec.addOption(many(
                "SRC:DEST[:PLATFORM]",
                "A file or folder and its absolute path in the image; for one platform, or shared by all.",
                "--add"));
        spec.addOption(
                many("LIST", "The platforms, separated by commas, such as linux/amd64,linux/arm64.", "--platform"));
        spec.addOption(text("WORDS", "What the image runs, as one text: quotes keep blanks together.", "--entrypoint"));
        spec.addOption(many("NAME", "A name for the image.", "-t", "--tag"));
        spec.addOption(OptionSpec.builder("--push")
                .type(boolean.class)
                .description("Push the image under each NAME.")
                .build());
        spec.addOption(text(
                "PLACE",
                "Write the image to a place, such as oci:FOLDER[:TAG]; also type=oci,dest=FOLDER,tar=false.",
                "-o",
                "--output"));
        spec.addOption(text(
                "FORM",
                "How new layers are compressed: gzip (unless said), zstd or none; with a level as gzip:9.",
                "--compression"));
        spec.addOption(
                text("FOLDER", "Keep layers in this folder, and take from it what has not changed since.", "--cache"));
        spec.addOption(OptionSpec.builder(Attributes.OPTION)
                .type(boolean.class)
                .description("The files' extended attributes go in too, capabilities among them (by getfattr).")
                .build());
        spec.addOption(OptionSpec.builder("--audit")
                .type(boolean.class)
                .arity("0..1")
                .fallbackValue("true")
                .defaultValue("true")
                .paramLabel("true|false")
                .description("Refuse programs for another machine than their platform's (on unless said).")
                .build());
        spec.addOption(OptionSpec.builder("-f", "--file")
                .type(String.class)
                .arity("1")
                .hidden(true)
                .build());
        spec.addPositional(PositionalParamSpec.builder()
                .index("0..*")
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .hidden(true)
                .build());
        return spec;
    }

    private static OptionSpec text(String label, String what, String... names) {
        return OptionSpec.builder(names)
                .type(String.class)
                .arity("1")
                .paramLabel(label)
                .description(what)
                .build();
    }

    private static OptionSpec many(String label, String what, String... names) {
        return OptionSpec.builder(names)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(label)
                .description(what)
                .build();
    }

    @Override
    public int run(ParseResult words, Console console) {
        refuseDockerfiles(words);
        List<Addition> additions =
                all(words, "--add").stream().map(Addition::parse).toList();
        if (additions.isEmpty()) {
            throw new UsageException("nothing to put into the image; write --add SRC:DEST");
        }
        List<Platform> platforms = platforms(words);
        List<Place> targets = targets(words);
        Optional<Place> base = one(words, "--base").map(Verbs::place);
        List<String> entrypoint = one(words, "--entrypoint").map(Words::split).orElse(List.of());
        Instant time = time();
        Compression compression =
                one(words, "--compression").map(CompressionWord::parse).orElse(Compression.gzip());
        Optional<LayerCache> cache = one(words, "--cache").map(BuildVerb::cache);
        UnaryOperator<LayerRecipe> rules = rules(words, time);
        UnaryOperator<ImageBuilder> layers = layers(additions, platforms, rules);
        try (Lading lading = Lading.open()) {
            ImageBuilder image = base.map(lading::resolve)
                    .map(ImageBuilder::from)
                    .orElseGet(ImageBuilder::fromNothing)
                    .platforms(platforms.toArray(Platform[]::new))
                    .config(c -> entrypoint.isEmpty() ? c : c.entrypoint(entrypoint.toArray(String[]::new)))
                    .created(time)
                    .compression(compression)
                    .audited(words.matchedOptionValue("--audit", true));
            image = cache.map(image::cache).orElse(image);
            BuildResult built = lading.build(layers.apply(image), targets);
            noteLeftOut(built, additions, console);
            print(built, targets, console);
        }
        if (!words.hasMatchedOption("--platform") && targets.stream().anyMatch(Place.Remote.class::isInstance)) {
            console.note("only " + platforms.get(0) + ", this host's platform, went up; --platform names others");
        }
        return ExitCode.DONE;
    }

    private static LayerCache cache(String folder) {
        try {
            return LayerCache.in(Path.of(folder));
        } catch (InvalidPathException e) {
            throw new UsageException("--cache " + folder + ": no path on this host: " + e.getReason(), e);
        }
    }

    private static void noteLeftOut(BuildResult built, List<Addition> additions, Console console) {
        List<String> lines = new ArrayList<>(built.notCarried());
        if (!built.notLookedFor().isEmpty()) {
            additions.forEach(addition -> lines.addAll(Attributes.lost(addition)));
        }
        Verbs.noteLeftOut(lines, lines.size(), console);
        if (lines.size() > built.notCarried().size()) {
            console.note(Attributes.OPTION + " puts attributes in");
        }
    }

    private static void print(BuildResult built, List<Place> targets, Console console) {
        if (built.images().size() > 1) {
            built.images().forEach((platform, image) -> console.note(platform + " " + image.digest()));
        }
        Digest digest = built.descriptor().digest();
        targets.stream()
                .map(target -> Lading.pinned(target, digest).toString())
                .distinct()
                .forEach(console::result);
    }

    private static void refuseDockerfiles(ParseResult words) {
        String refused = words.hasMatchedOption("--file")
                ? "-f " + words.<String>matchedOptionValue("--file", "")
                : words.matchedPositionals().stream()
                        .flatMap(positional -> positional.originalStringValues().stream())
                        .findFirst()
                        .map(word -> "«" + word + "»")
                        .orElse("");
        if (!refused.isEmpty()) {
            throw new UsageException(refused
                    + ": Dockerfiles and their contexts are not built yet; name what goes in with" + " --add SRC:DEST");
        }
    }

    private static Optional<String> one(ParseResult words, String option) {
        return words.hasMatchedOption(option)
                ? Optional.of(words.<String>matchedOptionValue(option, ""))
                : Optional.empty();
    }

    private static List<String> all(ParseResult words, String option) {
        return words.matchedOptionValue(option, List.<String>of());
    }

    private static List<Platform> platforms(ParseResult words) {
        Platform host = HostPlatform.detect().forImages();
        List<Platform> platforms = new ArrayList<>();
        for (String list : all(words, "--platform")) {
            for (String word : list.split(",", -1)) {
                try {
                    platforms.add(Platform.parse(word.strip(), host));
                } catch (LadingException e) {
                    throw new UsageException("--platform: " + e.getMessage(), e);
                }
            }
        }
        return platforms.isEmpty() ? List.of(host) : platforms;
    }

    private List<Place> targets(ParseResult words) {
        boolean push = words.hasMatchedOption("--push");
        Optional<Output> output = one(words, "--output").map(Output::parse);
        if (push == output.isPresent()) {
            throw new UsageException(
                    push
                            ? "--push and --output exclude each other; write one of them"
                            : "the image would go nowhere; write --push with -t NAME, or --output PLACE such as oci:image:1.0");
        }
        List<String> names = new ArrayList<>(all(words, "--tag"));
        output.ifPresent(o -> names.addAll(o.names()));
        List<Place> named = names.stream().map(BuildVerb::name).toList();
        List<Place> targets = output.flatMap(Output::place).map(place -> written(place, named)).orElse(named).stream()
                .distinct()
                .toList();
        if (targets.isEmpty()) {
            throw new UsageException("a push needs a name; write -t registry.example/app:1.0");
        }
        for (Place target : targets) {
            if (target.digest().isPresent()) {
                throw new UsageException(target + " names a digest, which is known only after the build; leave it out");
            }
        }
        return targets;
    }

    private static Place name(String word) {
        Place place = Verbs.place(word);
        if (!(place instanceof Place.Remote)) {
            throw new UsageException("-t " + word + " is no name in a registry; write --output " + word);
        }
        return place;
    }

    /** A place that is written to, under its own tag and the tags of the names given beside it, as buildx does. */
    private static List<Place> written(Place place, List<Place> named) {
        if (named.isEmpty()) {
            return List.of(place);
        }
        if (place instanceof Place.Remote) {
            throw new UsageException("-t names what --push pushes; beside --output " + place + " leave it out");
        }
        List<Place> all = new ArrayList<>();
        place.tag().ifPresent(tag -> all.add(place));
        for (Place name : named) {
            all.add(place.withTag(name.tag().orElse("latest")));
        }
        return all;
    }

    private Instant time() {
        Optional<String> text = environment.apply(EPOCH).filter(value -> !value.isEmpty());
        try {
            return text.map(Long::parseLong).map(Instant::ofEpochSecond).orElse(Instant.EPOCH);
        } catch (NumberFormatException | DateTimeException e) {
            throw new UsageException(
                    EPOCH + " is «" + text.orElse("")
                            + "», which is no number of seconds since 1970; set it or unset it",
                    e);
        }
    }

    /** One layer shared by all platforms, and one for each platform that has additions of its own. */
    private static UnaryOperator<ImageBuilder> layers(
            List<Addition> additions, List<Platform> platforms, UnaryOperator<LayerRecipe> rules) {
        List<Platform> asked = platforms.stream().map(Platform::normalized).toList();
        for (Addition addition : additions) {
            if (addition.platform().filter(p -> !asked.contains(p.normalized())).isPresent()) {
                throw new UsageException("--add " + addition.source() + " is for "
                        + addition.platform().get() + ", which is not built; add it to --platform, which is "
                        + String.join(
                                ",", platforms.stream().map(Platform::toString).toList()));
            }
        }
        Optional<LayerRecipe> shared = recipe(additions, rules, Optional.empty());
        Map<Platform, LayerRecipe> own = new LinkedHashMap<>();
        for (Platform platform : platforms) {
            recipe(additions, rules, Optional.of(platform.normalized())).ifPresent(r -> own.put(platform, r));
        }
        return image -> {
            ImageBuilder changed = shared.map(image::layer).orElse(image);
            for (Map.Entry<Platform, LayerRecipe> layer : own.entrySet()) {
                changed = changed.layerFor(layer.getKey(), layer.getValue());
            }
            return changed;
        };
    }

    private static Optional<LayerRecipe> recipe(
            List<Addition> additions, UnaryOperator<LayerRecipe> rules, Optional<Platform> platform) {
        return additions.stream()
                .filter(addition ->
                        addition.platform().map(Platform::normalized).equals(platform))
                .map(Addition::recipe)
                .reduce(LayerRecipe::and)
                .map(rules);
    }

    private static UnaryOperator<LayerRecipe> rules(ParseResult words, Instant time) {
        UnaryOperator<LayerRecipe> timed =
                recipe -> time.equals(Instant.EPOCH) ? recipe.time(time) : recipe.clampTimes(time);
        if (!words.hasMatchedOption(Attributes.OPTION)) {
            return timed;
        }
        AttributeReader reader = Attributes.reader();
        return recipe -> timed.apply(recipe).keepAttributes(reader);
    }
}
