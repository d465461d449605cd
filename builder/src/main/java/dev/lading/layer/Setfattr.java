package dev.lading.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.rootfs.AttributeWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sets file capabilities and access lists by one run of the program {@code setfattr} for a whole root file system (package
 * attr on Linux): the other half of {@link Getfattr}. Immutable.
 *
 * <p>The program is named by its path and never looked for; one that lies in the root file system is refused. It takes
 * {@code security.capability}, {@code system.posix_acl_access} and {@code system.posix_acl_default}; labels and marks of the
 * machine that made a layer mean nothing on another.
 */
public final class Setfattr implements AttributeWriter {
    private static final Set<String> TAKEN =
            Set.of(FileCapabilities.ATTRIBUTE, "system.posix_acl_access", "system.posix_acl_default");

    private final Path program;

    private Setfattr(Path program) {
        this.program = program;
    }

    /**
     * A writer by a program.
     *
     * @param program the program's absolute path, such as {@code /usr/bin/setfattr}
     * @return the writer
     * @throws InvalidInputException if the path is not absolute
     * @throws NotFoundException if there is no such program
     */
    public static Setfattr at(Path program) {
        if (!program.isAbsolute()) {
            throw new InvalidInputException("setfattr is named by an absolute path, not " + program);
        }
        if (!Files.isExecutable(program)) {
            throw new NotFoundException(
                    "there is no program " + program + "; setfattr is in the package attr of most Linux distributions");
        }
        return new Setfattr(program);
    }

    @Override
    public boolean takes(String name) {
        return TAKEN.contains(name);
    }

    @Override
    public void write(Path root, List<File> files) throws IOException {
        Path real = root.toRealPath();
        if (program.toRealPath().startsWith(real)) {
            throw new IOException("the program " + program + " lies in the folder whose attributes it is to set");
        }
        Path dump = Files.createTempFile("lading", ".setfattr");
        Path said = Files.createTempFile("lading", ".setfattr-says");
        try {
            print(files, dump);
            ProcessBuilder builder = new ProcessBuilder(program.toString(), "-h", "--restore=" + dump)
                    .directory(real.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile());
            builder.environment().clear();
            builder.environment().put("LC_ALL", "C");
            run(builder, root, said);
        } finally {
            Files.deleteIfExists(dump);
            Files.deleteIfExists(said);
        }
    }

    /** The form that {@code getfattr --dump} prints. */
    private static void print(List<File> files, Path dump) throws IOException {
        HexFormat hex = HexFormat.of();
        try (BufferedWriter out = Files.newBufferedWriter(dump, ISO_8859_1)) {
            for (File file : files) {
                out.write("# file: ./" + escaped(new String(file.entry().path(), ISO_8859_1)) + "\n");
                for (Map.Entry<String, byte[]> attribute : file.attributes().entrySet()) {
                    out.write(attribute.getKey() + "=0x" + hex.formatHex(attribute.getValue()) + "\n");
                }
                out.write("\n");
            }
        }
    }

    /** A backslash and three octal digits for what would break the line, or look like an escape. */
    private static String escaped(String path) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\' || c == '\n' || c == '\r') {
                text.append(String.format("\\%03o", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private void run(ProcessBuilder builder, Path root, Path said) throws IOException {
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            int code = process.waitFor();
            if (code != 0) {
                List<String> lines = Files.readAllLines(said, ISO_8859_1);
                throw new IOException(program + " ended with " + code + " for " + root
                        + (lines.isEmpty() ? "" : ": " + lines.get(0)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted =
                    new InterruptedIOException("interrupted while attributes were set in " + root);
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            process.destroyForcibly();
        }
    }
}
