package dev.lading.oci.content;

import dev.lading.oci.CancelledException;
import dev.lading.oci.LadingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one verb: started when it runs, joined before it returns, interrupted on the first failure, on the
 * caller's interrupt and at the deadline.
 */
final class Workers {
    private Workers() {}

    static int defaultThreads() {
        return Math.min(4, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Runs all tasks on at most {@code threads} threads.
     *
     * @throws CancelledException if the caller is interrupted or the time is up; with the caller's flag set in the first case
     */
    static void run(String what, List<Runnable> tasks, int threads, Optional<Duration> timeout) {
        Queue<Runnable> queue = new ConcurrentLinkedQueue<>(tasks);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        int count = Math.min(threads, tasks.size());
        CountDownLatch ended = new CountDownLatch(count);
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Thread worker = new Thread(() -> work(queue, failure, ended), "lading " + what + " " + (i + 1));
            worker.setDaemon(true);
            workers.add(worker);
        }
        workers.forEach(Thread::start);
        boolean interrupted = false;
        boolean late = false;
        try {
            if (timeout.isPresent()) {
                late = !ended.await(timeout.get().toMillis(), TimeUnit.MILLISECONDS);
            } else {
                ended.await();
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted || late) {
            queue.clear();
            workers.forEach(Thread::interrupt);
        }
        interrupted |= join(workers);
        if (interrupted) {
            Thread.currentThread().interrupt();
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
        if (first instanceof LadingException e) {
            throw e;
        } else if (first instanceof RuntimeException e) {
            throw e;
        } else if (first instanceof Error e) {
            throw e;
        }
    }

    private static void work(
            Queue<Runnable> queue, AtomicReference<@Nullable Throwable> failure, CountDownLatch ended) {
        try {
            for (Runnable task = queue.poll(); task != null && failure.get() == null; task = queue.poll()) {
                task.run();
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            queue.clear();
        } finally {
            ended.countDown();
        }
    }

    /** Waits for all to end, whatever happens; says whether the caller was interrupted meanwhile. */
    private static boolean join(List<Thread> workers) {
        boolean interrupted = false;
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    workers.forEach(Thread::interrupt);
                }
            }
        }
        return interrupted;
    }
}
