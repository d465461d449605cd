package dev.lading.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
    // The empty input's value from FIPS 180-4's own examples page.
    private static final String EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void the_digest_of_nothing_is_the_known_one() {
        assertThat(Digest.of(new byte[0])).hasToString(EMPTY);
        assertThat(Digest.parse(EMPTY)).isEqualTo(Digest.of(new byte[0]));
    }

    @Test
    void sha512_is_read_and_printed() {
        Digest digest = Digest.of(Digest.Algorithm.SHA512, "x".getBytes(StandardCharsets.UTF_8));
        assertThat(digest.hex()).hasSize(128);
        assertThat(Digest.parse(digest.toString())).isEqualTo(digest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256",
                "sha256:",
                "sha256:e3b0",
                "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
                "SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "sha256:../../../../../../../../../../../../../../../../../../../../../x",
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ",
            })
    void what_is_no_digest_is_refused(String text) {
        assertThatThrownBy(() -> Digest.parse(text)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void another_algorithm_is_refused_by_name() {
        assertThatThrownBy(() -> Digest.parse("sha384:00"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("sha384")
                .hasMessageContaining("sha256");
    }

    @Test
    void control_characters_of_a_refused_text_are_not_printed_raw() {
        assertThatThrownBy(() -> Digest.parse("\u001b[31mred:00")).hasMessageNotContaining("\u001b");
    }
}
