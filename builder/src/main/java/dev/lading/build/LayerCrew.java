package dev.lading.build;

import dev.lading.oci.CancelledException;
import dev.lading.oci.Layer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The threads that make an image's layers: never more than asked for in all, started when it runs and joined before it
 * returns, interrupted on the first failure and on the caller's interrupt.
 *
 * <p>A thread takes the next layer; when none is left it helps those that are not done, until all are. So one large layer
 * among small ones keeps every thread busy, and many small ones never wait for each other.
 */
final class LayerCrew {
    private static final int MOST_BY_DEFAULT = 4;

    /** Makes one layer, with helpers for a part of the work. */
    @FunctionalInterface
    interface Task {
        Layer make(Executor helpers);
    }

    private final List<Task> tasks;
    private final @Nullable Layer[] made;
    private final List<Thread> threads = new ArrayList<>();

    // Guarded by this object's monitor, beneath which nothing else is called.
    private final Deque<Runnable> help = new ArrayDeque<>();
    private int next;
    private int done;
    private @Nullable Throwable failure;
    private boolean stopped;

    private LayerCrew(List<Task> tasks) {
        this.tasks = tasks;
        this.made = new Layer[tasks.size()];
    }

    static int defaultThreads() {
        return Math.min(MOST_BY_DEFAULT, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Makes all layers.
     *
     * @return the layers in the tasks' order
     * @throws CancelledException if the caller is interrupted
     */
    static List<Layer> run(List<Task> tasks, int threads) {
        if (threads == 1) {
            // The caller's thread is enough, and whatever is offered to helpers is done by who offers it.
            return tasks.stream().map(task -> task.make(nobody -> {})).toList();
        }
        LayerCrew crew = new LayerCrew(tasks);
        crew.run(threads);
        return Arrays.stream(crew.made).map(Objects::requireNonNull).toList();
    }

    private void run(int count) {
        if (tasks.isEmpty()) {
            return;
        }
        boolean interrupted = false;
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(this::work, "lading layers " + (i + 1));
            thread.setDaemon(true);
            threads.add(thread);
        }
        try {
            threads.forEach(Thread::start);
        } finally {
            interrupted = join();
        }
        Throwable first = failure();
        if (interrupted) {
            Thread.currentThread().interrupt();
            if (first != null || !isDone()) {
                throw new CancelledException("the build was cancelled: the calling thread was interrupted");
            }
        }
        if (first instanceof RuntimeException e) {
            throw e;
        } else if (first instanceof Error e) {
            throw e;
        }
    }

    /** Waits for all threads that were started, whatever happens; says whether the caller was interrupted meanwhile. */
    private boolean join() {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop();
                }
            }
        }
        return interrupted;
    }

    private void work() {
        try {
            for (Runnable job = job(); job != null; job = job()) {
                job.run();
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** The next layer, else help for one that is being made, else none any more; waits for it to be known. */
    private synchronized @Nullable Runnable job() {
        while (!stopped) {
            if (next < tasks.size()) {
                int index = next++;
                return () -> make(index);
            }
            Runnable offered = help.poll();
            if (offered != null) {
                return offered;
            }
            if (done == tasks.size()) {
                return null;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                return null;
            }
        }
        return null;
    }

    private void make(int index) {
        Layer layer = tasks.get(index).make(this::offer);
        ended(index, layer);
    }

    private synchronized void ended(int index, Layer layer) {
        made[index] = layer;
        done++;
        notifyAll();
    }

    private synchronized void offer(Runnable offered) {
        help.add(offered);
        notifyAll();
    }

    private void fail(Throwable cause) {
        synchronized (this) {
            if (failure == null && !stopped) {
                failure = cause;
            }
        }
        stop();
    }

    private void stop() {
        synchronized (this) {
            stopped = true;
            help.clear();
            notifyAll();
        }
        threads.forEach(Thread::interrupt);
    }

    private synchronized @Nullable Throwable failure() {
        return failure;
    }

    private synchronized boolean isDone() {
        return done == tasks.size();
    }
}
