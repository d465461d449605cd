package dev.lading.oci.content;

import dev.lading.oci.CancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one verb: started when it runs, joined before it returns, interrupted on the first failure, on the
 * caller's interrupt and at the deadline.
 */
final class Workers {
    private final String what;
    private final int tasks;
    private final Queue<Runnable> queue;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch ended;

    private Workers(String what, List<Runnable> tasks, int threads) {
        this.what = what;
        this.tasks = tasks.size();
        this.queue = new ConcurrentLinkedQueue<>(tasks);
        int count = Math.min(threads, tasks.size());
        this.ended = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            Thread worker = new Thread(this::work, "lading " + what + " " + (i + 1));
            worker.setDaemon(true);
            this.threads.add(worker);
        }
    }

    static int defaultThreads() {
        return Math.min(4, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Runs all tasks on at most {@code threads} threads. If all of them have ended well, that is the outcome, whatever came
     * meanwhile; a caller's interrupt is then kept in its flag alone.
     *
     * @throws CancelledException if the caller is interrupted or the time is up; with the caller's flag set in the first case
     */
    static void run(String what, List<Runnable> tasks, int threads, Optional<Duration> timeout) {
        long waitMillis = timeout.map(limit ->
                        limit.compareTo(Duration.ofMillis(Long.MAX_VALUE)) < 0 ? limit.toMillis() : Long.MAX_VALUE)
                .orElse(Long.MAX_VALUE);
        new Workers(what, tasks, threads).run(waitMillis);
    }

    private void run(long waitMillis) {
        boolean interrupted = false;
        boolean late = false;
        try {
            threads.forEach(Thread::start);
            late = !ended.await(waitMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            // After an orderly end nobody is left to be stopped; after any other, the rest is not to go on.
            if (ended.getCount() > 0) {
                stop();
            }
            interrupted |= join();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (done.get() == tasks) {
            return;
        }
        Throwable first = failure.get();
        if (first instanceof PartlyTaggedException partly) {
            // Which names moved must be told, however the work ended.
            throw partly;
        }
        if (interrupted) {
            throw new CancelledException(what + " was cancelled: the calling thread was interrupted");
        }
        if (late) {
            throw new CancelledException(what + " did not end in the time it was given and was cancelled");
        }
        if (first instanceof RuntimeException e) {
            throw e;
        } else if (first instanceof Error e) {
            throw e;
        }
    }

    private void work() {
        try {
            for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
                task.run();
                done.incrementAndGet();
            }
        } catch (RuntimeException | Error e) {
            if (failure.compareAndSet(null, e)) {
                stop();
            }
        } finally {
            ended.countDown();
        }
    }

    private void stop() {
        queue.clear();
        threads.forEach(Thread::interrupt);
    }

    /** Waits for all that were started to end, whatever happens; says whether the caller was interrupted meanwhile. */
    private boolean join() {
        boolean interrupted = false;
        for (Thread worker : threads) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop();
                }
            }
        }
        return interrupted;
    }
}
