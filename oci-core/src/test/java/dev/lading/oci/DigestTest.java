package dev.lading.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
    // The empty input's value from FIPS 180-4's own examples page.
    private static final String EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void the_digest_of_nothing_is_the_known_one() throws IOException {
        assertThat(Digest.of(new byte[0])).hasToString(EMPTY);
        assertThat(Digest.of(InputStream.nullInputStream())).hasToString(EMPTY);
        assertThat(Digest.parse(EMPTY)).isEqualTo(Digest.of(new byte[0]));
    }

    @ParameterizedTest
    @EnumSource
    void bytes_streams_and_channels_have_one_digest(Digest.Algorithm algorithm) throws IOException {
        byte[] bytes = new byte[200_001];
        new Random(5).nextBytes(bytes);
        Digest digest = Digest.of(algorithm, bytes);
        assertThat(Digest.of(algorithm, new ByteArrayInputStream(bytes))).isEqualTo(digest);
        assertThat(Digest.of(algorithm, Channels.newChannel(new ByteArrayInputStream(bytes))))
                .isEqualTo(digest);
        assertThat(Digest.parse(digest.toString())).isEqualTo(digest);
    }

    @Test
    void sha256_is_what_is_computed_unless_another_is_asked_for() throws IOException {
        byte[] bytes = {1, 2, 3};
        assertThat(Digest.of(new ByteArrayInputStream(bytes))).isEqualTo(Digest.of(bytes));
        assertThat(Digest.of(Channels.newChannel(new ByteArrayInputStream(bytes))))
                .isEqualTo(Digest.of(bytes));
        assertThat(Digest.of(bytes).algorithm()).isEqualTo(Digest.Algorithm.SHA256);
    }

    /** A stream without end, which an interrupt reaches while it is read. */
    private static final class Endless extends InputStream {
        private long count;

        @Override
        public int read() {
            return 0;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            count += length;
            if (count > 1_000_000) {
                Thread.currentThread().interrupt();
            }
            return length;
        }
    }

    @Test
    void an_interrupt_ends_a_computation_and_stays() {
        assertThatThrownBy(() -> Digest.of(new Endless())).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(() -> Digest.of(Channels.newChannel(new Endless()))).isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void sha512_is_read_and_printed() {
        Digest digest = Digest.of(Digest.Algorithm.SHA512, "x".getBytes(StandardCharsets.UTF_8));
        assertThat(digest.hex()).hasSize(128);
        assertThat(Digest.parse(digest.toString())).isEqualTo(digest);
        assertThat(Digest.isMeantBy(digest.toString())).isTrue();
        assertThatThrownBy(() -> Digest.parse("sha512:" + EMPTY.substring("sha256:".length())))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("128");
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
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555",
                "sha256:٣3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            })
    void what_is_no_digest_is_refused(String text) {
        assertThatThrownBy(() -> Digest.parse(text)).isInstanceOf(InvalidInputException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha384", "sha1", "md5", "blake3", "sha256+b64", "sha512/256", ""})
    void another_algorithm_is_refused_by_name(String algorithm) {
        assertThatThrownBy(() -> Digest.parse(algorithm + ":00"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("«" + algorithm + "»")
                .hasMessageContaining("sha256");
    }

    @Test
    void control_characters_of_a_refused_text_are_not_printed_raw() {
        assertThatThrownBy(() -> Digest.parse("\u001b[31mred:00")).hasMessageNotContaining("\u001b");
    }
}
