package dev.lading.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {
    @ParameterizedTest
    @ValueSource(strings = {"linux/amd64", "linux/arm/v7", "Linux/ARM64/V8", "windows/amd64"})
    void what_was_written_is_printed(String text) {
        assertThat(Platform.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "linux/x86_64,linux/amd64",
        "Linux/AMD64/v1,linux/amd64",
        "linux/amd64/v3,linux/amd64/v3",
        "linux/aarch64,linux/arm64",
        "linux/arm64/v8,linux/arm64",
        "linux/arm64/8,linux/arm64",
        "linux/arm64/v9.0,linux/arm64/v9",
        "linux/arm,linux/arm/v7",
        "linux/arm/6,linux/arm/v6",
        "linux/armhf,linux/arm/v7",
        "linux/armel,linux/arm/v6",
        "linux/i386,linux/386",
        "macos/arm64,darwin/arm64",
    })
    void normalising_resolves_aliases_and_default_variants(String written, String normalized) {
        assertThat(Platform.parse(written).normalized()).hasToString(normalized);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux/am d64", "linux/*"})
    void what_is_no_platform_is_refused(String text) {
        assertThatThrownBy(() -> Platform.parse(text)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void a_strict_matcher_compares_normalised_platforms() {
        PlatformMatcher matcher = PlatformMatcher.strict(Platform.parse("linux/arm64/v8"));
        assertThat(matcher.matches(Platform.LINUX_ARM64)).isTrue();
        assertThat(matcher.matches(Platform.LINUX_ARM_V7)).isFalse();
        assertThat(matcher.matching(
                        List.of(Platform.LINUX_AMD64, Platform.parse("linux/aarch64")), platform -> platform))
                .containsExactly(Platform.parse("linux/aarch64"));
    }
}
