package dev.lading.layer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Makes bytes on a thread of its own while the caller's passes them on; the thread has ended when {@link #pass} returns or
 * throws.
 */
final class ReadAhead {
    private static final int PIECES = 4;
    private static final int PIECE_BYTES = 256 * 1024;

    /** Writes some bytes once. */
    @FunctionalInterface
    interface Maker {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Some bytes on their way; the last one says how it ended. */
    private static final class Piece {
        private final byte[] bytes = new byte[PIECE_BYTES];
        private int length;
        private boolean last;
        private @Nullable Throwable failure;
    }

    private final BlockingQueue<Piece> full = new ArrayBlockingQueue<>(PIECES);
    private final BlockingQueue<Piece> empty = new ArrayBlockingQueue<>(PIECES);

    private ReadAhead() {
        for (int i = 0; i < PIECES; i++) {
            empty.add(new Piece());
        }
    }

    /**
     * Runs a maker and passes what it makes on.
     *
     * @throws InterruptedIOException if the caller is interrupted; its flag stays
     * @throws IOException if the maker or {@code out} fails
     */
    static void pass(Maker maker, OutputStream out) throws IOException {
        ReadAhead ahead = new ReadAhead();
        Thread worker = new Thread(() -> ahead.make(maker), "lading layer reading");
        worker.setDaemon(true);
        worker.start();
        try {
            ahead.pass(out);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while a layer was read");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            worker.interrupt();
            join(worker);
        }
    }

    private void pass(OutputStream out) throws IOException, InterruptedException {
        while (true) {
            Piece piece = full.take();
            if (piece.failure instanceof IOException e) {
                throw e;
            } else if (piece.failure instanceof RuntimeException e) {
                throw e;
            } else if (piece.failure instanceof Error e) {
                throw e;
            }
            out.write(piece.bytes, 0, piece.length);
            if (piece.last) {
                return;
            }
            empty.add(piece);
        }
    }

    private void make(Maker maker) {
        Made made = new Made();
        try {
            try {
                maker.writeTo(made);
                made.end(null);
            } catch (IOException | RuntimeException | Error e) {
                made.end(e);
            }
        } catch (InterruptedIOException e) {
            // The caller has gone and waits for this thread alone.
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread worker) {
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Cuts what is written into pieces. */
    private final class Made extends OutputStream {
        private @Nullable Piece piece;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                Piece current = current();
                int n = Math.min(length - done, PIECE_BYTES - current.length);
                System.arraycopy(bytes, offset + done, current.bytes, current.length, n);
                current.length += n;
                done += n;
                if (current.length == PIECE_BYTES) {
                    handOver(current);
                }
            }
        }

        void end(@Nullable Throwable failure) throws InterruptedIOException {
            Piece current = current();
            current.last = true;
            current.failure = failure;
            handOver(current);
        }

        private Piece current() throws InterruptedIOException {
            Piece current = piece;
            if (current == null) {
                try {
                    current = empty.take();
                } catch (InterruptedException e) {
                    throw interrupted(e);
                }
                current.length = 0;
                piece = current;
            }
            return current;
        }

        private void handOver(Piece current) throws InterruptedIOException {
            piece = null;
            try {
                full.put(current);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }

        private InterruptedIOException interrupted(InterruptedException cause) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while a layer was read");
            interrupted.initCause(cause);
            return interrupted;
        }
    }
}
