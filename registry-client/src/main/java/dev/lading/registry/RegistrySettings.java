package dev.lading.registry;

import dev.lading.oci.InvalidInputException;
import java.time.Duration;

/**
 * How patient a client is. The defaults suit registries on the internet and on this machine.
 *
 * @param connectTimeout how long a connection, and then a TLS handshake, may take: 10 s
 * @param idleTimeout how long a registry may be silent before an answer or within one: 60 s. Such a silence is an error at
 *     once and is not asked again
 * @param commitTimeout how long a registry may be silent at the end of an upload, when it may be hashing all of it: 10 min
 * @param attempts how often a request is sent until it counts as failed, at least 1: 5. A download that moved in between
 *     counts anew
 * @param longestWait the longest wait that a registry may ask for (Retry-After) before the request counts as failed: 60 s
 * @param ingestRuns how often a producer runs while uploads of its content break, at least 1: 3
 */
public record RegistrySettings(
        Duration connectTimeout,
        Duration idleTimeout,
        Duration commitTimeout,
        int attempts,
        Duration longestWait,
        int ingestRuns) {
    /**
     * Makes the value.
     *
     * @throws InvalidInputException if a timeout is not positive, the wait is negative or a count is less than 1
     */
    public RegistrySettings {
        positive("connectTimeout", connectTimeout);
        positive("idleTimeout", idleTimeout);
        positive("commitTimeout", commitTimeout);
        if (longestWait.isNegative()) {
            throw new InvalidInputException("longestWait is not negative; it is " + longestWait);
        }
        atLeastOne("attempts", attempts);
        atLeastOne("ingestRuns", ingestRuns);
    }

    private static void positive(String name, Duration duration) {
        if (duration.toMillis() < 1) {
            throw new InvalidInputException(name + " is at least a millisecond; it is " + duration);
        }
    }

    private static void atLeastOne(String name, int count) {
        if (count < 1) {
            throw new InvalidInputException(name + " is at least 1; it is " + count);
        }
    }

    /**
     * Returns the settings that nobody has changed.
     *
     * @return the defaults
     */
    public static RegistrySettings defaults() {
        return new RegistrySettings(
                Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofMinutes(10), 5, Duration.ofSeconds(60), 3);
    }

    /**
     * Returns these settings with another limit on connecting.
     *
     * @param limit how long a connection may take
     * @return the new settings
     * @throws InvalidInputException if it is not positive
     */
    public RegistrySettings withConnectTimeout(Duration limit) {
        return new RegistrySettings(limit, idleTimeout, commitTimeout, attempts, longestWait, ingestRuns);
    }

    /**
     * Returns these settings with another limit on silence.
     *
     * @param limit how long a registry may be silent
     * @return the new settings
     * @throws InvalidInputException if it is not positive
     */
    public RegistrySettings withIdleTimeout(Duration limit) {
        return new RegistrySettings(connectTimeout, limit, commitTimeout, attempts, longestWait, ingestRuns);
    }

    /**
     * Returns these settings with another limit on silence at the end of an upload.
     *
     * @param limit how long a registry may be silent
     * @return the new settings
     * @throws InvalidInputException if it is not positive
     */
    public RegistrySettings withCommitTimeout(Duration limit) {
        return new RegistrySettings(connectTimeout, idleTimeout, limit, attempts, longestWait, ingestRuns);
    }

    /**
     * Returns these settings with another number of attempts.
     *
     * @param count how often a request is sent, at least 1
     * @return the new settings
     * @throws InvalidInputException if it is less than 1
     */
    public RegistrySettings withAttempts(int count) {
        return new RegistrySettings(connectTimeout, idleTimeout, commitTimeout, count, longestWait, ingestRuns);
    }

    /**
     * Returns these settings with another limit on waits that a registry asks for.
     *
     * @param limit the longest wait
     * @return the new settings
     * @throws InvalidInputException if it is negative
     */
    public RegistrySettings withLongestWait(Duration limit) {
        return new RegistrySettings(connectTimeout, idleTimeout, commitTimeout, attempts, limit, ingestRuns);
    }

    /**
     * Returns these settings with another number of runs.
     *
     * @param count how often a producer runs at most, at least 1
     * @return the new settings
     * @throws InvalidInputException if it is less than 1
     */
    public RegistrySettings withIngestRuns(int count) {
        return new RegistrySettings(connectTimeout, idleTimeout, commitTimeout, attempts, longestWait, count);
    }
}
