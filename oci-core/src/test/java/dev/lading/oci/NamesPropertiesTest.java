package dev.lading.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class NamesPropertiesTest {
    private static final Digest SHA256 = Digest.of(new byte[0]);
    private static final Digest SHA512 = Digest.of(Digest.Algorithm.SHA512, new byte[0]);

    @Property(seed = "20261121")
    void a_reference_is_printed_so_that_it_reads_back_equal(@ForAll("references") Reference reference) {
        assertThat(Reference.parse(reference.toString())).isEqualTo(reference);
        assertThat(Reference.parse(reference.toString())).hasToString(reference.toString());
    }

    @Property(seed = "20261121")
    void a_familiar_name_reads_back_to_the_repository_it_was_made_of(@ForAll("references") Reference reference) {
        boolean unofficialOnHub = reference.registry().equals("docker.io")
                && !reference.repository().contains("/");
        if (!unofficialOnHub) {
            Reference back = Reference.parseFamiliar(reference.toFamiliarString());
            assertThat(back.withoutName()).isEqualTo(reference.withoutName());
            assertThat(back.digest()).isEqualTo(reference.digest());
            assertThat(reference.name().isEmpty() || back.tag().equals(reference.tag()))
                    .isTrue();
        }
    }

    @Provide
    Arbitrary<Reference> references() {
        Arbitrary<String> registries =
                Arbitraries.of("docker.io", "registry.example:5000", "localhost", "[::1]", "10.0.0.1", "Host");
        Arbitrary<String> parts = Arbitraries.of(
                "a", "library", "localhost", "b.c", "d__e", "f---g", "0", "x".repeat(64), "abc".repeat(9));
        Arbitrary<String> paths = parts.list().ofMinSize(1).ofMaxSize(3).map(list -> String.join("/", list));
        Arbitrary<Optional<String>> tags =
                Arbitraries.of("latest", "1.0", "_", "T-.x", "t".repeat(128)).optional();
        Arbitrary<Optional<Digest>> digests = Arbitraries.of(SHA256, SHA512).optional();
        return Combinators.combine(registries, paths, tags, digests).as(Reference::new);
    }

    @Property(seed = "20261121")
    void a_platform_is_printed_so_that_it_reads_back_equal(@ForAll("platforms") Platform platform) {
        assertThat(Platform.parseLenient(platform.toString())).isEqualTo(platform);
        assertThat(Platform.parseLenient(platform.toString())).hasToString(platform.toString());
    }

    @Property(seed = "20261121")
    void normalising_twice_is_normalising_once(@ForAll("platforms") Platform platform) {
        assertThat(platform.normalized().normalized()).isEqualTo(platform.normalized());
    }

    @Property(seed = "20261121")
    void a_platform_that_matches_does_so_however_it_is_written(
            @ForAll("matchers") PlatformMatcher matcher, @ForAll("platforms") Platform platform) {
        assertThat(matcher.rank(platform)).isEqualTo(matcher.rank(platform.normalized()));
        assertThat(matcher.ranking().compare(platform, platform.normalized())).isZero();
    }

    @Property(seed = "20261121")
    void ranking_is_a_total_preorder(
            @ForAll("matchers") PlatformMatcher matcher,
            @ForAll("platforms") Platform a,
            @ForAll("platforms") Platform b,
            @ForAll("platforms") Platform c) {
        Comparator<Platform> order = matcher.ranking();
        assertThat(Integer.signum(order.compare(a, b))).isEqualTo(-Integer.signum(order.compare(b, a)));
        if (order.compare(a, b) <= 0 && order.compare(b, c) <= 0) {
            assertThat(order.compare(a, c)).isNotPositive();
        }
        if (matcher.matches(a) && !matcher.matches(b)) {
            assertThat(order.compare(a, b)).isNegative();
        }
    }

    @Property(seed = "20261121")
    void what_matches_is_ordered_by_the_ranking_and_equals_keep_their_order(
            @ForAll("matchers") PlatformMatcher matcher, @ForAll("lists") List<Platform> offered) {
        List<Platform> expected =
                new ArrayList<>(offered.stream().filter(matcher::matches).toList());
        expected.sort(matcher.ranking());
        assertThat(matcher.matching(offered, Function.identity())).isEqualTo(expected);
        assertThat(matcher.best(offered, Function.identity()))
                .isEqualTo(expected.stream().findFirst());
    }

    @Property(seed = "20261121")
    void a_machine_runs_what_is_strictly_its_own(@ForAll("platforms") Platform platform) {
        Platform normalized = platform.normalized();
        boolean knownLadder = !normalized.architecture().equals("arm64")
                || normalized.variant().isEmpty()
                || PlatformMatcher.compatible(platform).matches(platform);
        if (knownLadder) {
            assertThat(PlatformMatcher.compatible(platform).matches(platform))
                    .isEqualTo(PlatformMatcher.strict(platform).matches(platform));
        }
    }

    @Provide
    Arbitrary<List<Platform>> lists() {
        return platforms().list().ofMaxSize(12);
    }

    @Provide
    Arbitrary<PlatformMatcher> matchers() {
        Arbitrary<Platform[]> several =
                platforms().array(Platform[].class).ofMinSize(1).ofMaxSize(4);
        return Arbitraries.oneOf(
                platforms().map(PlatformMatcher::strict),
                platforms().map(PlatformMatcher::compatible),
                platforms().map(PlatformMatcher::operatingSystem),
                several.map(PlatformMatcher::ordered),
                several.map(PlatformMatcher::anyOf),
                Arbitraries.of(PlatformMatcher.all()));
    }

    @Provide
    Arbitrary<Platform> platforms() {
        Arbitrary<String> systems = Arbitraries.of("linux", "linux", "Linux", "windows", "macos", "unknown");
        Arbitrary<String> architectures = Arbitraries.of(
                "amd64", "x86_64", "386", "i386", "arm", "armhf", "armel", "arm64", "AARCH64", "riscv64", "unknown",
                "vax");
        Arbitrary<Optional<String>> variants = Arbitraries.of(
                        "v1", "v2", "v3", "v5", "v6", "7", "v8", "v8.0", "v8.3", "v9", "9.0", "v9.2", "v10", "odd")
                .optional();
        Arbitrary<Optional<String>> versions = Arbitraries.of(
                        "10.0.17763.1",
                        "10.0.20348",
                        "10.0.22621",
                        "10.0.26100",
                        "10.0",
                        "odd one (%+/)",
                        "\u00e9\u001b")
                .optional();
        Arbitrary<List<String>> features =
                Arbitraries.of("win32k", "a", "b", "c+d", "").list().ofMaxSize(3);
        return Combinators.combine(systems, architectures, variants, versions, features)
                .as(Platform::new);
    }
}
