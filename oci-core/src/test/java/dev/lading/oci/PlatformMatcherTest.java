package dev.lading.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformMatcherTest {
    /** Everything a ladder could name, so that what is left out is seen too. */
    private static List<Platform> everything(String os) {
        List<Platform> all = new ArrayList<>();
        for (String arch : "386 amd64 arm arm64 ppc64le riscv64 s390x".split(" ")) {
            all.add(Platform.of(os, arch));
            for (int v = 1; v <= 10; v++) {
                all.add(Platform.of(os, arch, "v" + v));
                for (int m = 0; m <= 11; m++) {
                    all.add(Platform.of(os, arch, "v" + v + "." + m));
                }
            }
        }
        all.add(Platform.NONE);
        return all.stream().map(Platform::normalized).distinct().toList();
    }

    private static String order(PlatformMatcher matcher) {
        List<Platform> mixed = new ArrayList<>(everything("linux"));
        mixed.addAll(everything("windows"));
        Collections.shuffle(mixed, new Random(4));
        return matcher.matching(mixed, Function.identity()).stream()
                .map(p -> p.toString().replace("linux/", ""))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "amd64,amd64 386",
        "amd64/v1,amd64 386",
        "amd64/v2,amd64/v2 amd64 386",
        "amd64/v4,amd64/v4 amd64/v3 amd64/v2 amd64 386",
        "386,386",
        "arm,arm/v7 arm/v6 arm/v5",
        "arm/v5,arm/v5",
        "arm/v6,arm/v6 arm/v5",
        "arm/v8,arm/v8 arm/v7 arm/v6 arm/v5",
        "arm64,arm64 arm/v8 arm/v7 arm/v6 arm/v5",
        "arm64/v8,arm64 arm/v8 arm/v7 arm/v6 arm/v5",
        "arm64/v8.1,arm64/v8.1 arm64 arm/v8 arm/v7 arm/v6 arm/v5",
        "arm64/v8.3,arm64/v8.3 arm64/v8.2 arm64/v8.1 arm64 arm/v8 arm/v7 arm/v6 arm/v5",
        "arm64/v9,arm64/v9 arm64/v8.5 arm64/v8.4 arm64/v8.3 arm64/v8.2 arm64/v8.1 arm64 arm/v8 arm/v7 arm/v6 arm/v5",
        "arm64/v9.2,arm64/v9.2 arm64/v9.1 arm64/v9 arm64/v8.7 arm64/v8.6 arm64/v8.5 arm64/v8.4 arm64/v8.3 arm64/v8.2"
                + " arm64/v8.1 arm64 arm/v8 arm/v7 arm/v6 arm/v5",
        "arm64/v9.7,arm64/v9.7 arm64/v9.6 arm64/v9.5 arm64/v9.4 arm64/v9.3 arm64/v9.2 arm64/v9.1 arm64/v9 arm64/v8.9"
                + " arm64/v8.8 arm64/v8.7 arm64/v8.6 arm64/v8.5 arm64/v8.4 arm64/v8.3 arm64/v8.2 arm64/v8.1 arm64"
                + " arm/v8 arm/v7 arm/v6 arm/v5",
        "arm64/v10,''",
        "arm64/v8.10,''",
        "riscv64,riscv64",
        "ppc64le,ppc64le",
        "s390x,s390x",
    })
    void a_machine_runs_what_is_below_it_on_the_ladder_best_first(String machine, String runs) {
        assertThat(order(PlatformMatcher.compatible(Platform.parse("linux/" + machine))))
                .isEqualTo(runs);
    }

    @ParameterizedTest
    @CsvSource({
        "linux/amd64/v1,amd64",
        "linux/x86_64/v2,amd64/v2",
        "linux/aarch64,arm64",
        "linux/arm64/v10,arm64/v10",
        "linux/armhf,arm/v7",
        "linux/arm/v8,arm/v8"
    })
    void a_strict_matcher_takes_itself_alone(String wanted, String taken) {
        assertThat(order(PlatformMatcher.strict(Platform.parse(wanted)))).isEqualTo(taken);
    }

    @Test
    void a_variant_of_a_million_makes_no_ladder() {
        assertThat(PlatformMatcher.compatible(Platform.of("linux", "arm", "v1000000000"))
                        .toString()
                        .length())
                .isLessThan(100);
    }

    private static List<String> matching(PlatformMatcher matcher, String... candidates) {
        return matcher.matching(Arrays.asList(candidates), Platform::parseLenient);
    }

    @Test
    void several_platforms_are_ranked_equal_or_only_by_their_architecture() {
        Platform amd64 = Platform.LINUX_AMD64;
        Platform arm = Platform.LINUX_ARM_V7;
        String[] offered = {"linux/amd64", "linux/s390x", "linux/arm/v7", "windows/amd64", "linux/386"};
        assertThat(matching(PlatformMatcher.ordered(arm, amd64), offered))
                .containsExactly("linux/arm/v7", "linux/amd64");
        assertThat(matching(PlatformMatcher.anyOf(arm, amd64), offered)).containsExactly("linux/amd64", "linux/arm/v7");
        assertThat(matching(PlatformMatcher.operatingSystem(Platform.LINUX_386), offered))
                .containsExactly("linux/386", "linux/amd64", "linux/s390x", "linux/arm/v7");
        assertThat(matching(PlatformMatcher.operatingSystem(Platform.parse("linux/arm64/v10")), offered))
                .hasSize(4);
        assertThat(matching(PlatformMatcher.all(), offered)).containsExactly(offered);
    }

    @Test
    void what_is_no_image_is_never_matched() {
        assertThat(PlatformMatcher.all().matches(Platform.NONE)).isFalse();
        assertThat(PlatformMatcher.strict(Platform.NONE).matches(Platform.NONE)).isFalse();
        assertThat(PlatformMatcher.anyOf(Platform.NONE, Platform.LINUX_AMD64)
                        .matches(Platform.of("Unknown", "UNKNOWN")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        // A host before Server 2022 runs its own build only; the revision does not matter.
        "10.0.17763.1,10.0.17763.9999,true",
        "10.0.17763.1,10.0.17763,true",
        "10.0.17763,10.0.17762,false",
        "10.0.17763,10.0.20348,false",
        "10.0.19045,10.0.17763,false",
        // From Server 2022 on: from there up to the host's own.
        "10.0.20348,10.0.20348.1,true",
        "10.0.20348,10.0.17763,false",
        "10.0.20348,10.0.20349,false",
        "10.0.22621,10.0.20348,true",
        "10.0.25398,10.0.25398,true",
        "10.0.26100,10.0.20348,true",
        "10.0.26100,10.0.25398,true",
        "10.0.26100,10.0.26100,true",
        "10.0.26100,10.0.26101,false",
        "10.0.26100,10.0.17763,false",
        "10.0.26200,10.0.20348,true",
        // Another major or minor number is another system.
        "10.0.20348,6.1.20348,false",
        "10.0.20348,10.1.20348,false",
        // What is not said binds nothing; what cannot be read runs nowhere that says its own.
        "'',10.0.20348,true",
        "10.0.20348,'',true",
        "10.0,10.0.17763,true",
        "ltsc2022,10.0.17763,true",
        "10.0.20348,10.0,false",
        "10.0.20348,ltsc2022,false",
        "10.0.99999,10.0.17763,true",
    })
    void windows_runs_builds_by_the_rule_of_its_own_build(String host, String container, boolean runs) {
        Platform here = host.isEmpty() ? Platform.WINDOWS_AMD64 : Platform.WINDOWS_AMD64.withOsVersion(host);
        Platform there = Platform.WINDOWS_AMD64.withOsVersion(container);
        assertThat(PlatformMatcher.strict(here).matches(there)).isEqualTo(runs);
        assertThat(PlatformMatcher.compatible(here).matches(there)).isEqualTo(runs);
    }

    @Test
    void among_versions_that_run_the_order_given_decides() {
        PlatformMatcher matcher = PlatformMatcher.strict(Platform.parse("windows(10.0.26100)/amd64"));
        assertThat(matching(matcher, "windows(10.0.20348)/amd64", "windows(10.0.26100)/amd64"))
                .containsExactly("windows(10.0.20348)/amd64", "windows(10.0.26100)/amd64");
    }

    @Test
    void a_version_binds_on_windows_alone() {
        PlatformMatcher matcher = PlatformMatcher.strict(Platform.parse("linux(10.0.17763)/amd64"));
        assertThat(matcher.matches(Platform.parse("linux(10.0.20348)/amd64"))).isTrue();
    }

    @Test
    void needed_features_must_be_there_and_using_more_of_them_is_better() {
        PlatformMatcher matcher = PlatformMatcher.compatible(Platform.parse("linux(+a+b)/amd64"));
        assertThat(matching(
                        matcher,
                        "linux/amd64",
                        "linux(+c)/amd64",
                        "linux(+a)/386",
                        "linux(+b)/amd64",
                        "linux(+b+a)/amd64",
                        "linux(+a+b+c)/amd64"))
                .containsExactly("linux(+b+a)/amd64", "linux(+b)/amd64", "linux/amd64", "linux(+a)/386");
    }

    @Test
    void the_feature_of_the_full_windows_counts_for_nothing() {
        assertThat(PlatformMatcher.strict(Platform.WINDOWS_AMD64)
                        .matches(Platform.WINDOWS_AMD64.withOsFeatures("win32k")))
                .isTrue();
        assertThat(PlatformMatcher.strict(Platform.LINUX_AMD64).matches(Platform.LINUX_AMD64.withOsFeatures("win32k")))
                .isFalse();
    }
}
