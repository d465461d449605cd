package dev.lading.registry;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * Time and chance, as parameters.
 *
 * @param clock what Retry-After's dates are compared with
 * @param random a number from 0 to 1, 1 excluded
 * @param sleeper waits
 */
record Pacing(Clock clock, DoubleSupplier random, Sleeper sleeper) {
    /** Waits on the calling thread. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration duration) throws InterruptedException;
    }

    static Pacing real() {
        return new Pacing(
                Clock.systemUTC(),
                () -> ThreadLocalRandom.current().nextDouble(),
                duration -> Thread.sleep(duration.toMillis()));
    }
}
