package dev.lading.it.emulation;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.RunResult;
import dev.lading.oci.Platform;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs programs with words, names and variables that get lost easily, in a JVM of any version and locale. */
public final class RunOddWords {
    /** Two, three and four bytes of UTF-8, blanks, what shells and JSON quote, and nothing at all. */
    static final List<String> WORDS =
            List.of("gr\u00fcn", "\u4e2d\u6587 \ud83d\ude80", "a  b:c;d", "it's \"so\" \\n $HOME `id`\n\tend", "-", "");

    static final int VARIABLES = 16;
    static final int VARIABLE_BYTES = 8 * 1024;

    private RunOddWords() {}

    /**
     * Prints for each run the back end and the digest that the program inside made of what it was given.
     *
     * @param words the state folder, the root, the platform
     */
    public static void main(String[] words) {
        Map<String, String> variables = new HashMap<>(Map.of("GREETING", WORDS.get(1) + WORDS.get(3)));
        for (int i = 0; i < VARIABLES; i++) {
            variables.put(
                    "LARGE_" + (char) ('A' + i),
                    String.valueOf((char) ('a' + i)).repeat(VARIABLE_BYTES));
        }
        HostExecution host = HostExecution.detect();
        for (BackEnd backEnd : List.of(BackEnd.RUNTIME, BackEnd.BUBBLEWRAP, BackEnd.NAMESPACES)) {
            List<String> argv = new java.util.ArrayList<>(List.of(
                    "sh",
                    "-c",
                    "pwd; for w in \"$@\"; do printf '[%s]' \"$w\"; done; printf '%s' \"$GREETING\";"
                            + " echo; env | busybox grep ^LARGE_ | wc -c",
                    "sh"));
            argv.addAll(WORDS);
            RunResult run = Launcher.on(host)
                    .root(Path.of(words[1]))
                    .platform(Platform.parse(words[2]))
                    .backEnd(backEnd)
                    .state(Path.of(words[0]))
                    .environment(variables)
                    .tmpfs("/a folder: with, \\words #1")
                    .workingDirectory("/a folder: with, \\words #1")
                    .run(argv);
            System.out.println(backEnd.name() + " " + run.exitCode() + " "
                    + Integer.toHexString((run.stdout() + run.stderr()).hashCode()));
        }
    }

    /** What the program says if it got everything. */
    static String said() {
        StringBuilder text = new StringBuilder("/a folder: with, \\words #1\n");
        WORDS.forEach(word -> text.append('[').append(word).append(']'));
        text.append(WORDS.get(1)).append(WORDS.get(3)).append('\n');
        return text.append(VARIABLES * ("LARGE_A=\n".length() + VARIABLE_BYTES))
                .append('\n')
                .toString();
    }
}
