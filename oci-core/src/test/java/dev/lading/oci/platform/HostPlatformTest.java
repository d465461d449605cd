package dev.lading.oci.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPlatformTest {
    private static final String V1 = "fpu cx8 sse sse2 syscall lm";
    private static final String V2 = V1 + " cx16 lahf_lm pni popcnt sse4_1 sse4_2 ssse3";
    private static final String V3 = V2 + " abm avx avx2 bmi1 bmi2 f16c fma movbe xsave";
    private static final String V4 = V3 + " avx512bw avx512cd avx512dq avx512f avx512vl";

    @TempDir
    private Path root;

    private HostPlatform host(String osArch, String kernel, String cpuinfo) throws IOException {
        Files.createDirectories(root.resolve("proc/sys/kernel"));
        Files.deleteIfExists(root.resolve("proc/sys/kernel/arch"));
        if (!kernel.isEmpty()) {
            Files.writeString(root.resolve("proc/sys/kernel/arch"), kernel + "\n");
        }
        Files.writeString(root.resolve("proc/cpuinfo"), cpuinfo);
        return HostPlatform.of(root, "Linux", osArch);
    }

    private static String x86(String flags) {
        return "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: " + flags + "\n\nprocessor\t: 1\nflags\t: fpu\n";
    }

    private static String arm(String architecture, String model) {
        return "processor\t: 0\nmodel name\t: " + model + "\nCPU implementer\t: 0x41\nCPU architecture: " + architecture
                + "\n";
    }

    @Test
    void the_level_of_an_x86_processor_is_the_highest_whose_flags_are_all_there() throws IOException {
        assertThat(host("amd64", "x86_64", x86(V1)).amd64Level()).hasValue(1);
        assertThat(host("amd64", "x86_64", x86(V2)).amd64Level()).hasValue(2);
        assertThat(host("amd64", "x86_64", x86(V3)).amd64Level()).hasValue(3);
        assertThat(host("amd64", "x86_64", x86(V4)).amd64Level()).hasValue(4);
        assertThat(host("amd64", "x86_64", x86(V4.replace("ssse3", ""))).amd64Level())
                .hasValue(1);
        HostPlatform host = host("amd64", "x86_64", x86(V3));
        assertThat(host.platform()).isEqualTo(Platform.LINUX_AMD64);
        assertThat(host.emulation()).isEmpty();
        assertThat(host).hasToString("linux/amd64/v3");
        assertThat(host.matcher().matches(Platform.parse("linux/amd64/v3"))).isTrue();
        assertThat(host.matcher().matches(Platform.parse("linux/amd64/v4"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "arm,armv7l,7,ARMv7 Processor rev 3,linux/arm/v7",
        "arm,armv6l,7,ARMv6-compatible processor rev 7,linux/arm/v6",
        "arm,armv6l,6TEJ,ARM11,linux/arm/v6",
        "arm,armv5tejl,5TEJ,ARM926EJ-S,linux/arm/v5",
        "arm,aarch64,8,Cortex-A72,linux/arm/v8",
        "arm,aarch64,AArch64,Cortex-A53,linux/arm/v8",
        "arm,armv7l,?(12),Cortex,linux/arm/v7",
        "aarch64,aarch64,8,Cortex-A72,linux/arm64",
    })
    void the_variant_of_arm_is_the_processors(
            String osArch, String kernel, String architecture, String model, String platform) throws IOException {
        HostPlatform host = host(osArch, kernel, arm(architecture, model));
        assertThat(host.platform()).hasToString(platform);
        assertThat(host.emulation()).isEmpty();
        assertThat(host.amd64Level()).isEmpty();
    }

    @Test
    void where_the_processor_does_not_tell_its_version_the_kernel_does() throws IOException {
        assertThat(host("arm", "armv6l", "CPU implementer : 0x41\n").platform()).isEqualTo(Platform.LINUX_ARM_V6);
        assertThat(host("arm", "", "").platform()).isEqualTo(Platform.LINUX_ARM_V7);
    }

    @Test
    void a_process_for_another_machine_than_the_kernels_looks_emulated() throws IOException {
        HostPlatform foreign = host("aarch64", "x86_64", arm("8", "faked by the emulator"));
        assertThat(foreign.platform()).isEqualTo(Platform.LINUX_ARM64);
        assertThat(foreign.emulation())
                .hasValueSatisfying(why -> assertThat(why).contains("arm64", "amd64"));
        assertThat(foreign).hasToString("linux/arm64 (looks emulated)");
        assertThat(host("amd64", "aarch64", arm("8", "Apple")).emulation()).isPresent();
        assertThat(host("amd64", "aarch64", arm("8", "Apple")).amd64Level()).isEmpty();
    }

    @Test
    void an_older_kernel_is_given_away_by_its_description_of_the_processor() throws IOException {
        assertThat(host("aarch64", "", x86(V2)).emulation())
                .hasValueSatisfying(why -> assertThat(why).contains("x86"));
        assertThat(host("s390x", "", x86(V2)).emulation()).isPresent();
        assertThat(host("s390x", "", "vendor_id       : IBM/S390\n").emulation())
                .isEmpty();
        assertThat(host("riscv64", "", "hart : 0\nisa : rv64imafdc\n").emulation())
                .isEmpty();
        assertThat(host("ppc64le", "", "cpu\t\t: POWER9, altivec supported\n").emulation())
                .isEmpty();
    }

    @Test
    void a_32_bit_process_on_its_64_bit_kernel_is_not_emulated() throws IOException {
        HostPlatform host = host("i386", "x86_64", x86(V3));
        assertThat(host.platform()).isEqualTo(Platform.LINUX_386);
        assertThat(host.emulation()).isEmpty();
    }

    @Test
    void without_files_nothing_is_made_up() {
        HostPlatform host = HostPlatform.of(root.resolve("none"), "Linux", "amd64");
        assertThat(host.platform()).isEqualTo(Platform.LINUX_AMD64);
        assertThat(host.amd64Level()).isEqualTo(OptionalInt.empty());
        assertThat(host.emulation()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Windows Server 2022,amd64,windows/amd64",
        "Mac OS X,aarch64,darwin/arm64",
        "FreeBSD,amd64,freebsd/amd64",
        "Linux,x86,linux/386",
        "Linux,loongarch64,linux/loong64",
        "Linux,ppc64le,linux/ppc64le",
        "Linux,riscv64,linux/riscv64",
    })
    void javas_words_are_understood(String osName, String osArch, String platform) {
        assertThat(HostPlatform.of(root, osName, osArch).platform()).hasToString(platform);
    }

    @ParameterizedTest
    @CsvSource({"Mac OS X,aarch64,linux/arm64", "Windows 11,amd64,windows/amd64", "Linux,amd64,linux/amd64"})
    void images_are_for_the_host_and_for_linux_where_it_has_none(String osName, String osArch, String platform) {
        assertThat(HostPlatform.of(root, osName, osArch).forImages()).hasToString(platform);
    }

    @Test
    void this_host_is_one_of_the_known_ones() {
        HostPlatform host = HostPlatform.detect();
        assertThat(Platform.parse(host.platform().toString())).isEqualTo(host.platform());
        assertThat(host).isEqualTo(HostPlatform.detect()).hasSameHashCodeAs(HostPlatform.detect());
    }
}
