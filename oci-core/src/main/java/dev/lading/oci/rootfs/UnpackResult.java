package dev.lading.oci.rootfs;

import java.util.List;

/**
 * What became of an unpacking.
 *
 * @param layers how many layers were applied
 * @param entries how many entries they had, whiteouts included
 * @param bytes how many bytes of files were written, those that a later layer took away again included
 * @param whiteouts how many entries took something of a lower layer away, or would have
 * @param skippedDevices how many devices and named pipes were not made
 * @param skippedAttributes how many extended attributes were not set
 * @param droppedModeBits how many files and folders lost a set-user-id, set-group-id or sticky bit
 * @param notCarried what was left out, a line each with the path made safe to print; the first thousand
 */
public record UnpackResult(
        int layers,
        long entries,
        long bytes,
        long whiteouts,
        long skippedDevices,
        long skippedAttributes,
        long droppedModeBits,
        List<String> notCarried) {
    /**
     * Keeps a copy of the list.
     *
     * @param layers as above
     * @param entries as above
     * @param bytes as above
     * @param whiteouts as above
     * @param skippedDevices as above
     * @param skippedAttributes as above
     * @param droppedModeBits as above
     * @param notCarried as above
     */
    public UnpackResult {
        notCarried = List.copyOf(notCarried);
    }
}
