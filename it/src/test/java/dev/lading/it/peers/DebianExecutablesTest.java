package dev.lading.it.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ElfHeader.FloatAbi;
import dev.lading.oci.platform.ElfHeader.Linking;
import dev.lading.oci.platform.ElfHeader.Property;
import dev.lading.oci.platform.ExecutableHeader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real executables of each architecture that Debian offers. */
class DebianExecutablesTest {
    @ParameterizedTest
    @CsvSource({
        "amd64, linux/amd64, '', ''",
        "i386, linux/386, '', ''",
        "arm64, linux/arm64, '', ''",
        "armhf, linux/arm/v7, eabi5, HARD",
        "armel, linux/arm/v5, eabi5, SOFT",
        "mips64el, linux/mips64le, n64, ''",
        "mipsel, linux/mipsle, o32, ''",
        "ppc64el, linux/ppc64le, elfv2, ''",
        "s390x, linux/s390x, '', ''",
        "riscv64, linux/riscv64, lp64d, HARD",
        "loong64, linux/loong64, lp64d, HARD",
    })
    void a_static_program_of_each_architecture_is_named_rightly(
            String architecture, String platform, String abi, String floatAbi) {
        ElfHeader elf = elf(DebianPackages.unpacked(architecture, "busybox-static"), "bin/busybox");

        assertThat(elf.platform()).map(Platform::toString).contains(platform);
        assertThat(elf.abi().orElse("")).isEqualTo(abi);
        assertThat(elf.floatAbi().map(FloatAbi::name).orElse("")).isEqualTo(floatAbi);
        assertThat(elf.linking()).isPresent().get().isIn(Linking.STATIC, Linking.STATIC_PIE);
        assertThat(elf.interpreter()).isEmpty();
        assertThat(elf.libc()).contains(ElfHeader.Libc.GLIBC);
        assertThat(elf.faults()).isEmpty();
        assertThat(elf.complete()).isTrue();
    }

    @Test
    void a_program_with_signed_return_addresses_says_so() {
        ElfHeader elf = elf(DebianPackages.unpacked("trixie", "arm64", "busybox-static"), "bin/busybox");

        assertThat(elf.properties()).contains(Property.PAC, Property.BTI);
    }

    // Since Debian 13 programs lie below /usr alone.
    private static ElfHeader elf(Path folder, String file) {
        Path old = folder.resolve(file);
        return (ElfHeader) ExecutableHeader.of(
                Files.exists(old) ? old : folder.resolve("usr").resolve(file));
    }
}
