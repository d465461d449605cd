package dev.lading.layer;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.ElfHeader;

/** Sees each file that a layer is made of, while it is written. */
@FunctionalInterface
public interface EntryObserver {
    /** How many bytes of a file are shown, if it has as many. */
    int FIRST_BYTES = 64;

    /**
     * A file is being written. Where a store runs a recipe again, the same file is seen again.
     *
     * @param path the file's path in the image, beginning with a slash
     * @param firstBytes its first bytes, at most {@value #FIRST_BYTES}; the array is the observer's own
     */
    void file(String path, byte[] firstBytes);

    /**
     * The file that was shown last is an ELF executable or library. Told when it has been seen whole; unless overridden,
     * nothing is done.
     *
     * @param path the file's path in the image, beginning with a slash
     * @param platform what it needs, as {@link ElfHeader#neededPlatform()} says
     */
    default void executable(String path, Platform platform) {}
}
