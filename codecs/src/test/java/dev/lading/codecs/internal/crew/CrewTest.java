package dev.lading.codecs.internal.crew;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InterruptedIOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

    @Test
    void tasks_that_an_executor_has_not_begun_hold_nothing_of_a_crew_that_has_ended() {
        List<Runnable> kept = new ArrayList<>();
        WeakReference<Object> encoder = encoderThatGave(kept);
        assertThat(kept).hasSize(2);
        for (int i = 0; i < 100 && encoder.get() != null; i++) {
            System.gc();
        }
        assertThat(encoder.get()).isNull();
        kept.forEach(Runnable::run);
    }

    /** What gets the pieces stands for an encoder, which holds some of its own. */
    private static WeakReference<Object> encoderThatGave(List<Runnable> tasks) {
        AtomicBoolean encoder = new AtomicBoolean();
        Crew<Endless> crew = new Crew<>("crew", 3, 4, Optional.of(tasks::add), piece -> encoder.set(true));
        assertThatCode(() -> crew.add(new Endless(), false)).doesNotThrowAnyException();
        assertThatCode(() -> crew.add(new Endless(), false)).doesNotThrowAnyException();
        crew.end();
        return new WeakReference<>(encoder);
    }
}
