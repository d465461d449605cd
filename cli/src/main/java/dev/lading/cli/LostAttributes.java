package dev.lading.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.layer.AttributeReader;
import dev.lading.layer.Getfattr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The extended attributes of files that went into an image without them. The library does not look for what it was not asked
 * to carry; a person would want to know that a program has lost its capabilities.
 */
final class LostAttributes {
    private static final Path GETFATTR = Path.of("/usr/bin/getfattr");

    private LostAttributes() {}

    /** What a file or folder has, a line each; nothing where it is not known whether there is something. */
    static List<String> of(Addition addition) {
        List<String> lines = new ArrayList<>();
        try {
            AttributeReader reader = Files.isExecutable(GETFATTR) ? Getfattr.at(GETFATTR) : AttributeReader.user();
            for (Map.Entry<String, Map<String, byte[]>> one :
                    new TreeMap<>(reader.read(addition.source())).entrySet()) {
                Path file = addition.source();
                String below = new String(one.getKey().getBytes(ISO_8859_1), UTF_8);
                String shown = below.isEmpty() ? file.toString() : file + "/" + below;
                one.getValue().keySet().stream()
                        .filter(LostAttributes::isOfTheFile)
                        .forEach(name -> lines.add(shown + ": the attribute " + name));
            }
        } catch (IOException e) {
            // The image is made; a look that fails, as on a file system without attributes, takes nothing from it.
            return lines;
        }
        return lines;
    }

    /** Labels and measurements are the host's own: every file may have them, and none belongs into an image. */
    private static boolean isOfTheFile(String name) {
        return !name.startsWith("security.") && !name.startsWith("user.com.apple.")
                || name.equals("security.capability");
    }
}
