package dev.lading.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Where the command writes: results alone on one stream, all else on the other. */
final class Console {
    private final OutputStream rawResults;
    private final boolean terminal;
    private final PrintStream results;
    private final PrintStream notes;

    Console(OutputStream results, OutputStream notes) {
        this(results, notes, false);
    }

    /** {@code terminal} says whether results are shown to a person as they come. */
    Console(OutputStream results, OutputStream notes, boolean terminal) {
        this.rawResults = results;
        this.terminal = terminal;
        this.results = new PrintStream(results, false, StandardCharsets.UTF_8);
        this.notes = new PrintStream(notes, true, StandardCharsets.UTF_8);
    }

    /** Writes a line of result. */
    void result(String line) {
        results.print(line + "\n");
        results.flush();
    }

    /** Writes a line of result that has text from outside in it, which cannot move the cursor or begin a line of its own. */
    void resultFromOutside(String line) {
        result(shown(line.replace("\n", "\\u000a")));
    }

    /** Writes a result of several lines, each ended already. */
    void resultText(String text) {
        results.print(text);
        results.flush();
    }

    /** Writes a result to the byte. */
    void resultBytes(byte[] bytes) {
        results.write(bytes, 0, bytes.length);
        results.flush();
    }

    /** The stream of results itself, for what is too long to hold: it fails where writing fails. */
    OutputStream resultStream() {
        return rawResults;
    }

    boolean isTerminal() {
        return terminal;
    }

    /** Writes a line for people; text from outside may be in it, so control characters are shown and not sent. */
    void note(String text) {
        notes.print(shown(text) + "\n");
        notes.flush();
    }

    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean order = Character.isISOControl(c) && c != '\n' || Character.getType(c) == Character.FORMAT;
            shown.append(order ? String.format("\\u%04x", (int) c) : Character.toString(c));
        }
        return shown.toString();
    }

    /** Writes a stack trace, which only the one who looks for a fault asks for. */
    void trace(Throwable failure) {
        failure.printStackTrace(notes);
        notes.flush();
    }

    /** Says whether results could not be written, because their reader has gone or a disk is full. */
    boolean resultsLost() {
        return results.checkError();
    }
}
