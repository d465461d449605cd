package dev.lading.gzip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class DeflatePartsTest {
    private static int crc(byte[] bytes, int from, int to) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }

    @Test
    void the_checksums_of_two_pieces_join_to_that_of_the_whole() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = Samples.noise(random.nextInt(5000), round);
            int cut = random.nextInt(bytes.length + 1);
            int joined = CrcJoin.join(crc(bytes, 0, cut), crc(bytes, cut, bytes.length), bytes.length - cut);
            assertThat(joined).as("round %d", round).isEqualTo(crc(bytes, 0, bytes.length));
        }
    }

    @Test
    void codes_are_prefix_codes_within_the_limit() {
        Random random = new Random(2);
        for (int round = 0; round < 2000; round++) {
            int symbols = 2 + random.nextInt(285);
            int limit = Math.max(7, 32 - Integer.numberOfLeadingZeros(symbols)) + random.nextInt(6);
            int[] frequencies = new int[symbols];
            long fibonacci = 1;
            long before = 1;
            for (int i = 0; i < symbols; i++) {
                switch (round % 4) {
                    case 0 -> frequencies[i] = random.nextInt(1000);
                    case 1 -> frequencies[i] = random.nextInt(4) == 0 ? 1 + random.nextInt(100_000) : 0;
                    case 2 -> frequencies[i] = i == round % symbols ? 5 : 0;
                    default -> {
                        frequencies[i] = (int) Math.min(fibonacci, 50_000);
                        long sum = Math.min(fibonacci + before, 1 << 20);
                        before = fibonacci;
                        fibonacci = sum;
                    }
                }
            }
            HuffmanCode code = new HuffmanCode(symbols, limit);
            code.make(frequencies);
            long kraft = 0;
            for (int i = 0; i < symbols; i++) {
                if (frequencies[i] > 0) {
                    assertThat(code.lengths[i]).isBetween(1, limit);
                }
                if (code.lengths[i] > 0) {
                    kraft += 1L << limit - code.lengths[i];
                }
            }
            assertThat(kraft).as("round %d is a complete code", round).isEqualTo(1L << limit);
        }
    }

    @Test
    void a_rarer_symbol_never_has_a_shorter_code() {
        Random random = new Random(3);
        HuffmanCode code = new HuffmanCode(100, 9);
        for (int round = 0; round < 200; round++) {
            int[] frequencies = random.ints(100, 1, 10_000).toArray();
            code.make(frequencies);
            for (int i = 0; i < 100; i++) {
                for (int j = 0; j < 100; j++) {
                    if (frequencies[i] < frequencies[j]) {
                        assertThat(code.lengths[i]).isGreaterThanOrEqualTo(code.lengths[j]);
                    }
                }
            }
        }
    }

    @Test
    void whole_number_logarithms_are_right_to_a_thousandth() {
        for (int n = 2; n < 2_000_000; n += 1 + n / 50) {
            double exact = n * Math.log(n) / Math.log(2);
            assertThat(Bits.timesLog(n) / (double) (1 << Bits.FRACTION_BITS))
                    .isCloseTo(exact, within(exact / 1000 + n * 0.002));
        }
        assertThat(Bits.timesLog(0)).isZero();
        assertThat(Bits.timesLog(1)).isZero();
        assertThat(Bits.timesLog(1024)).isEqualTo(10L * 1024 << Bits.FRACTION_BITS);
    }

    @Test
    void the_format_s_tables_are_those_of_the_specification() {
        // RFC 1951, section 3.2.5: some lengths, and the symbol and extra bits that the table there gives.
        int[][] known = {
            {3, 257, 0},
            {10, 264, 0},
            {11, 265, 1},
            {12, 265, 1},
            {18, 268, 1},
            {66, 276, 3},
            {67, 277, 4},
            {227, 284, 5},
            {257, 284, 5},
            {258, 285, 0}
        };
        for (int[] row : known) {
            int symbol = DeflateFormat.LENGTH_SYMBOL[row[0] - 3];
            assertThat(257 + symbol).as("length %d", row[0]).isEqualTo(row[1]);
            assertThat(DeflateFormat.LENGTH_EXTRA[symbol]).isEqualTo(row[2]);
        }
        assertThat(DeflateFormat.distanceExtra(3)).isZero();
        assertThat(DeflateFormat.distanceExtra(4)).isEqualTo(1);
        assertThat(DeflateFormat.distanceExtra(29)).isEqualTo(13);
    }
}
