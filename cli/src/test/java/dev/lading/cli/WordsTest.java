package dev.lading.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void blanks_part_words_and_quotes_keep_them_together() {
        assertThat(Words.split("/app/run --name 'a b'  \"c d\"e ''"))
                .containsExactly("/app/run", "--name", "a b", "c de", "");
        assertThat(Words.split("  ")).isEmpty();
    }

    @Test
    void a_quote_that_is_not_closed_is_a_wrong_call() {
        assertThatThrownBy(() -> Words.split("/app/run 'a")).isInstanceOf(UsageException.class);
    }
}
