package dev.lading.tar;

/** What an entry of an archive is. */
public enum TarKind {
    /** A regular file with content. */
    FILE,
    /** A folder. */
    FOLDER,
    /** A symbolic link; its target is free text. */
    SYMLINK,
    /** A second name for an entry of the same archive (or of what it is applied to), named by the link name. */
    HARD_LINK,
    /** A character device. Read only: {@link TarWriter} does not write it. */
    CHARACTER_DEVICE,
    /** A block device. Read only: {@link TarWriter} does not write it. */
    BLOCK_DEVICE,
    /** A named pipe. Read only: {@link TarWriter} does not write it. */
    FIFO
}
