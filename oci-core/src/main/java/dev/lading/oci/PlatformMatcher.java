package dev.lading.oci;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Decides which platforms satisfy a wanted one.
 *
 * <p>A strict matcher takes equality of operating system, architecture and variant after normalising, and of the
 * version and features that are asked for. Immutable.
 */
public final class PlatformMatcher {
    private final Platform wanted;

    private PlatformMatcher(Platform wanted) {
        this.wanted = wanted.normalized();
    }

    /**
     * Makes the matcher that takes only the platform itself.
     *
     * @param wanted the platform, normalised or not
     * @return the matcher
     */
    public static PlatformMatcher strict(Platform wanted) {
        return new PlatformMatcher(Objects.requireNonNull(wanted));
    }

    /**
     * Says whether a platform satisfies the wanted one.
     *
     * @param candidate the platform offered, normalised or not
     * @return true if it does
     */
    public boolean matches(Platform candidate) {
        Platform other = candidate.normalized();
        return other.os().equals(wanted.os())
                && other.architecture().equals(wanted.architecture())
                && other.variant().equals(wanted.variant())
                && (wanted.osVersion().isEmpty() || other.osVersion().equals(wanted.osVersion()))
                && other.osFeatures().containsAll(wanted.osFeatures());
    }

    /**
     * Returns the candidates that match, in the order given.
     *
     * @param <T> what carries a platform
     * @param candidates what there is to choose from
     * @param platform the platform of a candidate
     * @return the matching ones, in the order given; empty if there is none
     */
    public <T> List<T> matching(Collection<T> candidates, Function<? super T, Platform> platform) {
        return candidates.stream().filter(c -> matches(platform.apply(c))).toList();
    }
}
