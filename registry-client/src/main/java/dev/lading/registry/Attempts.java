package dev.lading.registry;

import dev.lading.oci.CancelledException;
import dev.lading.oci.LadingException;
import java.time.Duration;
import java.util.Optional;

/**
 * The failures of one operation: counts them, pauses after each, and ends the operation when there were too many without
 * progress. All requests that an operation needs share one of these, so that nothing multiplies. For one thread.
 */
final class Attempts {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final RegistrySettings settings;
    private final Pacing pacing;
    private int failures;

    Attempts(RegistrySettings settings, Pacing pacing) {
        this.settings = settings;
        this.pacing = pacing;
    }

    /** Returns which attempt this is, from 1. */
    int current() {
        return failures + 1;
    }

    /** Something moved: what failed before no longer counts. */
    void progress() {
        failures = 0;
    }

    /**
     * Counts a failure and waits until the next attempt.
     *
     * @param failure what to throw if there is none
     * @param wait how long the registry asked to wait
     * @throws CancelledException if the thread is interrupted
     */
    void failed(LadingException failure, Optional<Duration> wait) {
        if (failures + 1 >= settings.attempts()) {
            throw failure;
        }
        pause(failure, wait);
    }

    /** Counts a failure and waits, however many there were; for repeats that are bounded elsewhere. */
    void pause(LadingException failure, Optional<Duration> wait) {
        if (wait.isPresent() && wait.get().compareTo(settings.longestWait()) > 0) {
            throw failure;
        }
        // Full jitter on the own pause; on the registry's wait a little, so that not all come back in one moment.
        int doublings = wait.isPresent() ? 0 : Math.min(failures, 20);
        long most = Math.min(FIRST_PAUSE.toMillis() << doublings, LONGEST_PAUSE.toMillis());
        failures++;
        Duration jitter =
                Duration.ofMillis((long) ((double) most * pacing.random().getAsDouble()));
        try {
            pacing.sleeper().sleep(wait.orElse(Duration.ZERO).plus(jitter));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException(
                    "the thread was interrupted while it waited to ask again, after: " + failure.getMessage(), failure);
        }
    }
}
