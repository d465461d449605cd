package dev.lading.oci.platform;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A text that names its interpreter in the first line, or one that seems to mean to and has a fault there.
 *
 * <p>The line is taken apart as Linux does (fs/binfmt_script.c as of version 5.1; it looks at 256 bytes): one interpreter,
 * and everything after it as one argument.
 *
 * @param interpreter the interpreter's path as the kernel takes it, a carriage return at its end included; empty if none is
 *     named or its end is not within the bytes that the kernel looks at
 * @param argument the one argument, if there is one
 * @param executable true if the first two bytes are {@code #!}
 * @param faults what is wrong with the line
 */
public record ScriptHeader(
        Optional<String> interpreter, Optional<String> argument, boolean executable, Set<ExecutableFault> faults)
        implements ExecutableHeader {
    /** How many bytes of a script the kernel looks at. */
    public static final int LINE_BYTES = 256;

    /** Makes the value; the set is copied. */
    public ScriptHeader {
        Objects.requireNonNull(interpreter);
        Objects.requireNonNull(argument);
        faults = Faults.copy(faults);
    }

    /**
     * Reads a line.
     *
     * @param bytes the first bytes, at most {@value #LINE_BYTES} of them
     * @param start where {@code #!} stands; all before it is a mark or white space
     * @param more whether the file goes on after those bytes
     */
    static ScriptHeader read(byte[] bytes, int start, boolean more, Set<ExecutableFault> before) {
        EnumSet<ExecutableFault> faults = EnumSet.noneOf(ExecutableFault.class);
        faults.addAll(before);
        int limit = Math.min(bytes.length, LINE_BYTES);
        int end = start + 2;
        while (end < limit && bytes[end] != '\n') {
            end++;
        }
        boolean cut = end == limit && more && limit == LINE_BYTES;
        int from = skipBlanks(bytes, start + 2, end);
        int to = from;
        while (to < end && !isBlank(bytes[to]) && bytes[to] != 0) {
            to++;
        }
        if (to == end && cut && from < end) {
            faults.add(ExecutableFault.LINE_TOO_LONG);
            return new ScriptHeader(Optional.empty(), Optional.empty(), start == 0, faults);
        }
        if (to < end && bytes[to] == 0) {
            // The kernel's strings end here, whatever follows.
            end = to;
            cut = false;
        }
        while (end > to && isBlank(bytes[end - 1])) {
            end--;
        }
        int argumentFrom = skipBlanks(bytes, to, end);
        String interpreter = text(bytes, from, to);
        String argument = text(bytes, argumentFrom, zeroOr(bytes, argumentFrom, end));
        String last = argument.isEmpty() ? interpreter : argument;
        if (last.endsWith("\r")) {
            faults.add(ExecutableFault.CARRIAGE_RETURN);
        }
        if (interpreter.isEmpty() || interpreter.equals("\r")) {
            faults.add(ExecutableFault.NO_INTERPRETER);
        } else if (!interpreter.startsWith("/")) {
            faults.add(ExecutableFault.RELATIVE_INTERPRETER);
        }
        if (cut && !argument.isEmpty()) {
            faults.add(ExecutableFault.ARGUMENT_CUT);
        }
        return new ScriptHeader(given(interpreter), given(argument), start == 0, faults);
    }

    private static int zeroOr(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && bytes[i] != 0) {
            i++;
        }
        return i;
    }

    private static int skipBlanks(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && isBlank(bytes[i])) {
            i++;
        }
        return i;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    private static Optional<String> given(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    @Override
    public Kind kind() {
        return Kind.SCRIPT;
    }

    /** Returns what this is, in words. */
    @Override
    public String toString() {
        return "script"
                + interpreter
                        .map(name -> " for " + Shown.of(name)
                                + argument.map(a -> " with the argument «" + Shown.of(a) + "»")
                                        .orElse(""))
                        .orElse("")
                + Faults.text(faults);
    }
}
