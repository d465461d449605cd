package dev.lading.oci.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Platform;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutableHeaderTest {
    private static byte[] elf(int bits, boolean big, int type, int machine) {
        byte[] bytes = new byte[64];
        bytes[0] = 0x7f;
        bytes[1] = 'E';
        bytes[2] = 'L';
        bytes[3] = 'F';
        bytes[4] = (byte) (bits == 32 ? 1 : 2);
        bytes[5] = (byte) (big ? 2 : 1);
        bytes[big ? 17 : 16] = (byte) type;
        bytes[big ? 19 : 18] = (byte) machine;
        bytes[big ? 18 : 19] = (byte) (machine >> 8);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({
        "64,false,62,linux/amd64",
        "32,false,3,linux/386",
        "64,false,183,linux/arm64",
        "32,false,40,linux/arm",
        "64,false,243,linux/riscv64",
        "64,false,21,linux/ppc64le",
        "64,true,21,linux/ppc64",
        "64,true,22,linux/s390x",
        "64,false,8,linux/mips64le",
        "64,false,258,linux/loong64",
    })
    void an_elf_file_names_its_platform(int bits, boolean big, int machine, String platform) {
        ElfHeader header = (ElfHeader) ExecutableHeader.of(elf(bits, big, 2, machine));
        assertThat(header.platform()).map(Platform::toString).contains(platform);
        assertThat(header.bits()).isEqualTo(bits);
        assertThat(header.bigEndian()).isEqualTo(big);
        assertThat(header.executable()).isTrue();
    }

    @Test
    void an_object_file_is_not_executable_and_an_unknown_machine_has_no_platform() {
        assertThat(ExecutableHeader.of(elf(64, false, 1, 62)).executable()).isFalse();
        assertThat(ExecutableHeader.of(elf(64, false, 2, 9999)).platform()).isEmpty();
    }

    @Test
    void scripts_other_systems_and_short_files_are_told_apart() {
        assertThat(kind("#!/bin/sh\n")).isEqualTo(ExecutableHeader.Kind.SCRIPT);
        assertThat(kind("MZ______")).isEqualTo(ExecutableHeader.Kind.PE);
        assertThat(kind("\u007fELF")).isEqualTo(ExecutableHeader.Kind.ELF);
        assertThat(kind("")).isEqualTo(ExecutableHeader.Kind.OTHER);
        assertThat(ExecutableHeader.of(new byte[] {(byte) 0xcf, (byte) 0xfa, (byte) 0xed, (byte) 0xfe})
                        .kind())
                .isEqualTo(ExecutableHeader.Kind.MACH_O);
    }

    private static ExecutableHeader.Kind kind(String text) {
        return ExecutableHeader.of(text.getBytes(StandardCharsets.ISO_8859_1)).kind();
    }
}
