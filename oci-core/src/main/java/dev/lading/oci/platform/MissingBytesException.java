package dev.lading.oci.platform;

/** A range of a file is not to be had. Without a stack trace, for it is common and never leaves this package. */
final class MissingBytesException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean isBeyond;

    private MissingBytesException(boolean isBeyond) {
        super(isBeyond ? "the file ends before this" : "this part of the file was not given", null, false, false);
        this.isBeyond = isBeyond;
    }

    /** The file ends before the range does. */
    static MissingBytesException beyond() {
        return new MissingBytesException(true);
    }

    /** Nobody gave the range. */
    static MissingBytesException unseen() {
        return new MissingBytesException(false);
    }

    boolean isBeyond() {
        return isBeyond;
    }
}
