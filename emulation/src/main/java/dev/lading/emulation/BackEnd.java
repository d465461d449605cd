package dev.lading.emulation;

/** What a program is started by, and kept apart with. */
public enum BackEnd {
    /** An OCI runtime of the host: runc, else crun, or another that is named. All limits, and a system call filter. */
    RUNTIME("an OCI runtime"),
    /** The program {@code bwrap}: as much apart, but no limits on memory, processes and processors. */
    BUBBLEWRAP("bubblewrap"),
    /**
     * The lighter way: namespaces, mounts and a change of root by util-linux's {@code unshare}, {@code mount} and {@code
     * setpriv}. No limits and no system call filter.
     */
    NAMESPACES("the lighter way"),
    /**
     * The emulator alone, for one static program of a foreign platform that starts no others: where nothing else is possible.
     * The program sees the host's files, and is not kept apart at all.
     */
    EMULATOR("the bare emulator");

    private final String shown;

    BackEnd(String shown) {
        this.shown = shown;
    }

    /** Returns the name for a message. */
    @Override
    public String toString() {
        return shown;
    }
}
