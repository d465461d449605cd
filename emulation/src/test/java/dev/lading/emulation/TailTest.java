package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TailTest {
    @Test
    void the_last_bytes_are_kept_however_they_come() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            int limit = 1 + random.nextInt(20_000);
            Tail tail = new Tail(limit);
            StringBuilder all = new StringBuilder();
            for (int i = random.nextInt(8); i >= 0; i--) {
                byte[] bytes = new byte[random.nextInt(12_000)];
                for (int j = 0; j < bytes.length; j++) {
                    bytes[j] = (byte) ('a' + random.nextInt(26));
                }
                all.append(new String(bytes, US_ASCII));
                tail.write(bytes, 0, bytes.length);
            }
            assertThat(tail.cut()).isEqualTo(all.length() > limit);
            assertThat(tail.text()).isEqualTo(all.substring(Math.max(0, all.length() - limit)));
        }
    }
}
