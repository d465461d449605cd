package dev.lading.oci;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Chooses by platform among things that are each for one, and says what there is where nothing fits.
 *
 * <p>Immutable.
 *
 * @param <T> what is chosen, such as a descriptor or an image
 */
public final class PlatformSelection<T> {
    /** As many platforms as a message lists; an index may have thousands of entries. */
    private static final int LISTED = 24;

    /** A candidate with its platform, read once. */
    private record Offered<T>(T candidate, Platform platform) {}

    private final List<Offered<T>> offers;
    private final String place;

    private PlatformSelection(List<Offered<T>> offers, String place) {
        this.offers = offers;
        this.place = place;
    }

    /**
     * Looks at what there is.
     *
     * @param <T> what is chosen
     * @param candidates what there is to choose from
     * @param platform the platform of a candidate, asked for once; {@code unknown/unknown} where it has none
     * @param place where the candidates are, for the message of a refusal, such as a repository's name
     * @return the selection
     */
    public static <T> PlatformSelection<T> of(
            Collection<T> candidates, Function<? super T, Platform> platform, String place) {
        List<Offered<T>> offers = new ArrayList<>();
        candidates.forEach(candidate -> offers.add(new Offered<>(candidate, platform.apply(candidate))));
        return new PlatformSelection<>(offers, Objects.requireNonNull(place));
    }

    /**
     * Chooses the best one for a platform.
     *
     * @param wanted the platform
     * @param rule makes the matcher of it, such as {@link PlatformMatcher#strict()}
     * @return the best, the first given where several are equally good
     * @throws NotFoundException if none matches; the message lists what there is and the nearest that would run
     */
    public T one(Platform wanted, Function<? super Platform, PlatformMatcher> rule) {
        return find(wanted, rule).orElseThrow(() -> new NotFoundException(refusal(List.of(wanted))));
    }

    /**
     * Chooses the best one for each of several platforms.
     *
     * @param wanted the platforms
     * @param rule makes the matcher of each, such as {@link PlatformMatcher#strict()}
     * @return the best for each, by the platform as it was given, in the order given
     * @throws NotFoundException if there is a platform that none matches; the message names every such platform
     */
    public Map<Platform, T> each(Collection<Platform> wanted, Function<? super Platform, PlatformMatcher> rule) {
        Map<Platform, T> chosen = new LinkedHashMap<>();
        List<Platform> missing = new ArrayList<>();
        for (Platform platform : wanted) {
            find(platform, rule).ifPresentOrElse(found -> chosen.put(platform, found), () -> missing.add(platform));
        }
        if (!missing.isEmpty()) {
            throw new NotFoundException(refusal(missing));
        }
        return Collections.unmodifiableMap(chosen);
    }

    private Optional<T> find(Platform wanted, Function<? super Platform, PlatformMatcher> rule) {
        return rule.apply(wanted).best(offers, Offered::platform).map(Offered::candidate);
    }

    private String refusal(List<Platform> missing) {
        List<String> there = offers.stream()
                .filter(offer -> !offer.platform().isNone())
                .map(offer -> offer.platform().toString())
                .distinct()
                .toList();
        List<String> near = new ArrayList<>();
        for (Platform platform : missing) {
            PlatformMatcher.compatible(platform)
                    .best(offers, Offered::platform)
                    .ifPresent(
                            nearest -> near.add(nearest.platform() + " is the nearest that would run on " + platform));
        }
        return "no image for " + listed(missing.stream().map(Platform::toString).toList()) + " in " + place
                + "; it has " + (there.isEmpty() ? "none for any platform" : listed(there))
                + (near.isEmpty() ? "" : "; " + String.join(", ", near))
                + ". Choose another image"
                + (near.isEmpty() ? "" : ", ask for the nearest")
                + " or drop the platform.";
    }

    private static String listed(List<String> words) {
        return words.size() <= LISTED
                ? String.join(", ", words)
                : String.join(", ", words.subList(0, LISTED)) + " and " + (words.size() - LISTED) + " more";
    }
}
