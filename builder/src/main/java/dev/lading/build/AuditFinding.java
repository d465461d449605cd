package dev.lading.build;

import dev.lading.oci.Platform;
import java.util.Objects;

/**
 * A program in an image that is for another machine than the image says it is for.
 *
 * @param platform the platform of the image
 * @param path the program's path in the image
 * @param found what the program's header says it is for
 */
public record AuditFinding(Platform platform, String path, Platform found) {
    /** Makes the value. */
    public AuditFinding {
        Objects.requireNonNull(platform);
        Objects.requireNonNull(path);
        Objects.requireNonNull(found);
    }

    /** Returns the finding as a sentence. */
    @Override
    public String toString() {
        return path + " in the image for " + platform + " is a program for " + found;
    }
}
