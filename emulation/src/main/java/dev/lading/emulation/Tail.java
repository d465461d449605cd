package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.OutputStream;

/** Keeps the last bytes written to it. Grows with them, up to its limit. */
final class Tail extends OutputStream {
    private static final int FIRST_BYTES = 8192;

    private final int limit;
    private byte[] ring;
    private long written;

    Tail(int limit) {
        this.limit = limit;
        this.ring = new byte[Math.min(limit, FIRST_BYTES)];
    }

    @Override
    public synchronized void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        grow(written + length);
        int skipped = Math.max(0, length - ring.length);
        int at = (int) ((written + skipped) % ring.length);
        int rest = length - skipped;
        int first = Math.min(rest, ring.length - at);
        System.arraycopy(bytes, offset + skipped, ring, at, first);
        System.arraycopy(bytes, offset + skipped + first, ring, 0, rest - first);
        written += length;
    }

    /** As long as the ring has never gone round it is a plain buffer, so it can be made larger by a copy. */
    private void grow(long wanted) {
        if (written > ring.length || wanted <= ring.length || ring.length == limit) {
            return;
        }
        long size = ring.length;
        while (size < wanted && size < limit) {
            size *= 2;
        }
        byte[] larger = new byte[(int) Math.min(size, limit)];
        System.arraycopy(ring, 0, larger, 0, (int) written);
        ring = larger;
    }

    synchronized boolean cut() {
        return written > ring.length;
    }

    synchronized String text() {
        if (!cut()) {
            return new String(ring, 0, (int) written, UTF_8);
        }
        int at = (int) (written % ring.length);
        byte[] whole = new byte[ring.length];
        System.arraycopy(ring, at, whole, 0, ring.length - at);
        System.arraycopy(ring, 0, whole, ring.length - at, at);
        return new String(whole, UTF_8);
    }
}
