package dev.lading.gzip;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Has segments compressed by several threads and writes them in their order.
 *
 * <p>The owner's thread is one of them: it compresses whenever enough segments wait, and it alone writes. So nothing
 * depends on the others ever running: an executor that is busy, or shut down, only makes it slower. How many segments are
 * on their way is bounded, so is memory. Which thread compresses a segment does not change its bytes.
 */
final class SegmentCrew {
    private final DeflateLevel level;
    private final int threads;
    private final Optional<Executor> executor;
    private final List<Thread> own = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final Condition done = lock.newCondition();
    /** All that are not yet written, in their order. */
    private final Deque<Segment> underway = new ArrayDeque<>();

    private final Deque<Segment> waiting = new ArrayDeque<>();
    private final Deque<SegmentEncoder> encoders = new ArrayDeque<>();

    /** Asked to work; {@link #working} have begun, {@link #idle} of them wait. */
    private int hired;

    private int working;
    private int idle;
    private volatile boolean ended;

    /** The owner's alone. */
    private final Deque<Segment> free = new ArrayDeque<>();

    private int crc;

    /**
     * Makes a crew; no thread is started yet.
     *
     * @param threads how many, the owner's included
     * @param executor runs the others; if empty, they are threads of our own
     */
    SegmentCrew(DeflateLevel level, int threads, Optional<Executor> executor) {
        this.level = level;
        this.threads = threads;
        this.executor = executor;
    }

    /** The checksum of all that was written. */
    int crc() {
        return crc;
    }

    /** A segment to fill, after one that was {@linkplain #add added}. */
    Segment after(Segment before) {
        Segment next = free.isEmpty() ? new Segment() : free.pop();
        next.follow(before);
        return next;
    }

    /**
     * Takes a filled segment, and writes what is ready.
     *
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the stream fails
     */
    void add(Segment segment, OutputStream out) throws IOException {
        lock.lock();
        try {
            segment.state = Segment.State.WAITING;
            underway.add(segment);
            waiting.add(segment);
            added.signal();
        } finally {
            lock.unlock();
        }
        // What is the last need not wait for others: the owner compresses it, or what comes before, at once.
        if (!segment.last) {
            hire();
        }
        work(out, segment.last || threads == 1 ? 0 : threads + 1, segment.last ? 0 : 2 * threads + 2);
    }

    /** Compresses and writes until no more than so many wait, and no more than so many are not written. */
    private void work(OutputStream out, int mayWait, int mayBeUnderway) throws IOException {
        while (true) {
            if (Thread.currentThread().isInterrupted()) {
                throw interrupted();
            }
            writeReady(out);
            Segment mine;
            lock.lock();
            try {
                if (underway.isEmpty() || waiting.size() <= mayWait && underway.size() <= mayBeUnderway) {
                    return;
                }
                if (underway.element().state == Segment.State.DONE) {
                    continue;
                }
                if (waiting.isEmpty()) {
                    done.await();
                    continue;
                }
                mine = waiting.remove();
                mine.state = Segment.State.TAKEN;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw interrupted();
            } finally {
                lock.unlock();
            }
            SegmentEncoder encoder = borrowEncoder();
            mine.compress(encoder, Thread.currentThread()::isInterrupted);
            finished(mine, encoder);
        }
    }

    private static InterruptedIOException interrupted() {
        return new InterruptedIOException("interrupted while content was compressed");
    }

    private void writeReady(OutputStream out) throws IOException {
        while (true) {
            Segment ready;
            lock.lock();
            try {
                if (underway.isEmpty() || underway.element().state != Segment.State.DONE) {
                    return;
                }
                ready = underway.remove();
            } finally {
                lock.unlock();
            }
            if (ready.failure != null) {
                throw new IOException("compressing failed: " + ready.failure, ready.failure);
            }
            out.write(ready.output, 0, ready.outputLength);
            crc = CrcJoin.join(crc, ready.crc, ready.length());
            free.push(ready);
        }
    }

    private SegmentEncoder borrowEncoder() {
        lock.lock();
        try {
            if (!encoders.isEmpty()) {
                return encoders.pop();
            }
        } finally {
            lock.unlock();
        }
        return new SegmentEncoder(level);
    }

    private void finished(Segment segment, SegmentEncoder encoder) {
        lock.lock();
        try {
            encoders.push(encoder);
            segment.state = Segment.State.DONE;
            done.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Has one more thread work if some segment waits for it. */
    private void hire() {
        lock.lock();
        try {
            if (hired >= threads - 1 || waiting.size() <= idle) {
                return;
            }
            hired++;
        } finally {
            lock.unlock();
        }
        if (executor.isPresent()) {
            try {
                executor.get().execute(() -> work(false));
            } catch (RejectedExecutionException e) {
                // It is full or shut down: the owner's thread does the work.
                unhired();
            }
            return;
        }
        Thread thread = new Thread(null, () -> work(true), "lading-gzip-" + (own.size() + 1), 0, false);
        thread.setDaemon(true);
        own.add(thread);
        thread.start();
    }

    private void unhired() {
        lock.lock();
        try {
            hired--;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What the others do.
     *
     * @param patient whether to wait for work until the end; a thread of somebody else's is not kept waiting
     */
    private void work(boolean patient) {
        Optional<Segment> next = take(true, patient);
        while (next.isPresent()) {
            Segment segment = next.get();
            SegmentEncoder encoder = borrowEncoder();
            try {
                segment.compress(encoder, () -> ended);
            } catch (RuntimeException | Error e) {
                // The owner's thread says it; this one may be a pool's.
                segment.failure = e;
            }
            finished(segment, encoder);
            next = take(false, patient);
        }
    }

    private Optional<Segment> take(boolean begins, boolean patient) {
        lock.lock();
        try {
            if (begins) {
                working++;
            }
            while (patient && !ended && waiting.isEmpty()) {
                idle++;
                added.awaitUninterruptibly();
                idle--;
            }
            if (ended || waiting.isEmpty()) {
                working--;
                hired--;
                done.signalAll();
                return Optional.empty();
            }
            Segment segment = waiting.remove();
            segment.state = Segment.State.TAKEN;
            return Optional.of(segment);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Drops what is not written and returns when none of the others works any more: a matter of milliseconds, for which
     * an interrupt is kept.
     */
    void end() {
        lock.lock();
        try {
            ended = true;
            waiting.clear();
            added.signalAll();
            // Who was asked and has not begun finds the end when beginning, perhaps much later.
            while (working > 0) {
                done.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        for (Thread thread : own) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        own.clear();
        free.clear();
        underway.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
