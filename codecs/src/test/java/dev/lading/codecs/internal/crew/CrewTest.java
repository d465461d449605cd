package dev.lading.codecs.internal.crew;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class CrewTest {
    /** Is compressed until somebody has it stopped. */
    private static final class Endless extends Piece {
        @Override
        protected void compress(BooleanSupplier stop) {
            while (!stop.getAsBoolean()) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
    void an_interrupt_of_the_owner_stops_it_also_where_the_executor_runs_tasks_in_the_thread_that_gives_them() {
        Crew<Endless> crew = new Crew<>(
                "crew",
                3,
                3,
                Optional.of(task -> {
                    Thread.currentThread().interrupt();
                    task.run();
                }),
                piece -> {});
        assertThatThrownBy(() -> crew.add(new Endless(), false)).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        crew.end();
    }
}
