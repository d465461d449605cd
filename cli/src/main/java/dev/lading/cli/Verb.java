package dev.lading.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One word of the command: how it is written, and what it does. */
interface Verb {
    /** Describes options, parameters, help and examples. */
    CommandSpec spec();

    /**
     * Carries out.
     *
     * @param words what was written, parsed by {@link #spec}
     * @param console where to write
     * @return the exit code
     * @throws UsageException if the words do not make sense together
     */
    int run(ParseResult words, Console console);
}
