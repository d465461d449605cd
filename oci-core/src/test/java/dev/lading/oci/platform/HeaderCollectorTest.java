package dev.lading.oci.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderCollectorTest {
    private static final int LARGE = 500_000;

    private static ExecutableHeader collected(byte[] file, int piece) {
        HeaderCollector collector = new HeaderCollector(file.length);
        for (int at = 0; at < file.length && collector.wantsMore(); at += piece) {
            collector.take(file, at, Math.min(piece, file.length - at));
        }
        return collector.header();
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(5).nextBytes(bytes);
        return bytes;
    }

    private static ElfBuilder arm(int architecture) {
        ElfBuilder builder = new ElfBuilder(32, false, 40).flags(0x05000400);
        return builder.section(".ARM.attributes", 0x70000003, builder.armAttributes(6, architecture, 28, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096, 5000, 1 << 20})
    void a_small_executable_is_seen_whole(int piece) {
        byte[] file = new ElfBuilder(64, false, 62)
                .type(3)
                .interpreter("/lib64/ld-linux-x86-64.so.2")
                .writable(noise(20_000))
                .dynamic(1, "libc.so.6")
                .build();

        assertThat(collected(file, piece)).isEqualTo(ExecutableHeader.of(file, file.length));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096, 60_000, 65_536, 100_000, 1 << 20})
    void the_variant_of_a_large_program_for_arm_is_seen_at_its_end(int piece) {
        byte[] file = arm(9).segment(4, new byte[0]).writable(noise(LARGE)).build();

        assertThat(collected(file, piece).platform()).contains(Platform.LINUX_ARM_V6);
        assertThat(ExecutableHeader.of(file, file.length).platform()).contains(Platform.LINUX_ARM_V6);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096, 100_000, 1 << 20})
    void the_build_information_of_a_large_go_program_is_seen_where_its_data_is(int piece) {
        byte[] info = ElfBuilder.goInline("go1.22", "build\tGOOS=linux\nbuild\tGOARCH=amd64\nbuild\tGOAMD64=v3\n");
        byte[] file = new ElfBuilder(64, false, 62)
                .note("Go", 4, new byte[80])
                .segment(1, noise(LARGE))
                .writable(info)
                .segment(4, noise(LARGE))
                .build();

        assertThat(collected(file, piece).platform()).contains(Platform.of("linux", "amd64", "v3"));
    }

    @Test
    void what_was_not_kept_is_said_and_no_fault() {
        byte[] file = arm(10).interpreter("/lib/ld-linux-armhf.so.3")
                .writable(noise(LARGE))
                .dynamic(1, "libc.so.6")
                .segment(4, noise(LARGE))
                .build();
        ElfHeader elf = (ElfHeader) collected(file, 8192);

        assertThat(elf.faults()).isEmpty();
        assertThat(elf.program()).isTrue();
        assertThat(elf.platform()).contains(Platform.LINUX_ARM_V7);
        assertThat(elf.unseen()).isNotEmpty();
    }

    @Test
    void what_is_no_executable_needs_no_more_than_its_beginning() throws IOException {
        byte[] zip = Binaries.zip("a", "x".repeat(10), "b", "y");
        byte[] text = "#!/bin/sh\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
        HeaderCollector collector = new HeaderCollector(text.length);
        collector.take(text, 0, ExecutableHeader.BYTES);

        assertThat(collector.wantsMore()).isFalse();
        assertThat(collector.header()).hasToString("script for /bin/sh");
        assertThat(collected(zip, 10)).isEqualTo(Binaries.read(zip));
        assertThat(new HeaderCollector(0).header()).isEqualTo(new OtherHeader(OtherHeader.Form.EMPTY));
    }

    @Test
    void more_bytes_than_the_size_are_refused() {
        HeaderCollector collector = new HeaderCollector(3);
        collector.take(new byte[2], 0, 2);

        assertThatThrownBy(() -> collector.take(new byte[2], 0, 2)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new HeaderCollector(-1)).isInstanceOf(InvalidInputException.class);
    }
}
