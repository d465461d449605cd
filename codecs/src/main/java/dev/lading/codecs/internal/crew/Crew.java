package dev.lading.codecs.internal.crew;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Has pieces compressed by several threads and handed back in their order.
 *
 * <p>The owner's thread is one of them: it compresses whenever enough pieces wait, and it alone writes. So nothing
 * depends on the others ever running: an executor that is busy, or shut down, only makes it slower. How many pieces are
 * on their way is bounded, so is memory. Which thread compresses a piece does not change its bytes.
 *
 * @param <P> the kind of piece
 */
public final class Crew<P extends Piece> {
    /**
     * Gets compressed pieces in their order, on the owner's thread.
     *
     * @param <P> the kind of piece
     */
    @FunctionalInterface
    public interface Writing<P extends Piece> {
        /**
         * Writes a piece, which is free then.
         *
         * @throws IOException if the stream fails
         */
        void write(P piece) throws IOException;
    }

    private final String name;
    private final int threads;
    private final int mayBeUnderway;
    private final Optional<Executor> executor;
    private final Writing<P> writing;
    private final List<Thread> own = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final Condition done = lock.newCondition();
    /** All that are not yet written, in their order. */
    private final Deque<P> underway = new ArrayDeque<>();

    private final Deque<P> waiting = new ArrayDeque<>();

    /** Asked to work; {@link #working} have begun, {@link #idle} of them wait. */
    private int hired;

    private int working;
    private int idle;
    private volatile boolean ended;

    /** What tasks know of this crew: nothing after its end, for an executor may keep them, and they would keep the pieces. */
    private final AtomicReference<@Nullable Crew<P>> itself = new AtomicReference<>(this);

    /**
     * Makes a crew; no thread is started yet.
     *
     * @param name what threads of our own are called
     * @param threads how many, the owner's included
     * @param mayBeUnderway how many pieces may be on their way when {@link #add} returns, half of them waiting; at least as
     *     many as threads
     * @param executor runs the others; if empty, they are threads of our own
     * @param writing gets what is compressed
     */
    public Crew(String name, int threads, int mayBeUnderway, Optional<Executor> executor, Writing<P> writing) {
        this.name = name;
        this.threads = threads;
        this.mayBeUnderway = mayBeUnderway;
        this.executor = executor;
        this.writing = writing;
    }

    /**
     * Takes a filled piece, and writes what is ready.
     *
     * @param last whether no more come: all are written then
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the stream or the compressing fails
     */
    public void add(P piece, boolean last) throws IOException {
        lock.lock();
        try {
            piece.state = Piece.State.WAITING;
            piece.failure = null;
            underway.add(piece);
            waiting.add(piece);
            added.signal();
        } finally {
            lock.unlock();
        }
        // What is the last need not wait for others: the owner compresses it, or what comes before, at once.
        if (!last) {
            hire();
        }
        boolean alone = last || threads == 1;
        work(alone ? 0 : mayBeUnderway / 2, last ? 0 : mayBeUnderway);
    }

    /** Compresses and writes until no more than so many wait, and no more than so many are not written. */
    private void work(int mayWait, int mayBeLeft) throws IOException {
        while (true) {
            if (Thread.currentThread().isInterrupted()) {
                throw interrupted();
            }
            writeReady();
            P mine;
            lock.lock();
            try {
                if (underway.isEmpty() || waiting.size() <= mayWait && underway.size() <= mayBeLeft) {
                    return;
                }
                if (underway.element().state == Piece.State.DONE) {
                    continue;
                }
                if (waiting.isEmpty()) {
                    done.await();
                    continue;
                }
                mine = waiting.remove();
                mine.state = Piece.State.TAKEN;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw interrupted();
            } finally {
                lock.unlock();
            }
            mine.compress(Thread.currentThread()::isInterrupted);
            finished(mine);
        }
    }

    private static InterruptedIOException interrupted() {
        return new InterruptedIOException("interrupted while content was compressed");
    }

    private void writeReady() throws IOException {
        while (true) {
            P ready;
            lock.lock();
            try {
                if (underway.isEmpty() || underway.element().state != Piece.State.DONE) {
                    return;
                }
                ready = underway.remove();
            } finally {
                lock.unlock();
            }
            if (ready.failure != null) {
                throw new IOException("compressing failed: " + ready.failure, ready.failure);
            }
            writing.write(ready);
        }
    }

    private void finished(P piece) {
        lock.lock();
        try {
            piece.state = Piece.State.DONE;
            done.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Has one more thread work if some piece waits for it. */
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
            AtomicReference<@Nullable Crew<P>> crew = itself;
            Thread owner = Thread.currentThread();
            try {
                executor.get().execute(() -> help(crew.get(), owner));
            } catch (RejectedExecutionException e) {
                // It is full or shut down: the owner's thread does the work.
                unhired();
            }
            return;
        }
        Thread thread = new Thread(null, () -> work(true), name + "-" + (own.size() + 1), 0, false);
        thread.setDaemon(true);
        own.add(thread);
        thread.start();
    }

    /** A task for an executor; it may begin long after the end of the crew. */
    private static void help(@Nullable Crew<?> crew, Thread owner) {
        if (crew == null) {
            return;
        }
        if (Thread.currentThread() == owner) {
            // The executor is full, and runs tasks where they are given: the owner's thread heeds interrupts by itself.
            crew.unhired();
        } else {
            crew.work(false);
        }
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
        Optional<P> next = take(true, patient);
        while (next.isPresent()) {
            P piece = next.get();
            try {
                piece.compress(() -> ended);
            } catch (IOException | RuntimeException | Error e) {
                // The owner's thread says it; this one may be a pool's.
                piece.failure = e;
            }
            finished(piece);
            next = take(false, patient);
        }
    }

    private Optional<P> take(boolean begins, boolean patient) {
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
            P piece = waiting.remove();
            piece.state = Piece.State.TAKEN;
            return Optional.of(piece);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Drops what is not written and returns when none of the others works any more: a matter of milliseconds, for which
     * an interrupt is kept.
     */
    public void end() {
        itself.set(null);
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
        underway.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
