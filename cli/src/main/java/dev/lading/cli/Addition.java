package dev.lading.cli;

import dev.lading.layer.LayerRecipe;
import dev.lading.oci.LadingException;
import dev.lading.oci.Platform;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code --add SRC:DEST[:PLATFORM]} says.
 *
 * <p>Read from the right, so that SRC may hold colons and a Windows drive: PLATFORM is what follows the last colon unless it
 * begins with a slash; DEST is what follows the last colon before it and begins with a slash. A single letter alone is never
 * SRC, for it is what is left of a drive when DEST was forgotten.
 *
 * @param source the file or folder on this host
 * @param destination an absolute path in the image
 * @param platform the platform it is for; all of them if there is none
 */
record Addition(Path source, String destination, Optional<Platform> platform) {
    private static final String FORM = "write --add SRC:DEST[:PLATFORM], such as --add build/lib:/app/lib or"
            + " --add bin/arm64/run:/app/run:linux/arm64";

    static Addition parse(String word) {
        String rest = word;
        Optional<Platform> platform = Optional.empty();
        int colon = rest.lastIndexOf(':');
        String last = rest.substring(colon + 1);
        if (colon >= 0 && !last.startsWith("/")) {
            int before = rest.lastIndexOf(':', colon - 1);
            if (colon == 0 || before < 0 || rest.charAt(before + 1) != '/') {
                throw new UsageException(
                        "«" + word + "» names no destination in the image beginning with a slash; " + FORM);
            }
            platform = Optional.of(platform(word, last));
            rest = rest.substring(0, colon);
            colon = before;
        }
        if (colon <= 0) {
            throw new UsageException(
                    "«" + word + "» names no " + (colon < 0 ? "destination in the image" : "source") + "; " + FORM);
        }
        String source = rest.substring(0, colon);
        if (source.length() == 1 && Character.isLetter(source.charAt(0))) {
            throw new UsageException("«" + word + "» begins with a Windows drive and then names no destination; " + FORM
                    + "; for a file called " + source + " write ./" + source);
        }
        return new Addition(path(word, source), rest.substring(colon + 1), platform);
    }

    private static Platform platform(String word, String text) {
        try {
            return Platform.parse(text);
        } catch (LadingException e) {
            throw new UsageException("«" + word + "»: " + e.getMessage() + "; " + FORM, e);
        }
    }

    private static Path path(String word, String source) {
        try {
            return Path.of(source);
        } catch (InvalidPathException e) {
            throw new UsageException("«" + word + "»: no path on this host: " + e.getReason(), e);
        }
    }

    /** The recipe: a folder's content goes below the destination, a file to it. */
    LayerRecipe recipe() {
        try {
            return (Files.isDirectory(source) ? LayerRecipe.folder(source) : LayerRecipe.file(source))
                    .into(destination);
        } catch (LadingException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }
}
