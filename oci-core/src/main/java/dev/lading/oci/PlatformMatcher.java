package dev.lading.oci;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/**
 * Decides which platforms satisfy a wanted one, and which of them is best.
 *
 * <p>Matching and ranking are containerd's. Platforms are compared after normalising. The features that a candidate needs must
 * be among those of the wanted platform, and of two that match equally well the one that uses more of them is better;
 * Windows' {@code win32k} counts for nothing, for Nano Server lacks it. A version of the operating system binds on Windows
 * alone: one that is not said fits every other, else a host from build 20348 on runs builds from 20348 up to its own, and
 * an older one its own build only. Where two candidates are equally good, the first one given is taken.
 *
 * <p>{@code unknown/unknown}, the mark of what is no image, is never matched. Immutable.
 */
public final class PlatformMatcher {
    /** The variants of arm64 that are known; a ladder cannot begin from another one. */
    private static final Set<String> ARM64_VARIANTS = Set.of(
            "v8.1", "v8.2", "v8.3", "v8.4", "v8.5", "v8.6", "v8.7", "v8.8", "v8.9", "v9", "v9.1", "v9.2", "v9.3",
            "v9.4", "v9.5", "v9.6", "v9.7");

    private static final int LOWEST_ARM = 5;
    private static final int LAST_V8_MINOR = 9;
    // Version 9.0 has the features of 8.5 (Arm's architecture reference manual, «Armv9-A»).
    private static final int V9_AHEAD_OF_V8 = 5;
    // Far beyond any real variant: a text from outside must not make a ladder of a million steps.
    private static final int HIGHEST_VARIANT = 99;

    /** How the rungs of a ladder are used. */
    private enum Use {
        /** The first rung that matches is the rank. */
        RANKED,
        /** All rungs are equally good. */
        EQUAL,
        /** Only the operating system must match; the rungs rank. */
        SYSTEM_ONLY,
        /** Everything matches. */
        ALL
    }

    private final List<Platform> rungs;
    private final Use use;

    private PlatformMatcher(List<Platform> rungs, Use use) {
        this.rungs = rungs.stream().map(Platform::normalized).toList();
        this.use = use;
    }

    /**
     * Makes the matcher that takes only the platform itself.
     *
     * @param wanted the platform, normalised or not
     * @return the matcher
     */
    public static PlatformMatcher strict(Platform wanted) {
        return new PlatformMatcher(List.of(wanted), Use.RANKED);
    }

    /**
     * Makes the matcher that takes everything a machine of a platform runs by itself, best first: its own variant and those
     * below, then its architecture's 32-bit forebear.
     *
     * <table>
     * <caption>What runs where, best first</caption>
     * <tr><th>machine</th><th>runs</th></tr>
     * <tr><td>{@code amd64/v3}</td><td>{@code amd64/v3}, {@code amd64/v2}, {@code amd64}, {@code 386}</td></tr>
     * <tr><td>{@code arm/v7}</td><td>{@code arm/v7}, {@code arm/v6}, {@code arm/v5}</td></tr>
     * <tr><td>{@code arm64}</td><td>{@code arm64}, then {@code arm/v8} down to {@code arm/v5}</td></tr>
     * <tr><td>{@code arm64/v8.2}</td><td>{@code arm64/v8.2}, {@code arm64/v8.1}, {@code arm64}, then {@code arm}</td></tr>
     * <tr><td>{@code arm64/v9.1}</td><td>{@code arm64/v9.1}, {@code arm64/v9}, {@code arm64/v8.6} down to {@code arm64}, then
     * {@code arm}</td></tr>
     * <tr><td>other</td><td>itself</td></tr>
     * </table>
     *
     * <p>A machine of {@code arm64} with an unknown variant matches nothing. Whether a given host can really run its
     * forebear's programs is not judged here.
     *
     * @param machine the platform of the machine, normalised or not
     * @return the matcher
     */
    public static PlatformMatcher compatible(Platform machine) {
        return new PlatformMatcher(ladder(machine.normalized()), Use.RANKED);
    }

