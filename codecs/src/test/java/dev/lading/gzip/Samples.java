package dev.lading.gzip;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Content made from seeds, the same on every machine. */
final class Samples {
    static final int SEGMENT = Window.SEGMENT_BYTES;

    private Samples() {}

    static Map<String, byte[]> ofEveryKind() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        for (int size : new int[] {0, 1, 2, 3, 7, 8, 9, 10, 31, 258, 259, 1000, 16_384, 65_535, 65_536, 65_537}) {
            all.put("mixed, " + size, mixed(size, size));
        }
        for (int size : new int[] {SEGMENT - 1, SEGMENT, SEGMENT + 1, SEGMENT + 32_768, 2 * SEGMENT, 2 * SEGMENT + 7}) {
            all.put("mixed, " + size, mixed(size, size));
        }
        all.put("zeros", new byte[SEGMENT + 100_000]);
        all.put("noise", noise(SEGMENT + 100_000, 1));
        all.put("text", text(SEGMENT + 100_000, 2));
        all.put("every byte once", steps(256));
        all.put("two bytes", pair(200_000));
        all.put("far repeats", farRepeats(400_000));
        all.put("skewed", skewed(300_000));
        all.put("noise among text", noiseAmongText(SEGMENT + 300_000));
        return all;
    }

    /** Text, noise, runs, tables and copies of what came before, in pieces of any length. */
    static byte[] mixed(int size, long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[size];
        int pos = 0;
        while (pos < size) {
            int n = Math.min(size - pos, 1 + random.nextInt(1 << 1 + random.nextInt(15)));
            switch (random.nextInt(6)) {
                case 0 -> System.arraycopy(text(n, random.nextLong()), 0, bytes, pos, n);
                case 1 -> System.arraycopy(noise(n, random.nextLong()), 0, bytes, pos, n);
                case 2 -> java.util.Arrays.fill(bytes, pos, pos + n, (byte) random.nextInt());
                case 3 -> {
                    for (int i = 0; i < n; i++) {
                        bytes[pos + i] = (byte) (i % 4 == 3 ? 0 : i / 64 + i % 4);
                    }
                }
                default -> {
                    int back = Math.min(pos, 1 + random.nextInt(40_000));
                    for (int i = 0; i < n; i++) {
                        bytes[pos + i] = back == 0 ? 0 : bytes[pos + i - back];
                    }
                }
            }
            pos += n;
        }
        return bytes;
    }

    static byte[] noise(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] text(int size, long seed) {
        Random random = new Random(seed);
        String[] words = new String[300];
        for (int i = 0; i < words.length; i++) {
            StringBuilder word = new StringBuilder();
            for (int letters = 1 + random.nextInt(9); letters > 0; letters--) {
                word.append((char) ('a' + random.nextInt(1 + random.nextInt(26))));
            }
            words[i] = word.toString();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(size + 16);
        while (out.size() < size) {
            String word = words[random.nextInt(1 + random.nextInt(words.length))];
            out.writeBytes(word.getBytes(StandardCharsets.US_ASCII));
            out.write(random.nextInt(12) == 0 ? '\n' : ' ');
        }
        return java.util.Arrays.copyOf(out.toByteArray(), size);
    }

    private static byte[] steps(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static byte[] pair(int size) {
        Random random = new Random(3);
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) random.nextInt(2);
        }
        return bytes;
    }

    /** Repeats at and about the furthest distance. */
    private static byte[] farRepeats(int size) {
        byte[] bytes = noise(size, 4);
        for (int distance = 32_760; distance < 32_776; distance++) {
            int at = (distance - 32_760) * 20_000 + 40_000;
            System.arraycopy(bytes, at - distance, bytes, at, 300);
        }
        return bytes;
    }

    /** Frequencies that fall by half from byte to byte: the longest codes. */
    private static byte[] skewed(int size) {
        Random random = new Random(5);
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (Long.numberOfTrailingZeros(random.nextLong()) * 7);
        }
        return bytes;
    }

    /** As jars in a tar: a little text every few thousand bytes. */
    private static byte[] noiseAmongText(int size) {
        byte[] bytes = noise(size, 6);
        byte[] text = text(size, 7);
        for (int at = 0; at + 400 < size; at += 5000) {
            System.arraycopy(text, at, bytes, at, 100 + at % 300);
        }
        return bytes;
    }
}
