package dev.lading.cli;

import dev.lading.Place;
import dev.lading.oci.LadingException;
import dev.lading.oci.Platform;
import dev.lading.oci.platform.HostPlatform;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** What the verbs' descriptions have in common. */
final class Verbs {
    private static final int LEFT_OUT_SHOWN = 10;

    private Verbs() {}

    /**
     * Begins a description.
     *
     * @param name the verb, after the word before it
     * @param what what it does, in a sentence
     * @param examples whole command lines
     */
    static CommandSpec spec(String name, String what, String... examples) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build());
        spec.usageMessage()
                .description(what)
                .abbreviateSynopsis(false)
                .width(100)
                .autoWidth(false);
        if (examples.length > 0) {
            String[] footer = new String[examples.length + 1];
            footer[0] = "%nExamples:";
            for (int i = 0; i < examples.length; i++) {
                footer[i + 1] = "  " + examples[i].replace("%", "%%");
            }
            spec.usageMessage().footer(footer);
        }
        return spec;
    }

    static PositionalParamSpec place(int index, String label, String what) {
        return PositionalParamSpec.builder()
                .index(Integer.toString(index))
                .paramLabel(label)
                .arity("1")
                .type(String.class)
                .required(true)
                .description(what)
                .build();
    }

    static OptionSpec platform() {
        return OptionSpec.builder("--platform")
                .paramLabel("OS/ARCH[/VARIANT]")
                .type(String.class)
                .description("The image of this platform; the only one there is, or this host's, if none is named.")
                .build();
    }

    /** Reads the platform; a broken one is a wrong call. */
    static Optional<Platform> platform(ParseResult words) {
        Optional<String> word = Optional.ofNullable(words.<String>matchedOptionValue("--platform", null));
        try {
            return word.map(text -> Platform.parse(text, HostPlatform.detect().forImages()));
        } catch (LadingException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /**
     * Says what did not go along: the first few, and how many more.
     *
     * @param lines the first of them at least
     * @param count how many there are in all
     */
    static void noteLeftOut(List<String> lines, long count, Console console) {
        List<String> shown = lines.stream().limit(LEFT_OUT_SHOWN).toList();
        shown.forEach(line -> console.note("left out: " + line.replace("\n", "\\u000a")));
        if (count > shown.size()) {
            console.note("left out: " + (count - shown.size()) + " more");
        }
    }

    /** Reads the place at a position; a broken one is a wrong call. */
    static Place place(ParseResult words, int index) {
        return place(words.matchedPositional(index).<String>getValue());
    }

    static Place place(String word) {
        try {
            return Place.parse(word);
        } catch (LadingException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }
}
