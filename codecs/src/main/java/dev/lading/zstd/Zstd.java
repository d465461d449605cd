package dev.lading.zstd;

import com.github.luben.zstd.util.Native;
import java.util.Optional;

/** Whether zstd can be used here, and how a stream is known as zstd. */
public final class Zstd {
    /** The fastest level offered. */
    public static final int MIN_LEVEL = 1;

    /** The level with the smallest output that is offered; beyond it the memory needed grows steeply. */
    public static final int MAX_LEVEL = 19;

    /** The level that zstd's own tool uses when none is named. */
    public static final int DEFAULT_LEVEL = 3;

    private static final int FRAME = 0xfd2fb528;
    private static final int SKIPPABLE_FRAME = 0x184d2a50;

    private Zstd() {}

    /**
     * Says why zstd cannot be used here, if it cannot. The first call loads the native library.
     *
     * @return what is missing and what to do; empty if all is there
     */
    public static Optional<String> missing() {
        try {
            Native.load();
            return Optional.empty();
        } catch (NoClassDefFoundError e) {
            return Optional.of("zstd needs the library zstd-jni, which is not on the class path or module path."
                    + " Add com.github.luben:zstd-jni.");
        } catch (LinkageError | RuntimeException e) {
            return Optional.of(
                    "the native part of zstd-jni cannot be loaded here: " + e.getMessage()
                            + ". It is unpacked into " + System.getProperty("java.io.tmpdir")
                            + ", which has to be writable and not mounted «noexec»; or use a build of zstd-jni for this system.");
        }
    }

    /**
     * Tells from the first bytes whether a stream is zstd: the magic number of a frame or of a skippable frame (RFC 8878,
     * sections 3.1.1 and 3.1.2).
     *
     * @param first the first bytes of the stream; at least four are needed for a yes
     * @return whether a zstd frame begins so
     */
    public static boolean isZstd(byte[] first) {
        if (first.length < 4) {
            return false;
        }
        int magic = first[0] & 0xff | (first[1] & 0xff) << 8 | (first[2] & 0xff) << 16 | first[3] << 24;
        return magic == FRAME || (magic & ~0xf) == SKIPPABLE_FRAME;
    }
}
