package dev.lading.oci.internal.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Edits of a text by splicing: only the bytes of the member on the path change, and what is new is set as its neighbours
 * are.
 *
 * <p>A path's steps are keys (String) and places in a list (Integer). A member that is {@code null} counts as absent and
 * is replaced. Several edits may be noted before {@link #done}, as long as no two of them touch the same bytes.
 */
final class JsonEdit {
    /** A member begins its line; what is farther from the start of its line stands among others. */
    private static final int LONGEST_LINE_START = 1_000;

    private final JsonTape tape;
    /** The white space of one level: what stands before the document's first key, if that begins a line. */
    private final String unit;

    private final List<Splice> splices = new ArrayList<>();
    private int cursorList = -1;
    private int cursorPlace;
    private int cursor;

    JsonEdit(JsonTape tape) {
        this.tape = tape;
        String space = firstSpace();
        this.unit = space.indexOf('\n') < 0 ? "" : space.substring(space.lastIndexOf('\n') + 1);
    }

    /** What comes instead of the bytes from start to end. */
    private record Splice(int start, int end, String text) {}

    /** The text with the edits made, read again under the same limits. */
    JsonTape done() {
        splices.sort(Comparator.comparingInt(Splice::start));
        ByteArrayOutputStream out = new ByteArrayOutputStream(tape.text.length + 256);
        int from = 0;
        for (Splice splice : splices) {
            out.write(tape.text, from, splice.start - from);
            byte[] text = splice.text.getBytes(StandardCharsets.UTF_8);
            out.write(text, 0, text.length);
            from = splice.end;
        }
        out.write(tape.text, from, tape.text.length - from);
        return JsonTape.read(out.toByteArray(), tape.maxBytes, tape.maxDepth);
    }

    /** Sets a value; it keeps its place, or comes last in what holds it; holders that are not there are made. */
    JsonEdit set(Object value, List<Object> path) {
        int node = 0;
        for (int i = 0; i < path.size(); i++) {
            requireKind(node, path.get(i) instanceof String ? '{' : '[');
            int child = child(node, path.get(i));
            List<Object> rest = path.subList(i + 1, path.size());
            if (child < 0) {
                return insert(node, String.valueOf(path.get(i)), nested(value, rest));
            }
            if (tape.kind(child) == 'n') {
                return replace(child, nested(value, rest));
            }
            node = child;
        }
        return replace(node, value);
    }

    /** Adds an element at the end of a list; the list is made if it is not there. */
    JsonEdit append(Object value, List<Object> path) {
        int list = find(path);
        if (list < 0 || tape.kind(list) == 'n') {
            return set(List.of(value), path);
        }
        requireKind(list, '[');
        return insert(list, "", value);
    }

    private void requireKind(int node, char kind) {
        if (tape.kind(node) != kind) {
            throw new JsonFault("«" + JsonFault.shown(tape.raw(node)) + "» is not "
                    + (kind == '{' ? "an object" : "a list") + " and cannot be added to");
        }
    }

    /** Takes out a member, if it is there. */
    JsonEdit remove(List<Object> path) {
        int holder = find(path.subList(0, path.size() - 1));
        if (holder >= 0 && tape.kind(holder) == '{') {
            int value = child(holder, path.get(path.size() - 1));
            drop(holder, child -> child + JsonTape.WIDTH == value);
        }
        return this;
    }

    /** Takes out elements of a list by their place. */
    JsonEdit removeElements(IntPredicate unwanted, List<Object> path) {
        int list = find(path);
        if (list >= 0 && tape.kind(list) == '[') {
            int[] place = {0};
            drop(list, element -> unwanted.test(place[0]++));
        }
        return this;
    }

    private int find(List<Object> path) {
        int node = 0;
        for (Object step : path) {
            node = child(node, step);
            if (node < 0) {
                return -1;
            }
        }
        return node;
    }

    private int child(int node, Object step) {
        if (step instanceof String key) {
            return tape.kind(node) == '{' ? tape.member(node, key) : -1;
        }
        // Many edits of one list come in its order: each goes on where the last one was.
        int place = (Integer) step;
        if (node != cursorList || place < cursorPlace) {
            cursorList = node;
            cursorPlace = 0;
            cursor = node + JsonTape.WIDTH;
        }
        for (; cursorPlace < place; cursorPlace++) {
            cursor = tape.after(cursor);
        }
        return cursor;
    }

    private static Object nested(Object value, List<Object> steps) {
        Object nested = value;
        for (int i = steps.size() - 1; i >= 0; i--) {
            nested = Map.of(steps.get(i), nested);
        }
        return nested;
    }

    private JsonEdit replace(int node, Object value) {
        String before = lineBefore(tape.start(node));
        splices.add(new Splice(tape.start(node), tape.end(node), written(value, before)));
        return this;
    }

    private JsonEdit insert(int holder, String key, Object value) {
        boolean object = tape.kind(holder) == '{';
        if (tape.isEmpty(holder)) {
            String before = lineBefore(tape.start(holder));
            splices.add(new Splice(
                    tape.start(holder),
                    tape.end(holder),
                    written(object ? Map.of(key, value) : List.of(value), before)));
            return this;
        }
        int last = holder + JsonTape.WIDTH;
        int before = -1;
        while (afterChild(last, object) < tape.after(holder)) {
            before = last;
            last = afterChild(last, object);
        }
        String space = before < 0
                ? space(tape.start(holder) + 1, tape.start(last))
                : space(endOfChild(before, object), tape.start(last));
        // A single neighbour on the line of its holder tells nothing of what stands between two.
        String gap = before < 0 && space.indexOf('\n') < 0 ? "" : space;
        String name =
                !object ? "" : JsonWriter.compact(key) + ":" + space(tape.end(last), tape.start(last + JsonTape.WIDTH));
        String text = "," + gap + name + written(value, gap);
        int end = endOfChild(last, object);
        splices.add(new Splice(end, end, text));
        return this;
    }

    /** Takes out children with one comma each; a child is an element, or the key of a member. */
    private void drop(int holder, IntPredicate unwanted) {
        boolean object = tape.kind(holder) == '{';
        int after = tape.after(holder);
        int lastEnd = -1;
        List<Splice> dropped = new ArrayList<>();
        boolean kept = false;
        for (int child = holder + JsonTape.WIDTH; child < after; child = afterChild(child, object)) {
            int end = endOfChild(child, object);
            int next = afterChild(child, object);
            if (!unwanted.test(child)) {
                kept = true;
            } else if (kept) {
                dropped.add(new Splice(lastEnd, end, ""));
            } else if (next < after) {
                dropped.add(new Splice(tape.start(child), tape.start(next), ""));
            }
            lastEnd = end;
        }
        if (kept) {
            splices.addAll(dropped);
        } else if (!tape.isEmpty(holder)) {
            splices.add(new Splice(tape.start(holder) + 1, tape.end(holder) - 1, ""));
        }
    }

    private int afterChild(int child, boolean object) {
        return tape.after(object ? child + JsonTape.WIDTH : child);
    }

    private int endOfChild(int child, boolean object) {
        return tape.end(object ? child + JsonTape.WIDTH : child);
    }

    /** The white space among the bytes between two values, which else hold a comma or a colon. */
    private String space(int from, int to) {
        byte[] space = Arrays.copyOfRange(tape.text, from, to);
        int mark = 0;
        for (int i = 0; i < space.length; i++) {
            if (space[i] == ',' || space[i] == ':') {
                mark = i + 1;
            }
        }
        return new String(space, mark, space.length - mark, StandardCharsets.US_ASCII);
    }

    private String written(Object value, String before) {
        int line = before.lastIndexOf('\n');
        if (unit.isEmpty() || line < 0) {
            return JsonWriter.compact(value);
        }
        boolean returns = line > 0 && before.charAt(line - 1) == '\r';
        return JsonWriter.indented(value, unit, before.substring(returns ? line - 1 : line));
    }

    /** Line break and white space of the line that holds an offset; empty if it begins far away, or the document is one line. */
    private String lineBefore(int offset) {
        int line = offset;
        int farthest = unit.isEmpty() ? offset : Math.max(0, offset - LONGEST_LINE_START);
        while (line > farthest && tape.text[line - 1] != '\n') {
            line--;
        }
        if (line == 0) {
            // The first line has no break of its own; it is the one after the brace.
            return firstSpace().substring(0, firstSpace().length() - unit.length());
        }
        if (line == farthest) {
            return "";
        }
        int end = line;
        while (tape.text[end] == ' ' || tape.text[end] == '\t') {
            end++;
        }
        String lineBreak = line > 1 && tape.text[line - 2] == '\r' ? "\r\n" : "\n";
        return lineBreak + new String(tape.text, line, end - line, StandardCharsets.US_ASCII);
    }

    /** What stands before the document's first key. */
    private String firstSpace() {
        return tape.isEmpty(0) ? "" : space(tape.start(0) + 1, tape.start(JsonTape.WIDTH));
    }
}
