package dev.lading.gzip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class GzipEncoderTest {
    @Nested
    class Alone extends GzipEncoderSuite {
        @Override
        GzipEncoder encoder(OutputStream out, int level) {
            return new GzipEncoder(out, level);
        }

        @Override
        List<Integer> levels() {
            return List.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
        }
    }

    @Nested
    class WithTwoThreads extends GzipEncoderSuite {
        @Override
        GzipEncoder encoder(OutputStream out, int level) {
            return new GzipEncoder(out, level, 2);
        }
    }

    @Nested
    class WithFourThreads extends GzipEncoderSuite {
        @Override
        GzipEncoder encoder(OutputStream out, int level) {
            return new GzipEncoder(out, level, 4);
        }
    }

    @Nested
    class WithAnExecutor extends GzipEncoderSuite {
        private ExecutorService executor = Executors.newFixedThreadPool(2);

        @BeforeEach
        void open() {
            executor.shutdown();
            executor = Executors.newFixedThreadPool(2);
        }

        @AfterEach
        void close() throws InterruptedException {
            executor.shutdown();
            assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        GzipEncoder encoder(OutputStream out, int level) {
            return new GzipEncoder(out, level, 3, executor);
        }
    }

    @Nested
    class WithAnExecutorThatRefuses extends GzipEncoderSuite {
        @Override
        GzipEncoder encoder(OutputStream out, int level) {
            return new GzipEncoder(out, level, 3, task -> {
                throw new RejectedExecutionException("shut down");
            });
        }
    }

    @Nested
    class WithAnExecutorThatNeverBegins extends GzipEncoderSuite {
        @Override
        GzipEncoder encoder(OutputStream out, int level) {
            return new GzipEncoder(out, level, 3, task -> {});
        }
    }

    @Nested
    class WithTheCallersThreadAsExecutor extends GzipEncoderSuite {
        @Override
        GzipEncoder encoder(OutputStream out, int level) {
            return new GzipEncoder(out, level, 2, Runnable::run);
        }
    }

    private static byte[] finished(GzipEncoder encoder, ByteArrayOutputStream out, byte[] content) throws IOException {
        encoder.write(content);
        encoder.finish();
        return out.toByteArray();
    }

    @Test
    void no_more_tasks_than_asked_for_are_given_to_an_executor() throws IOException, InterruptedException {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool();
        Executor counting = task -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            threads.execute(() -> {
                try {
                    task.run();
                } finally {
                    now.decrementAndGet();
                }
            });
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        finished(new GzipEncoder(out, 6, 3, counting), out, Samples.mixed(12_000_000, 17));
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        // A task leaves the encoder's count a moment before it leaves the executor's.
        assertThat(most.get()).isBetween(1, 4);
    }

    @Test
    void a_task_that_begins_after_the_end_does_nothing() throws IOException {
        List<Runnable> late = new ArrayList<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] content = Samples.mixed(5_000_000, 18);
        byte[] gzip = finished(new GzipEncoder(out, 6, 3, late::add), out, content);
        assertThat(late).isNotEmpty();
        late.forEach(Runnable::run);
        assertThat(out.toByteArray()).isEqualTo(gzip);
    }

    @Test
    void what_fits_into_a_segment_needs_no_thread() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Executor none = task -> {
            throw new AssertionError("asked for a thread");
        };
        finished(new GzipEncoder(out, 6, 4, none), out, Samples.mixed(Samples.SEGMENT, 19));
        assertThat(out.size()).isPositive();
    }

    @Test
    void less_than_one_thread_is_refused() {
        OutputStream out = OutputStream.nullOutputStream();
        assertThatThrownBy(() -> new GzipEncoder(out, 6, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GzipEncoder(out, 6, 0, Runnable::run))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
