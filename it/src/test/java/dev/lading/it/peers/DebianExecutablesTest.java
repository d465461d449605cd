package dev.lading.it.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.ClassFileHeader;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ElfHeader.FloatAbi;
import dev.lading.oci.platform.ElfHeader.Libc;
import dev.lading.oci.platform.ElfHeader.Linking;
import dev.lading.oci.platform.ElfHeader.Property;
import dev.lading.oci.platform.ExecutableHeader;
import dev.lading.oci.platform.GoBuild;
import dev.lading.oci.platform.HeaderCollector;
import dev.lading.oci.platform.JarHeader;
import dev.lading.oci.platform.PeHeader;
import dev.lading.oci.platform.PeHeader.Subsystem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
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
        assertThat(elf.libc()).contains(Libc.GLIBC);
        assertThat(elf.faults()).isEmpty();
        assertThat(elf.complete()).isTrue();
    }

    @Test
    void a_program_with_signed_return_addresses_says_so() {
        ElfHeader elf = elf(DebianPackages.unpacked("trixie", "arm64", "busybox-static"), "bin/busybox");

        assertThat(elf.properties()).contains(Property.PAC, Property.BTI);
    }

    @ParameterizedTest
    @CsvSource({
        "amd64, linux/amd64, /lib64/ld-linux-x86-64.so.2",
        "i386, linux/386, /lib/ld-linux.so.2",
        "arm64, linux/arm64, /lib/ld-linux-aarch64.so.1",
        "armhf, linux/arm/v7, /lib/ld-linux-armhf.so.3",
        "armel, linux/arm/v5, /lib/ld-linux.so.3",
        "mips64el, linux/mips64le, /lib64/ld.so.1",
        "mipsel, linux/mipsle, /lib/ld.so.1",
        "ppc64el, linux/ppc64le, /lib64/ld64.so.2",
        "s390x, linux/s390x, /lib/ld64.so.1",
        "riscv64, linux/riscv64, /lib/ld-linux-riscv64-lp64d.so.1",
        "loong64, linux/loong64, /lib64/ld-linux-loongarch-lp64d.so.1",
    })
    void a_dynamic_program_of_each_architecture_names_its_loader(String architecture, String platform, String loader) {
        ElfHeader elf = elf(DebianPackages.unpacked(architecture, "hello"), "usr/bin/hello");

        assertThat(elf.platform()).map(Platform::toString).contains(platform);
        assertThat(elf.linking()).contains(Linking.DYNAMIC);
        assertThat(elf.interpreter()).contains(loader);
        assertThat(elf.needed()).contains("libc.so.6");
        assertThat(elf.libc()).contains(Libc.GLIBC);
        assertThat(elf.faults()).isEmpty();
        assertThat(elf.complete()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "amd64, linux/amd64, linux/amd64",
        // Go's part would run on version 6, C's start files in it would not.
        "armhf, linux/arm/v6, linux/arm/v7",
        "armel, linux/arm/v5, linux/arm/v5",
    })
    void a_program_by_go_tells_how_it_was_built(String architecture, String built, String platform) {
        ElfHeader elf = elf(DebianPackages.unpacked(architecture, "fzf"), "usr/bin/fzf");
        GoBuild go = elf.go().orElseThrow();

        assertThat(go.version()).startsWith("go1.");
        assertThat(go.platform()).map(Platform::toString).contains(built);
        assertThat(elf.platform()).map(Platform::toString).contains(platform);
    }

    @Test
    void what_passes_by_tells_the_same_platform_as_the_file() throws IOException {
        for (String architecture : new String[] {"amd64", "armhf", "armel"}) {
            for (String program : new String[] {"fzf", "hello"}) {
                Path file = DebianPackages.unpacked(architecture, program)
                        .resolve("usr/bin")
                        .resolve(program);
                byte[] bytes = Files.readAllBytes(file);
                HeaderCollector collector = new HeaderCollector(bytes.length);
                collector.take(bytes, 0, bytes.length);

                assertThat(collector.header().platform())
                        .as(file.toString())
                        .isEqualTo(ExecutableHeader.of(file).platform());
                assertThat(collector.header().faults()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "t32.exe, windows/386, CONSOLE",
        "w32.exe, windows/386, GUI",
        "t64.exe, windows/amd64, CONSOLE",
        "w64.exe, windows/amd64, GUI",
        "t64-arm.exe, windows/arm64, CONSOLE",
        "w64-arm.exe, windows/arm64, GUI",
    })
    void a_windows_program_is_named_rightly(String file, String platform, Subsystem subsystem) {
        Path folder = DebianPackages.unpacked("amd64", "python3-distlib");
        PeHeader pe = (PeHeader) ExecutableHeader.of(
                folder.resolve("usr/lib/python3/dist-packages/distlib").resolve(file));

        assertThat(pe.platform()).map(Platform::toString).contains(platform);
        assertThat(pe.subsystem()).isEqualTo(subsystem);
        assertThat(pe.library()).isFalse();
        assertThat(pe.faults()).isEmpty();
    }

    @Test
    void a_boot_program_is_for_no_system() {
        PeHeader pe = (PeHeader)
                ExecutableHeader.of(DebianPackages.unpacked("amd64", "ipxe").resolve("boot/ipxe.efi"));

        assertThat(pe.subsystem()).isEqualTo(Subsystem.EFI);
        assertThat(pe.platforms()).isEmpty();
        assertThat(pe).hasToString("UEFI program for amd64: 64 bit");
    }

    @Test
    void a_jdk_s_archives_classes_and_launchers_are_told_apart() throws IOException {
        for (Path jdk : Jdks.present()) {
            assertThat(ExecutableHeader.of(jdk.resolve("lib/jrt-fs.jar"))).isInstanceOf(JarHeader.class);
            ElfHeader launcher = (ElfHeader) ExecutableHeader.of(jdk.resolve("bin/java"));
            assertThat(launcher.linking()).contains(Linking.DYNAMIC);
            assertThat(launcher.runPath()).contains("$ORIGIN/../lib");
            ElfHeader library = (ElfHeader) ExecutableHeader.of(jdk.resolve("lib/libjava.so"));
            assertThat(library.linking()).contains(Linking.LIBRARY);
        }
        try (InputStream in = Object.class.getResourceAsStream("Object.class")) {
            ClassFileHeader header = (ClassFileHeader)
                    ExecutableHeader.of(Objects.requireNonNull(in).readAllBytes());
            assertThat(header.javaVersion()).isEqualTo(Runtime.version().feature());
        }
    }

    // Since Debian 13 programs lie below /usr alone.
    private static ElfHeader elf(Path folder, String file) {
        Path old = folder.resolve(file);
        return (ElfHeader) ExecutableHeader.of(
                Files.exists(old) ? old : folder.resolve("usr").resolve(file));
    }
}
