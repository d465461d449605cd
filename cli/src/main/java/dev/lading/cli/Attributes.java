package dev.lading.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.layer.AttributeReader;
import dev.lading.layer.Getfattr;
import dev.lading.layer.Setfattr;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.rootfs.AttributeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The extended attributes of files on their way into an image and out of it. */
final class Attributes {
    static final String OPTION = "--keep-attributes";

    private static final Path GETFATTR = Path.of("/usr/bin/getfattr");
    private static final Path SETFATTR = Path.of("/usr/bin/setfattr");

    private Attributes() {}

    /**
     * Sets those of an image that mean something on another host.
     *
     * @throws NotFoundException if there is no program that can
     */
    static AttributeWriter writer() {
        return Setfattr.at(SETFATTR);
    }

    /**
     * Reads those that belong into an image.
     *
     * @throws NotFoundException if there is no program that sees capabilities
     */
    static AttributeReader reader() {
        return ofFiles(Getfattr.at(GETFATTR));
    }

    private static AttributeReader ofFiles(AttributeReader all) {
        return root -> {
            Map<String, Map<String, byte[]>> kept = new HashMap<>();
            all.read(root).forEach((path, attributes) -> {
                Map<String, byte[]> own = new TreeMap<>(attributes);
                own.keySet().removeIf(name -> !isOfTheFile(name));
                kept.put(path, own);
            });
            return kept;
        };
    }

    /**
     * What a file or folder that went in without them has, a line each; nothing where it is not known whether there is
     * something. The library does not look for what it was not asked to carry; a person would want to know that a program
     * has lost its capabilities.
     */
    static List<String> lost(Addition addition) {
        List<String> lines = new ArrayList<>();
        try {
            AttributeReader reader = Files.isExecutable(GETFATTR) ? reader() : ofFiles(AttributeReader.user());
            for (Map.Entry<String, Map<String, byte[]>> one :
                    new TreeMap<>(reader.read(addition.source())).entrySet()) {
                Path file = addition.source();
                String below = new String(one.getKey().getBytes(ISO_8859_1), UTF_8);
                String shown = below.isEmpty() ? file.toString() : file + "/" + below;
                one.getValue().keySet().forEach(name -> lines.add(shown + ": the attribute " + name));
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
