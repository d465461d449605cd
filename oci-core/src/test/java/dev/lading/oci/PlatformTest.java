package dev.lading.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "linux/amd64",
                "linux/arm/v7",
                "Linux/ARM64/V8",
                "windows/amd64",
                "windows(10.0.20348.2700)/amd64",
                "windows(10.0.20348+win32k)/amd64",
                "linux(+gpu+simd)/amd64",
                "linux(1%2B2)/arm64/v8.2",
                "unheard-of/amd64",
            })
    void what_was_written_is_printed(String text) {
        assertThat(Platform.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "linux/x86_64,linux/amd64",
        "linux/x86-64/V3,linux/amd64/v3",
        "Linux/AMD64/v1,linux/amd64",
        "linux/amd64/v3,linux/amd64/v3",
        "linux/amd64/2,linux/amd64/2",
        "linux/aarch64,linux/arm64",
        "linux/arm64/v8,linux/arm64",
        "linux/arm64/v8.0,linux/arm64",
        "linux/arm64/8,linux/arm64",
        "linux/arm64/9,linux/arm64/v9",
        "linux/arm64/9.0,linux/arm64/v9",
        "linux/arm64/v9.0,linux/arm64/v9",
        "linux/arm64/v8.2,linux/arm64/v8.2",
        "linux/arm,linux/arm/v7",
        "linux/arm/5,linux/arm/v5",
        "linux/arm/6,linux/arm/v6",
        "linux/arm/7,linux/arm/v7",
        "linux/arm/8,linux/arm/v8",
        "linux/armhf,linux/arm/v7",
        "linux/armhf/v6,linux/arm/v7",
        "linux/armel,linux/arm/v6",
        "linux/i386,linux/386",
        "linux/i386/v2,linux/386",
        "linux/386/v2,linux/386/v2",
        "macos/arm64,darwin/arm64",
        "MacOS/arm64,darwin/arm64",
        "windows(10.0.1+b+a+b)/amd64,windows(10.0.1+a+b)/amd64",
    })
    void normalising_resolves_aliases_and_default_variants(String written, String normalized) {
        assertThat(Platform.parse(written).normalized()).hasToString(normalized);
    }

    @Test
    void words_that_are_no_aliases_stay_as_they_are() {
        for (String word : new String[] {"mips64el", "ppc64el", "armv7l", "\u0130386"}) {
            assertThat(Platform.of("linux", word).normalized().architecture()).isEqualTo(word);
        }
        // The Kelvin sign is the letter k in other alphabets' lower case, not in this grammar.
        assertThat(Platform.of("\u212A", "amd64").normalized().os()).isEqualTo("\u212A");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "linux",
                "arm64",
                "linux/",
                "/amd64",
                "linux//v7",
                "linux/arm/",
                "linux/arm/v7/x",
                "linux/am d64",
                "linux/*",
                "*",
                "linux/amd64\n",
                "li.nux/amd64",
                "linux(/amd64",
                "linux)/amd64",
                "linux(1)(2)/amd64",
                "linux(1/2)/amd64",
                "linux(a b)/amd64",
                "linux(%4)/amd64",
                "linux(%zz)/amd64",
                "linux(%ff)/amd64",
                "linux/amd64(1)",
                "linux/ämd64",
            })
    void what_is_no_platform_is_refused(String text) {
        assertThatThrownBy(() -> Platform.parse(text)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Platform.parseLenient(text)).isInstanceOf(InvalidInputException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "linux/x64,did you mean amd64?",
        "linux/X64,did you mean amd64?",
        "linux/i686,did you mean 386?",
        "linux/ppc64el,did you mean ppc64le?",
        "linux/mips64el,did you mean mips64le?",
        "linux/armv7l,did you mean arm/v7?",
        "linux/loongarch64,did you mean loong64?",
        "linux/amd46,did you mean amd64?",
        "linux/adm64,did you mean amd64?",
        "linux/arm46,did you mean arm64?",
        "linux/s390xx,did you mean s390x?",
        "linux/riscv46,did you mean riscv64?",
        "amd64/linux,the operating system comes first",
        "linux/vax,known are 386",
    })
    void an_architecture_that_is_not_listed_is_refused_with_what_may_be_meant(String text, String hint) {
        assertThatThrownBy(() -> Platform.parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(hint);
        assertThat(Platform.parseLenient(text)).hasToString(text);
    }

    @Test
    void every_listed_architecture_is_known_and_comes_back() {
        for (String word :
                ("386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le"
                                + " mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm")
                        .split(" ")) {
            assertThat(Platform.parse("linux/" + word)).hasToString("linux/" + word);
            assertThat(Platform.parse(word, Platform.LINUX_AMD64)).hasToString("linux/" + word);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "linux,linux/amd64,linux/amd64",
        "windows,linux/arm64,windows/arm64",
        "windows(10.0.20348),linux/amd64,windows(10.0.20348)/amd64",
        "linux,linux/arm/v6,linux/arm/v6",
        "linux,linux/arm/v7,linux/arm",
        "linux,linux/arm64/v9,linux/arm64",
        "arm64,linux/amd64,linux/arm64",
        "armhf,linux/amd64,linux/armhf",
        "x86_64,darwin/arm64,darwin/x86_64",
        "linux/arm64,windows/amd64,linux/arm64",
    })
    void a_text_of_one_part_is_completed_by_a_host(String text, String host, String read) {
        assertThat(Platform.parse(text, Platform.parse(host))).hasToString(read);
    }

    @ParameterizedTest
    @CsvSource({"lunix,neither", "x64,did you mean amd64", "li/,empty part", "a(b,letters"})
    void a_text_of_one_part_that_is_no_known_word_is_refused(String text, String why) {
        assertThatThrownBy(() -> Platform.parse(text, Platform.LINUX_AMD64))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(why);
    }

    @Test
    void a_text_of_one_part_without_a_host_says_what_is_missing() {
        assertThatThrownBy(() -> Platform.parse("arm64")).hasMessageContaining("linux/arm64");
        assertThatThrownBy(() -> Platform.parse("linux")).hasMessageContaining("linux/amd64");
    }

    @Test
    void what_a_document_says_of_a_platform_is_never_printed_raw() {
        Platform hostile = Platform.of("linux\u001b[2J", "a/b\n").withOsVersion("1)\u0007(");
        assertThat(hostile).hasToString("linux%1B%5B2J(1%29%07%28)/a%2Fb%0A");
        assertThatThrownBy(() -> Platform.parse("linux/\u001b[2J")).hasMessageNotContaining("\u001b");
        assertThat(Platform.of("", "")).hasToString("unknown/unknown");
    }

    @Test
    void the_short_form_leaves_version_and_features_out() {
        assertThat(Platform.parse("windows(10.0.1+x)/arm/v7").toShortString()).isEqualTo("windows/arm/v7");
    }

    @Test
    void what_is_unsaid_is_filled_from_another() {
        Platform config = Platform.LINUX_ARM_V6.withOsVersion("5");
        assertThat(Platform.of("", "").filledFrom(config)).isEqualTo(config);
        assertThat(Platform.of("linux", "").filledFrom(config)).isEqualTo(config);
        assertThat(Platform.of("", "arm").filledFrom(config)).hasToString("linux(5)/arm");
        assertThat(Platform.of("windows", "").filledFrom(config)).hasToString("windows/arm/v6");
        assertThat(Platform.of("linux", "arm").filledFrom(config)).hasToString("linux/arm");
    }
}