    /**
     * Returns {@link #strict(Platform)} as a rule, for choosing by it.
     *
     * @return the rule that makes a strict matcher of a wanted platform
     */
    public static Function<Platform, PlatformMatcher> strict() {
        return PlatformMatcher::strict;
    }

    /**
     * Returns {@link #compatible(Platform)} as a rule, for choosing by it: {@code index.select(platform, compatible())}.
     *
     * @return the rule that makes a compatible matcher of a wanted platform
     */
    public static Function<Platform, PlatformMatcher> compatible() {
        return PlatformMatcher::compatible;
    }

    /**
     * Makes the matcher that takes any of several platforms, an earlier one rather than a later one.
     *
     * @param wanted the platforms, the best first
     * @return the matcher
     */
    public static PlatformMatcher ordered(Platform... wanted) {
        return new PlatformMatcher(List.of(wanted), Use.RANKED);
    }

    /**
     * Makes the matcher that takes any of several platforms, none rather than another.
     *
     * @param wanted the platforms
     * @return the matcher
     */
    public static PlatformMatcher anyOf(Platform... wanted) {
        return new PlatformMatcher(List.of(wanted), Use.EQUAL);
    }

    /**
     * Makes the matcher that takes every architecture of an operating system, with its version and features; what a machine of
     * the platform runs comes first, in the order of {@link #compatible(Platform)}.
     *
     * @param wanted the platform whose operating system is wanted
     * @return the matcher
     */
    public static PlatformMatcher operatingSystem(Platform wanted) {
        Platform normalized = wanted.normalized();
        List<Platform> rungs = new ArrayList<>(ladder(normalized));
        // Last, so that it ranks nothing new, but says the operating system where there is no ladder.
        rungs.add(normalized);
        return new PlatformMatcher(rungs, Use.SYSTEM_ONLY);
    }

    /**
     * Makes the matcher that takes every platform, in the order given.
     *
     * @return the matcher
     */
    public static PlatformMatcher all() {
        return new PlatformMatcher(List.of(), Use.ALL);
    }

    private static List<Platform> ladder(Platform machine) {
        List<Platform> rungs = new ArrayList<>();
        switch (machine.architecture()) {
            case "amd64" -> {
                rungs.add(machine);
                for (int v = number(machine.variant().orElse("")) - 1; v >= 1; v--) {
                    rungs.add(machine.withVariant("v" + v));
                }
                rungs.add(other(machine, "386"));
            }
            case "arm" -> {
                rungs.add(machine);
                armBelow(machine, number(machine.variant().orElse("")), rungs);
            }
            case "arm64" -> arm64(machine, rungs);
            default -> rungs.add(machine);
        }
        return rungs;
    }

    private static void armBelow(Platform arm, int version, List<Platform> rungs) {
        for (int v = version - 1; v >= LOWEST_ARM; v--) {
            rungs.add(arm.withVariant("v" + v));
        }
    }

    private static void arm64(Platform machine, List<Platform> rungs) {
        String variant = machine.variant().orElse("");
        int minor = 0;
        if (!variant.isEmpty()) {
            if (!ARM64_VARIANTS.contains(variant)) {
                return;
            }
            minor = variant.length() > "v8.".length() ? variant.charAt(variant.length() - 1) - '0' : 0;
            if (variant.startsWith("v9")) {
                for (int m = minor; m >= 0; m--) {
                    rungs.add(machine.withVariant("v9." + m));
                }
                minor = Math.min(minor + V9_AHEAD_OF_V8, LAST_V8_MINOR);
            }
        }
        for (int m = minor; m >= 0; m--) {
            rungs.add(machine.withVariant("v8." + m));
        }
        Platform arm = other(machine, "arm");
        rungs.add(arm.withVariant("v8"));
        armBelow(arm, 8, rungs);
    }

    private static Platform other(Platform machine, String architecture) {
        return new Platform(machine.os(), architecture, Optional.empty(), machine.osVersion(), machine.osFeatures());
    }

