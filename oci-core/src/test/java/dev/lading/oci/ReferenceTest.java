package dev.lading.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String DIGEST = Digest.of(new byte[0]).toString();
    private static final String SHA512 =
            Digest.of(Digest.Algorithm.SHA512, new byte[0]).toString();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "registry.example/team/app",
                "registry.example/team/app:1.4.0",
                "127.0.0.1:5000/a:b",
                "127.0.0.1/a",
                "localhost/a",
                "localhost:0/a",
                "registry:5000/a",
                "registry.example:65535/a",
                "[::1]/a",
                "[::1]:5000/a/b-c/d__e.f:T_1",
                "[2001:db8:0:0:0:0:0:1]:443/a",
                "r-1.e--x/a",
                "1.2/3",
                "xn--bcher-kva.example/a",
                "registry.example/a.b_c__d-e--f---g",
                "registry.example/0/1/2",
                "registry.example/a:_",
                "registry.example/a:A.-_b",
                "registry.example/a:latest.",
                // A host that only its capitals tell from a path keeps them.
                "Registry/a",
            })
    void a_full_name_is_read_and_printed(String text) {
        assertThat(Reference.parse(text)).hasToString(text);
        for (String digest : new String[] {DIGEST, SHA512}) {
            Reference read = Reference.parse(text + "@" + digest);
            assertThat(read).hasToString(text + "@" + digest);
            assertThat(read.withoutName()).isEqualTo(Reference.parse(text).withoutName());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Registry.Example/a,registry.example/a",
        "REGISTRY:5000/a,registry:5000/a",
        "LocalHost/a,localhost/a",
        "[2001:DB8::1]/a,[2001:db8::1]/a"
    })
    void a_registrys_capitals_mean_nothing(String text, String printed) {
        assertThat(Reference.parse(text)).hasToString(printed).isEqualTo(Reference.parse(printed));
        assertThat(Reference.parse(text)).hasSameHashCodeAs(Reference.parse(printed));
    }

    @Test
    void a_digest_decides_over_a_tag_and_both_are_kept() {
        Reference both = Reference.parse("registry.example/app:1@" + DIGEST);
        assertThat(both.tag()).contains("1");
        assertThat(both.digest().map(Digest::toString)).contains(DIGEST);
        assertThat(both.name()).contains(DIGEST);
        assertThat(both.withoutName()).isEqualTo(Reference.of("registry.example", "app"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|the name is empty",
                "alpine|names no registry",
                "alpine|did you mean docker.io/library/alpine:latest",
                "library/alpine|names no registry",
                "team/app:1|did you mean docker.io/team/app:1",
                "/a|names no registry",
                "registry.example|names no registry",
                "registry.example/|repository is empty",
                "registry.example/:1|repository is empty",
                "registry.example//a|empty part",
                "registry.example/a/|empty part",
                "registry.example/App|upper-case letters",
                "registry.example/Team/app|such as «team/app»",
                "registry.example/a/B|such as «a/b»",
                "registry.example/a_-b|the part «a_-b»",
                "registry.example/a___b|the part «a___b»",
                "registry.example/a..b|the part «a..b»",
                "registry.example/-a|the part «-a»",
                "registry.example/a-|the part «a-»",
                "registry.example/.|the part «.»",
                "registry.example/../a|the part «..»",
                "registry.example/a b|the part «a b»",
                "registry.example/ä|the part «ä»",
                // A Cyrillic letter that looks like a Latin one, and a Kelvin sign that folds into one.
                "registry.example/аpp|the part «аpp»",
                "registry.example/\u212A|the part",
                "registry.example/a?b|the part",
                "registry.example/a%2fb|the part",
                "registry.example/a:|tag «» is empty",
                "registry.example/a:.b|the tag «.b»",
                "registry.example/a:-b|the tag «-b»",
                "registry.example/a:b:c|the tag «b:c»",
                "registry.example/a:b/c|the tag «b/c»",
                "registry.example/a:ü|the tag «ü»",
                "-x.example/a|the registry «-x.example» is not a host",
                "x-.example/a|is not a host",
                ".example/a|is not a host",
                "example./a|is not a host",
                "a..b/c|is not a host",
                "a_b.example/c|is not a host",
                "registry.ex\u0430mple/a|is not a host",
                "user@registry.example/a|is not a host",
                "https://registry.example/a|has a port",
                "registry.example:x/a|has a port",
                "registry.example:/a|has a port",
                "registry.example:65536/a|has a port",
                "registry.example:99999999999999999999/a|has a port",
                "::1/a|an IPv6 address stands in brackets",
                "[::1/a|IPv6",
                "[::1]x/a|IPv6",
                "[::1%25eth0]/a|IPv6",
                "[::ffff:1.2.3.4]/a|IPv6",
                "registry.example/a@b|the digest of the name",
                "registry.example/a@|the digest of the name",
                "registry.example/a@sha256:e3b0|has 4",
            })
    void what_is_no_full_name_is_refused_with_the_part_and_the_reason(String text, String why) {
        assertThatThrownBy(() -> Reference.parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(why);
    }

    @Test
    void the_digest_must_be_one_that_can_be_checked() {
        assertThatThrownBy(() -> Reference.parse("registry.example/a@sha384:" + "0".repeat(96)))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("sha384");
        assertThatThrownBy(() -> Reference.parse("registry.example/a@" + DIGEST + "@" + DIGEST))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Reference.parse("registry.example/a@" + DIGEST + ":1"))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void what_strict_reading_would_refuse_cannot_be_made_from_parts() {
        assertThatThrownBy(() -> Reference.of("foo", "bar"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("cannot be told from a part of a path")
                .hasMessageContaining("foo:443");
        assertThatThrownBy(() -> Reference.of("", "bar")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Reference.of("registry.example", "a:1")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Reference.of("registry.example/a", "b")).isInstanceOf(InvalidInputException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "alpine,docker.io/library/alpine:latest,alpine:latest",
        "alpine:3,docker.io/library/alpine:3,alpine:3",
        "team/app,docker.io/team/app:latest,team/app:latest",
        "docker.io/alpine,docker.io/library/alpine:latest,alpine:latest",
        "docker.io/library/a/b,docker.io/library/a/b:latest,library/a/b:latest",
        "index.docker.io/alpine,docker.io/library/alpine:latest,alpine:latest",
        "index.docker.io/team/app:1,docker.io/team/app:1,team/app:1",
        "localhost,docker.io/library/localhost:latest,localhost:latest",
        "localhost/a,localhost/a:latest,localhost/a:latest",
        "localhost:5000/a,localhost:5000/a:latest,localhost:5000/a:latest",
        "registry.example:5000,docker.io/library/registry.example:5000,registry.example:5000",
        "Registry.Example/a,registry.example/a:latest,registry.example/a:latest",
        "Team/app,Team/app:latest,Team/app:latest",
    })
    void short_names_are_read_as_docker_reads_them(String text, String full, String familiar) {
        assertThat(Reference.parseFamiliar(text)).hasToString(full);
        assertThat(Reference.parseFamiliar(text).toFamiliarString()).isEqualTo(familiar);
        assertThat(Reference.parseFamiliar(familiar)).isEqualTo(Reference.parseFamiliar(text));
    }

    @Test
    void a_digest_in_a_short_name_stands_instead_of_a_tag() {
        assertThat(Reference.parseFamiliar("alpine@" + DIGEST)).hasToString("docker.io/library/alpine@" + DIGEST);
        assertThat(Reference.parseFamiliar("alpine:3@" + DIGEST).toFamiliarString())
                .isEqualTo("alpine:3@" + DIGEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker.io/localhost/app", "docker.io/a.b/c", "docker.io/alpine"})
    void a_short_name_that_would_mean_another_repository_is_not_used(String text) {
        assertThat(Reference.parse(text).toFamiliarString()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Alpine", "a//b", ":1", "@", "a b", "team/App"})
    void what_is_no_short_name_is_refused(String text) {
        assertThatThrownBy(() -> Reference.parseFamiliar(text)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void an_identifier_is_not_a_name() {
        String identifier = Digest.of(new byte[0]).hex();
        assertThatThrownBy(() -> Reference.parseFamiliar(identifier)).hasMessageContaining("identifier");
        assertThatThrownBy(() -> Reference.parse(identifier)).hasMessageContaining("identifier");
        // As Docker has it: one digit more or less, or a tag, makes it a name.
        assertThat(Reference.parseFamiliar(identifier + "0").tag()).contains("latest");
        assertThat(Reference.parseFamiliar(identifier + ":1").repository()).endsWith(identifier);
        Reference hex = Reference.of("docker.io", "library/" + identifier);
        assertThat(hex.toFamiliarString()).isEqualTo(hex.toString());
    }

    @Test
    void repositories_of_255_and_tags_of_128_characters_are_the_longest() {
        Reference longest = Reference.parse("registry.example/" + "a".repeat(255) + ":" + "t".repeat(128));
        assertThat(longest.repository()).hasSize(255);
        assertThatThrownBy(() -> Reference.parse("registry.example/" + "a".repeat(256)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("256 characters")
                .hasMessageContaining("255");
        assertThatThrownBy(() -> Reference.parse("registry.example/a:" + "t".repeat(129)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("128");
        assertThatThrownBy(() -> Reference.parse("r.".repeat(200) + "example/a"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("255");
    }

    @Test
    void a_reference_is_edited_part_by_part() {
        Reference plain = Reference.of("registry.example", "app");
        assertThat(plain.name()).isEmpty();
        assertThat(plain.withTag("1").withDigest(Digest.parse(DIGEST))).hasToString("registry.example/app:1@" + DIGEST);
        assertThat(plain.withTag("1").name()).isEqualTo(Optional.of("1"));
        assertThatThrownBy(() -> plain.withTag("a/b")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void what_is_refused_is_never_printed_raw() {
        for (String text : new String[] {
            "\u001b[31m/a",
            "registry.example/\u001b[31m",
            "registry.example/a:\u001b[31m",
            "r.x/a@\u001b[31m:0",
            "\u202e.x/a"
        }) {
            assertThatThrownBy(() -> Reference.parse(text))
                    .isInstanceOf(LadingException.class)
                    .hasMessageNotContaining("\u001b")
                    .hasMessageNotContaining("\u202e");
        }
    }
}
