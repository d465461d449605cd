package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import java.util.regex.Pattern;

/**
 * A pattern of paths below a source, the same on every host: parts are divided by {@code /}, letters count as they are
 * written, and a leading dot is a letter like any other.
 *
 * <ul>
 *   <li>{@code *} any letters of one part, or none; {@code ?} one letter of a part
 *   <li>{@code **} as a whole part: any number of parts, or none at the beginning and in the middle; at the end at least one
 *   <li>{@code [abc]}, {@code [a-z]}, {@code [!a-z]} one letter; {@code {a,b}} one of several, not nested; {@code \} takes
 *       the next letter as it is
 *   <li>a slash at the end: folders only; at the beginning it makes no difference
 * </ul>
 */
final class PathPattern {
    private final String text;
    private final Pattern pattern;
    private final boolean foldersOnly;

    private PathPattern(String text, Pattern pattern, boolean foldersOnly) {
        this.text = text;
        this.pattern = pattern;
        this.foldersOnly = foldersOnly;
    }

    static PathPattern of(String text) {
        String inner = text.startsWith("/") ? text.substring(1) : text;
        boolean foldersOnly = inner.endsWith("/") && !inner.endsWith("\\/");
        inner = foldersOnly ? inner.substring(0, inner.length() - 1) : inner;
        if (inner.isEmpty()) {
            throw new InvalidInputException("«" + text + "» matches nothing; write a pattern such as lib/*.jar or **");
        }
        return new PathPattern(text, Pattern.compile(new Translation(text, inner).regex()), foldersOnly);
    }

    boolean matches(String path, boolean isFolder) {
        return (isFolder || !foldersOnly) && pattern.matcher(path).matches();
    }

    @Override
    public String toString() {
        return text;
    }

    /** From a pattern to a regular expression over whole paths. */
    private static final class Translation {
        private final String shown;
        private final String glob;
        private final StringBuilder regex = new StringBuilder();
        private int i;
        private boolean inBraces;

        Translation(String shown, String glob) {
            this.shown = shown;
            this.glob = glob;
        }

        String regex() {
            while (i < glob.length()) {
                checkPart();
                if (startsPart() && glob.startsWith("**", i) && endsPart(i + 2)) {
                    parts();
                } else {
                    letter();
                }
            }
            if (inBraces) {
                throw fault("{ is not closed by }");
            }
            return regex.toString();
        }

        /** What no path below a source has would leave everything out without a word. */
        private void checkPart() {
            int dots = glob.startsWith("..", i) ? 2 : glob.startsWith(".", i) ? 1 : 0;
            if (startsPart() && endsPart(i + dots)) {
                throw fault(
                        "no path has an empty part, «.» or «..»; write it as it lies below the source, as lib/*.jar");
            }
        }

        private boolean startsPart() {
            return i == 0 || glob.charAt(i - 1) == '/';
        }

        private boolean endsPart(int end) {
            return end == glob.length() || glob.charAt(end) == '/';
        }

        private void parts() {
            i += 2;
            if (i == glob.length()) {
                regex.append(".+");
            } else {
                regex.append("(?:[^/]+/)*");
                i++;
                if (i == glob.length()) {
                    throw fault("nothing follows **/");
                }
            }
        }

        private void letter() {
            int c = glob.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '*' -> {
                    if (i < glob.length() && glob.charAt(i) == '*') {
                        throw fault("** stands for whole parts, as in lib/**/*.jar");
                    }
                    regex.append("[^/]*");
                }
                case '?' -> regex.append("[^/]");
                case '[' -> letterClass();
                case '{' -> {
                    if (inBraces) {
                        throw fault("{ stands within {");
                    }
                    inBraces = true;
                    regex.append("(?:");
                }
                case '}' -> {
                    if (!inBraces) {
                        throw fault("} closes no {; write \\} for the letter");
                    }
                    inBraces = false;
                    regex.append(')');
                }
                case ',' -> regex.append(inBraces ? "|" : ",");
                case '\\' -> {
                    if (i == glob.length()) {
                        throw fault("nothing follows \\");
                    }
                    int escaped = glob.codePointAt(i);
                    i += Character.charCount(escaped);
                    literal(escaped);
                }
                default -> literal(c);
            }
        }

        private void letterClass() {
            boolean negated = i < glob.length() && glob.charAt(i) == '!';
            int start = negated ? i + 1 : i;
            int end = glob.indexOf(']', start + 1);
            if (end < 0) {
                throw fault("[ is not closed by ]");
            }
            String letters = glob.substring(start, end);
            if (letters.indexOf('/') >= 0) {
                throw fault("a / stands within [ ]");
            }
            regex.append(negated ? "[^/" : "[");
            for (int k = 0; k < letters.length(); ) {
                int from = letters.codePointAt(k);
                k += Character.charCount(from);
                literal(from);
                if (k + 1 < letters.length() && letters.charAt(k) == '-') {
                    int to = letters.codePointAt(k + 1);
                    if (to < from) {
                        throw fault("a range ends before it begins");
                    }
                    k += 1 + Character.charCount(to);
                    regex.append('-');
                    literal(to);
                }
            }
            regex.append(']');
            i = end + 1;
        }

        /** By number, so that no letter means anything to the regular expression. */
        private void literal(int c) {
            regex.append("\\x{").append(Integer.toHexString(c)).append('}');
        }

        private InvalidInputException fault(String what) {
            return new InvalidInputException("«" + shown + "» is no pattern of paths: " + what);
        }
    }
}
