package dev.lading.oci.platform;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.platform.FileBytes.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Reads the header of a file that passes by once from its first byte to its last, as in a tar.
 *
 * <p>Only parts are kept: the first page, small executables whole, of larger ones what tells the variant of an architecture
 * (the end of ARM's programs, where the attributes are; the build information of Go's). At most some 330 KiB are held, for
 * files that are no executables 4 KiB. What was not kept is {@linkplain ExecutableHeader#complete() said}. For use by one
 * thread.
 */
public final class HeaderCollector {
    /** Executables up to this size are kept whole. */
    private static final int WHOLE = 128 << 10;
    /** Holds section headers, their names and ARM's attributes, unless a large table of symbols stands between. */
    private static final int TAIL = 64 << 10;
    /** The data that Go's mark is looked for in, and the texts after it. */
    private static final int GO = GoReader.SEARCHED + (192 << 10);

    private static final byte[] NOTHING = {};

    private final long size;
    private long passed;
    private byte[] head;
    private long goFrom;
    private byte[] go = NOTHING;
    private byte[] tail = NOTHING;
    private boolean planned;

    /**
     * Makes a collector for one file.
     *
     * @param size the size of the file in bytes
     * @throws InvalidInputException if the size is negative
     */
    public HeaderCollector(long size) {
        if (size < 0) {
            throw new InvalidInputException("a file has no size of " + size + " bytes");
        }
        this.size = size;
        this.head = new byte[(int) Math.min(size, ExecutableHeader.BYTES)];
    }

    /**
     * Takes the next bytes of the file; they are copied as far as they are kept.
     *
     * @param bytes holds them
     * @param offset where they begin
     * @param length how many they are
     * @throws InvalidInputException if the file has more bytes than its size
     */
    public void take(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > size - passed) {
            throw new InvalidInputException("the file has more than the " + size + " bytes it was said to have");
        }
        int from = offset;
        int left = length;
        while (left > 0) {
            // The plan is made where the first page ends, and what follows is kept by it.
            int n = planned ? left : (int) Math.min(left, ExecutableHeader.BYTES - passed);
            keep(bytes, from, n);
            passed += n;
            from += n;
            left -= n;
            if (!planned && passed == ExecutableHeader.BYTES) {
                plan();
            }
        }
    }

    /**
     * Says whether later bytes of the file could still tell something that is kept; what is not wanted need not be taken, but
     * then nothing that follows may be.
     *
     * @return false if the rest of the file would be dropped
     */
    public boolean wantsMore() {
        return passed < size && (!planned || passed < head.length || tail.length > 0 || passed < goFrom + go.length);
    }

    private void keep(byte[] bytes, int from, int length) {
        copy(bytes, from, length, head, 0);
        copy(bytes, from, length, go, goFrom);
        if (tail.length > 0) {
            // A ring: a byte's place is its offset's remainder.
            int last = Math.min(length, tail.length);
            int skipped = length - last;
            int at = (int) ((passed + skipped) % tail.length);
            int before = Math.min(last, tail.length - at);
            System.arraycopy(bytes, from + skipped, tail, at, before);
            System.arraycopy(bytes, from + skipped + before, tail, 0, last - before);
        }
    }

    /** Copies what of the passing bytes belongs into a window that begins at an offset of the file. */
    private void copy(byte[] bytes, int from, int length, byte[] window, long start) {
        long first = Math.max(passed, start);
        long end = Math.min(passed + length, start + window.length);
        if (first < end) {
            System.arraycopy(bytes, from + (int) (first - passed), window, (int) (first - start), (int) (end - first));
        }
    }

    private void plan() {
        planned = true;
        if (size == head.length || !Numbers.says(head, 0, "\u007fELF")) {
            return;
        }
        if (size <= WHOLE) {
            head = Arrays.copyOf(head, (int) size);
            return;
        }
        ElfReader.Wanted wanted = ElfReader.wanted(FileBytes.of(head, size));
        if (wanted.end()) {
            tail = new byte[TAIL];
        }
        if (wanted.goData() >= head.length && wanted.goData() < size) {
            goFrom = wanted.goData();
            go = new byte[(int) Math.min(GO, size - goFrom)];
        }
    }

    /**
     * Says what passed by.
     *
     * @return the header, as far as the bytes taken so far tell it
     */
    public ExecutableHeader header() {
        List<Window> windows = new ArrayList<>();
        windows.add(new Window(0, passed < head.length ? Arrays.copyOf(head, (int) passed) : head));
        if (passed > goFrom && go.length > 0) {
            windows.add(new Window(goFrom, Arrays.copyOf(go, (int) Math.min(go.length, passed - goFrom))));
        }
        if (tail.length > 0 && passed > ExecutableHeader.BYTES) {
            windows.add(unrolled());
        }
        return HeaderReader.readWindows(FileBytes.of(windows, size));
    }

    private Window unrolled() {
        // The ring began to fill where the first page ended.
        int kept = (int) Math.min(tail.length, passed - ExecutableHeader.BYTES);
        long start = passed - kept;
        byte[] bytes = new byte[kept];
        int at = (int) (start % tail.length);
        int before = Math.min(kept, tail.length - at);
        System.arraycopy(tail, at, bytes, 0, before);
        System.arraycopy(tail, 0, bytes, before, kept - before);
        return new Window(start, bytes);
    }
}
