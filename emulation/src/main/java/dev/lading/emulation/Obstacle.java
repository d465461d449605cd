package dev.lading.emulation;

import java.util.Objects;

/**
 * What stands in the way of something on this host.
 *
 * @param reason what it is
 * @param remedy what would change it
 */
public record Obstacle(String reason, String remedy) {
    /** Makes the value. */
    public Obstacle {
        Objects.requireNonNull(reason);
        Objects.requireNonNull(remedy);
    }

    /** Returns both for a message. */
    @Override
    public String toString() {
        return reason + "; " + remedy;
    }
}
