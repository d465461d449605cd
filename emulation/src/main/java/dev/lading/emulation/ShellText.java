package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A script for the host's {@code /bin/sh}, written line by line. It goes into a file of the run's own folder and not into an
 * argument: arguments are shown to everybody, are at most 128 KiB long, and lose letters where the host's locale has none.
 */
final class ShellText {
    private final List<String> lines = new ArrayList<>();

    /** Adds a line as it is. */
    ShellText line(String text) {
        lines.add(text);
        return this;
    }

    /** Adds a command of words, each quoted. */
    ShellText command(List<String> words) {
        return line(quoted(words));
    }

    static String quoted(List<String> words) {
        return words.stream().map(ShellText::quoted).collect(Collectors.joining(" "));
    }

    /** One word for the shell, whatever is in it. */
    static String quoted(String word) {
        if (word.indexOf('\0') >= 0) {
            throw new InvalidInputException("a word of the command, or a value of its environment, holds a zero byte");
        }
        return "'" + word.replace("'", "'\\''") + "'";
    }

    void writeTo(Path file) throws IOException {
        Files.write(file, lines, UTF_8);
    }
}
