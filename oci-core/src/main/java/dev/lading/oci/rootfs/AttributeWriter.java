package dev.lading.oci.rootfs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Sets the extended attributes that Java cannot, such as {@code security.capability}: given by the caller, called once for a
 * whole tree.
 *
 * <p>Attributes of the {@code user} namespace never come here, Java sets them itself; nor do {@code trusted} ones, which no
 * unpacking sets.
 */
public interface AttributeWriter {
    /** Takes none: all are listed as not carried. */
    AttributeWriter NONE = new AttributeWriter() {
        @Override
        public boolean takes(String name) {
            return false;
        }

        @Override
        public void write(Path root, List<File> files) {}
    };

    /**
     * Whether an attribute is one that this writer sets; what it does not take is listed as not carried.
     *
     * @param name the whole name, such as {@code security.capability}
     * @return whether {@link #write} will be given it
     */
    boolean takes(String name);

    /**
     * Sets attributes of files, folders and links (of the link itself).
     *
     * @param root the unpacked root file system
     * @param files what to set; no path passes a symbolic link
     * @throws IOException if one cannot be set
     */
    void write(Path root, List<File> files) throws IOException;

    /**
     * The attributes of one file.
     *
     * @param entry where and what it is
     * @param attributes name to value, in order of the names
     */
    record File(FileEntry entry, Map<String, byte[]> attributes) {}
}
