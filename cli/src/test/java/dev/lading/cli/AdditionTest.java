package dev.lading.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.Platform;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdditionTest {
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # word,                                source,        destination,  platform
            build/lib:/app/lib,                    build/lib,     /app/lib,     -
            build/lib/:/app/lib/,                  build/lib,     /app/lib/,    -
            run:/app/run:linux/arm64,              run,           /app/run,     linux/arm64
            run:/app/run:linux/arm/v7,             run,           /app/run,     linux/arm/v7
            ./a:/b,                                ./a,           /b,           -
            /srv/site:/srv/site,                   /srv/site,     /srv/site,    -
            site:/,                                site,          /,            -
            a:b/c:/d,                              a:b/c,         /d,           -
            a:b/c:/d:linux/amd64,                  a:b/c,         /d,           linux/amd64
            C:/build/lib:/app/lib,                 C:/build/lib,  /app/lib,     -
            C:/run:/app/run:linux/amd64,           C:/run,        /app/run,     linux/amd64
            C:run:/app/run,                        C:run,         /app/run,     -
            C:\\build\\lib:/app/lib,               C:\\build\\lib, /app/lib,    -
            C:\\run.exe:/run:windows/amd64,        C:\\run.exe,   /run,         windows/amd64
            \\\\server\\share:/app,                \\\\server\\share, /app,     -
            """)
    void source_destination_and_platform_are_read_from_the_right(
            String word, String source, String destination, String platform) {
        Addition addition = Addition.parse(word);
        assertThat(addition.source().toString().replace("./", "")).isEqualTo(source.replace("./", ""));
        assertThat(addition.destination()).isEqualTo(destination);
        assertThat(addition.platform()).isEqualTo(Optional.ofNullable(platform).map(Platform::parse));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"build", "build:", "build:app", ":/app", "build:app:linux/amd64", "::", "a:b:c:d", ":linux/amd64"
            })
    void a_word_without_source_or_destination_is_a_wrong_call(String word) {
        assertThatThrownBy(() -> Addition.parse(word))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("«" + word + "»")
                .hasMessageContaining("--add SRC:DEST[:PLATFORM]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"C:/build/lib", "c:/run:linux/amd64"})
    void a_drive_without_destination_is_not_taken_for_a_source(String word) {
        assertThatThrownBy(() -> Addition.parse(word))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("Windows drive");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run:/app/run:arm64", "run:/app/run:linux/", "run:/app/run:"})
    void a_broken_platform_is_named(String word) {
        assertThatThrownBy(() -> Addition.parse(word))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("platform");
    }
}
