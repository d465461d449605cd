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

    /**
     * An extended attribute that a foreign tar has and the layer has not; told before the files, once for a recipe, the same
     * where the layer comes from a cache. Unless overridden, nothing is done.
     *
     * @param path the entry's path in the image, beginning with a slash
     * @param attribute the attribute's name, such as {@code security.selinux}
     */
    default void notCarried(String path, String attribute) {}

    /**
     * A folder's or file's extended attributes, or some of them, were not looked for and so are not in the layer, if there
     * are any: {@link LayerRecipe#keepAttributes} did not ask for them, or by a reader that does not see them. Told before
     * the files, once for each folder or file that the recipe names on a file system which may have such attributes. What
     * was not asked for is not looked for because it would cost a system call or more a file. Unless overridden, nothing is
     * done.
     *
     * @param path where the folder or file goes in the image, beginning with a slash
     * @param attributes which ones, in words
     */
    default void notLookedFor(String path, String attributes) {}
}
