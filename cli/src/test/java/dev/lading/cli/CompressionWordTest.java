package dev.lading.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.layer.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionWordTest {
    @Test
    void a_compression_is_named_with_a_level_at_will() {
        assertThat(CompressionWord.parse("gzip")).isEqualTo(Compression.gzip());
        assertThat(CompressionWord.parse("gzip:9")).isEqualTo(Compression.gzip(9));
        assertThat(CompressionWord.parse("zstd:1")).isEqualTo(Compression.zstd(1));
        assertThat(CompressionWord.parse("zstd")).isEqualTo(Compression.zstd());
        assertThat(CompressionWord.parse("none")).isEqualTo(Compression.none());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bzip2", "none:1", "gzip:", "gzip:x", "gzip:10", "zstd:0"})
    void what_is_none_is_refused_by_name(String word) {
        assertThatThrownBy(() -> CompressionWord.parse(word))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(word);
    }
}