    /** The number of a variant such as v7 or 7; 0 for one that is no number. */
    private static int number(String variant) {
        String digits = variant.startsWith("v") ? variant.substring(1) : variant;
        try {
            int number = Integer.parseInt(digits);
            return number <= HIGHEST_VARIANT ? number : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /**
     * Says whether a platform satisfies the wanted one.
     *
     * @param candidate the platform offered, normalised or not
     * @return true if it does
     */
    public boolean matches(Platform candidate) {
        return rank(candidate).isPresent();
    }

    /**
     * Says how good a platform is.
     *
     * @param candidate the platform offered, normalised or not
     * @return 0 for the best, more for less good ones; empty if it does not match. Features are not counted in.
     */
    public OptionalInt rank(Platform candidate) {
        Platform offered = candidate.normalized();
        if (offered.isNone()) {
            return OptionalInt.empty();
        }
        if (use == Use.ALL) {
            return OptionalInt.of(0);
        }
        for (int i = 0; i < rungs.size(); i++) {
            Platform rung = rungs.get(i);
            if (offered.architecture().equals(rung.architecture())
                    && offered.variant().equals(rung.variant())
                    && runsSystem(rung, offered)) {
                return OptionalInt.of(use == Use.EQUAL ? 0 : i);
            }
        }
        return use == Use.SYSTEM_ONLY && runsSystem(rungs.get(0), offered)
                ? OptionalInt.of(rungs.size())
                : OptionalInt.empty();
    }

    private static boolean runsSystem(Platform here, Platform offered) {
        if (!here.os().equals(offered.os())) {
            return false;
        }
        boolean windows = here.os().equals("windows");
        if (windows && !WindowsVersion.runs(here.osVersion(), offered.osVersion())) {
            return false;
        }
        for (String feature : offered.osFeatures()) {
            boolean ignored = windows && feature.equals("win32k");
            if (!ignored && !here.osFeatures().contains(feature)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the order of platforms by this matcher: the best first, then those that match less well, then all that do not
     * match. Equally good ones compare as equal.
     *
     * @return the order
     */
    public Comparator<Platform> ranking() {
        return Comparator.comparing(this::score);
    }

    /** A platform's rank, and how many features it uses. */
    private record Score(int rank, int features) implements Comparable<Score> {
        @Override
        public int compareTo(Score other) {
            int byRank = Integer.compare(rank, other.rank);
            return byRank != 0 ? byRank : Integer.compare(other.features, features);
        }
    }

    private Score score(Platform candidate) {
        OptionalInt rank = rank(candidate);
        return rank.isPresent()
                ? new Score(rank.getAsInt(), candidate.normalized().osFeatures().size())
                : new Score(Integer.MAX_VALUE, 0);
    }

    /**
     * Returns the candidates that match, the best first; equally good ones in the order given.
     *
     * @param <T> what carries a platform
     * @param candidates what there is to choose from
     * @param platform the platform of a candidate
     * @return the matching ones; empty if there is none
     */
    public <T> List<T> matching(Collection<T> candidates, Function<? super T, Platform> platform) {
        record Scored<T>(T candidate, Score score) {}
        List<Scored<T>> matching = new ArrayList<>();
        for (T candidate : candidates) {
            Score score = score(platform.apply(candidate));
            if (score.rank() != Integer.MAX_VALUE) {
                matching.add(new Scored<>(candidate, score));
            }
        }
        matching.sort(Comparator.comparing(Scored::score));
        return matching.stream().map(Scored::candidate).toList();
    }

    /**
     * Returns the best candidate.
     *
     * @param <T> what carries a platform
     * @param candidates what there is to choose from
     * @param platform the platform of a candidate
     * @return the first of {@link #matching}, or empty if none matches
     */
    public <T> Optional<T> best(Collection<T> candidates, Function<? super T, Platform> platform) {
        return matching(candidates, platform).stream().findFirst();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PlatformMatcher that && use == that.use && rungs.equals(that.rungs);
    }

    @Override
    public int hashCode() {
        return Objects.hash(use, rungs);
    }

    /** Returns the platforms that are taken, the best first. */
    @Override
    public String toString() {
        return use + " " + rungs;
    }
}
