package dev.lading.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Reads extended attributes, {@code security.capability} among them, by one run of the program {@code getfattr} for a file
 * or a whole folder (package attr on Linux). Immutable.
 *
 * <p>The program is named by its path and never looked for; one that lies in the folder that is read is refused. Attributes
 * that the process may not see are not found.
 */
public final class Getfattr implements AttributeReader {
    private static final String FILE = "# file: ";

    private final Path program;

    private Getfattr(Path program) {
        this.program = program;
    }

    /**
     * A reader by a program.
     *
     * @param program the program's absolute path, such as {@code /usr/bin/getfattr}
     * @return the reader
     * @throws InvalidInputException if the path is not absolute
     * @throws NotFoundException if there is no such program
     */
    public static Getfattr at(Path program) {
        if (!program.isAbsolute()) {
            throw new InvalidInputException("getfattr is named by an absolute path, not " + program);
        }
        if (!Files.isExecutable(program)) {
            throw new NotFoundException(
                    "there is no program " + program + "; getfattr is in the package attr of most Linux distributions");
        }
        return new Getfattr(program);
    }

    @Override
    public Map<String, Map<String, byte[]>> read(Path read) throws IOException {
        Path root = read.toRealPath();
        if (program.toRealPath().startsWith(root)) {
            throw new IOException("the program " + program + " lies in " + read + ", whose attributes it is to read");
        }
        boolean isFolder = Files.isDirectory(root);
        Path folder = isFolder ? root : Objects.requireNonNull(root.getParent(), "a file lies in a folder");
        String what = isFolder ? "." : "./" + root.getFileName();
        // A file and not a pipe: reading a pipe cannot be interrupted.
        Path printed = Files.createTempFile("lading", ".getfattr");
        try {
            ProcessBuilder builder = new ProcessBuilder(
                            program.toString(), "-R", "-P", "-h", "-d", "-m", "-", "-e", "hex", "--", what)
                    .directory(folder.toFile())
                    .redirectOutput(printed.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().clear();
            builder.environment().put("LC_ALL", "C");
            run(builder, read);
            Map<String, Map<String, byte[]>> found = parsed(Files.readAllBytes(printed));
            if (isFolder) {
                return found;
            }
            Map<String, Map<String, byte[]>> one = new HashMap<>();
            found.values().forEach(attributes -> one.put("", attributes));
            return one;
        } finally {
            Files.deleteIfExists(printed);
        }
    }

    private void run(ProcessBuilder builder, Path folder) throws IOException {
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException(program + " ended with " + code + " for " + folder
                        + "; run it by hand to see why: " + String.join(" ", builder.command()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted =
                    new InterruptedIOException("interrupted while attributes were read in " + folder);
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            process.destroyForcibly();
        }
    }

    /** A block for each file: a line with its name, a line for each attribute, an empty line. */
    private static Map<String, Map<String, byte[]>> parsed(byte[] printed) throws IOException {
        Map<String, Map<String, byte[]>> found = new HashMap<>();
        Map<String, byte[]> attributes = new TreeMap<>();
        for (String line : new String(printed, ISO_8859_1).split("\n")) {
            int equals = line.indexOf("=0x");
            if (line.startsWith(FILE)) {
                String path = unescaped(line.substring(FILE.length()));
                attributes = new TreeMap<>();
                found.put(path.equals(".") ? "" : path.startsWith("./") ? path.substring(2) : path, attributes);
            } else if (equals > 0) {
                String name = unescaped(line.substring(0, equals));
                String hex = line.substring(equals + 3);
                // Neither can be said in an archive.
                if (!hex.isEmpty() && name.indexOf('=') < 0) {
                    attributes.put(name, value(hex, line));
                }
            } else if (!line.isEmpty() && !line.endsWith("=")) {
                throw new IOException("getfattr printed a line that is not understood: «" + line + "»");
            }
        }
        return found;
    }

    private static byte[] value(String hex, String line) throws IOException {
        try {
            return HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException e) {
            throw new IOException("getfattr printed a line that is not understood: «" + line + "»", e);
        }
    }

    /** A backslash and three octal digits stand for a byte that would break the line. */
    private static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 3 < text.length()) {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(ISO_8859_1);
    }
}
