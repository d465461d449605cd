package dev.lading.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String DIGEST = Digest.of(new byte[0]).toString();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "registry.example/team/app",
                "registry.example/team/app:1.4.0",
                "127.0.0.1:5000/a:b",
                "localhost/a",
                "[::1]:5000/a/b-c/d__e.f:T_1",
            })
    void a_full_name_is_read_and_printed(String text) {
        assertThat(Reference.parse(text)).hasToString(text);
        assertThat(Reference.parse(text + "@" + DIGEST)).hasToString(text + "@" + DIGEST);
    }

    @Test
    void a_digest_decides_over_a_tag_and_both_are_kept() {
        Reference both = Reference.parse("registry.example/app:1@" + DIGEST);
        assertThat(both.tag()).contains("1");
        assertThat(both.name()).contains(DIGEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alpine",
                "library/alpine",
                "team/app:1",
                "registry.example/",
                "registry.example//a",
                "registry.example/App",
                "registry.example/a:",
                "registry.example/a:.b",
                "registry.example/a b",
                "registry.example/-a",
                "registry.example/a_-b",
                "-x.example/a",
                "registry.example:x/a",
                "registry.example/a@b"
            })
    void what_is_no_full_name_is_refused(String text) {
        assertThatThrownBy(() -> Reference.parse(text)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void an_upper_case_path_is_refused_with_a_hint() {
        assertThatThrownBy(() -> Reference.parse("registry.example/Team/app"))
                .hasMessageContaining("upper-case")
                .hasMessageContaining("team");
    }

    @ParameterizedTest
    @CsvSource({
        "alpine,docker.io/library/alpine:latest",
        "alpine:3,docker.io/library/alpine:3",
        "team/app,docker.io/team/app:latest",
        "docker.io/alpine,docker.io/library/alpine:latest",
        "index.docker.io/team/app:1,docker.io/team/app:1",
        "localhost:5000/a,localhost:5000/a:latest",
        "Registry.Example/a,registry.example/a:latest",
    })
    void short_names_are_read_as_docker_reads_them(String text, String full) {
        assertThat(Reference.parseFamiliar(text)).hasToString(full);
    }

    @Test
    void an_identifier_is_not_a_name() {
        assertThatThrownBy(() -> Reference.parseFamiliar(Digest.of(new byte[0]).hex()))
                .hasMessageContaining("identifier");
    }

    @Test
    void names_longer_than_255_characters_are_refused() {
        assertThatThrownBy(() -> Reference.parse("registry.example/" + "a".repeat(250)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("255");
        assertThatThrownBy(() -> Reference.parse("registry.example/a:" + "t".repeat(129)))
                .isInstanceOf(InvalidInputException.class);
    }
}
