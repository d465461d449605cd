package dev.lading.oci.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of every kind with bytes changed, cut, doubled and swapped: each is described, none is an exception. */
class ExecutableFuzzTest {
    private static final int ROUNDS = 3_000;
    private static final byte[] EDGES = {0, 1, 2, 4, 7, 8, 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff};

    private static List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        String modules = "path\tx\nbuild\tGOOS=linux\nbuild\tGOARCH=arm\nbuild\tGOARM=6\n";
        for (int bits : new int[] {32, 64}) {
            for (boolean big : new boolean[] {false, true}) {
                for (int machine : new int[] {40, 62, 183}) {
                    ElfBuilder builder = new ElfBuilder(bits, big, machine);
                    seeds.add(builder.type(3)
                            .interpreter("/lib/ld-linux.so.3")
                            .properties(0xc0000000, 3, 0xc0008002, 7)
                            .note("GNU", 1, new byte[16])
                            .writable(ElfBuilder.goInline("go1.20", modules))
                            .dynamic(1, "libc.so.6")
                            .dynamic(29, "$ORIGIN")
                            .section(".ARM.attributes", 0x70000003, builder.armAttributes(5, 'a', 0, 6, 10, 28, 1))
                            .section(".go.buildinfo", 1, ElfBuilder.goInline("go1.20", modules))
                            .build());
                }
            }
        }
        seeds.add(Binaries.pe(0x8664, true, 3, true));
        seeds.add(Binaries.machO(0x0100000c, 0, 2, 1, false));
        seeds.add(Binaries.fat(false, Binaries.machO(7, 3, 2, 1, true), Binaries.machO(0x0100000c, 0, 2, 1, false)));
        seeds.add(Binaries.fat(true, Binaries.machO(7, 3, 2, 1, true)));
        seeds.add(Binaries.zip("META-INF/", "", "META-INF/MANIFEST.MF", "Main-Class: a\n"));
        seeds.add(Binaries.zip("a", "b", "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: a\n"));
        for (String text : List.of(
                "#!/bin/sh -e\nexit",
                "\u00ef\u00bb\u00bf#!/bin/sh\r\n",
                "\u00ff\u00fe#\0!\0x\0",
                "\0asm\1\0\0\0",
                "\u00ca\u00fe\u00ba\u00be\0\0\0=")) {
            seeds.add(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return seeds;
    }

    private static byte[] changed(byte[] seed, Random random) {
        byte[] file = seed.clone();
        int changes = 1 + random.nextInt(6);
        for (int i = 0; i < changes && file.length > 0; i++) {
            int at = random.nextBoolean() ? random.nextInt(file.length) : random.nextInt(Math.min(256, file.length));
            switch (random.nextInt(5)) {
                case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> file[at] = EDGES[random.nextInt(EDGES.length)];
                case 2 -> Arrays.fill(file, at, Math.min(file.length, at + 8), EDGES[random.nextInt(EDGES.length)]);
                case 3 -> {
                    int from = random.nextInt(file.length);
                    System.arraycopy(file, from, file, at, Math.min(16, file.length - Math.max(from, at)));
                }
                default -> file = Arrays.copyOf(file, random.nextInt(4) == 0 ? at : file.length);
            }
        }
        return file;
    }

    @Test
    @Timeout(60)
    void no_change_of_a_file_is_an_exception_or_takes_long() throws IOException {
        Random random = new Random(20_240_607);
        long slowest = 0;
        for (byte[] seed : seeds()) {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] file = changed(seed, random);
                long start = System.nanoTime();
                assertThatCode(() -> {
                            ExecutableHeader whole = ExecutableHeader.of(file, file.length);
                            assertThat(whole.toString()).isNotEmpty();
                            ExecutableHeader.of(Arrays.copyOf(file, file.length / 2))
                                    .platforms();
                            HeaderCollector collector = new HeaderCollector(file.length + 200_000L);
                            collector.take(file, 0, file.length);
                            collector.header().platforms();
                        })
                        .as(() -> Arrays.toString(file))
                        .doesNotThrowAnyException();
                slowest = Math.max(slowest, System.nanoTime() - start);
            }
        }
        assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void a_file_and_its_bytes_say_the_same_whatever_was_changed(@TempDir Path folder) throws IOException {
        Random random = new Random(7);
        Path path = folder.resolve("file");
        for (byte[] seed : seeds()) {
            for (int round = 0; round < 20; round++) {
                byte[] file = changed(seed, random);
                Files.write(path, file);
                assertThat(ExecutableHeader.of(path)).isEqualTo(ExecutableHeader.of(file, file.length));
            }
        }
    }

    @Test
    void a_huge_sparse_file_costs_no_more_than_its_header(@TempDir Path folder) throws IOException {
        byte[] elf = new ElfBuilder(64, false, 62).dynamic(1, "libc.so.6").build();
        Path file = Files.write(folder.resolve("huge"), elf);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), 1L << 40);
        }

        assertThat(((ElfHeader) ExecutableHeader.of(file)).needed()).containsExactly("libc.so.6");
    }
}
