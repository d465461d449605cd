package dev.lading.oci;

import static dev.lading.oci.PlatformNaming.DEBIAN;
import static dev.lading.oci.PlatformNaming.GNU;
import static dev.lading.oci.PlatformNaming.GO;
import static dev.lading.oci.PlatformNaming.NODE;
import static dev.lading.oci.PlatformNaming.RUST;
import static dev.lading.oci.PlatformNaming.UNAME;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlatformNamingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "linux/amd64|x86_64|amd64|GOOS=linux GOARCH=amd64|x86_64-unknown-linux-gnu|x86_64-linux-gnu|linux-x64",
                "linux/x86_64/v3|x86_64|amd64|GOOS=linux GOARCH=amd64 GOAMD64=v3|x86_64-unknown-linux-gnu"
                        + "|x86_64-linux-gnu|linux-x64",
                "linux/i386|i686|i386|GOOS=linux GOARCH=386|i686-unknown-linux-gnu|i386-linux-gnu|linux-ia32",
                "linux/aarch64|aarch64|arm64|GOOS=linux GOARCH=arm64|aarch64-unknown-linux-gnu|aarch64-linux-gnu"
                        + "|linux-arm64",
                "linux/arm|armv7l|armhf|GOOS=linux GOARCH=arm GOARM=7|armv7-unknown-linux-gnueabihf"
                        + "|arm-linux-gnueabihf|linux-arm",
                "linux/arm/v6|armv6l|-|GOOS=linux GOARCH=arm GOARM=6|arm-unknown-linux-gnueabihf|-|linux-arm",
                "linux/arm/v5|armv5tel|armel|GOOS=linux GOARCH=arm GOARM=5|armv5te-unknown-linux-gnueabi"
                        + "|arm-linux-gnueabi|linux-arm",
                "linux/ppc64le|ppc64le|ppc64el|GOOS=linux GOARCH=ppc64le|powerpc64le-unknown-linux-gnu"
                        + "|powerpc64le-linux-gnu|linux-ppc64",
                "linux/riscv64|riscv64|riscv64|GOOS=linux GOARCH=riscv64|riscv64gc-unknown-linux-gnu"
                        + "|riscv64-linux-gnu|linux-riscv64",
                "linux/loong64|loongarch64|loong64|GOOS=linux GOARCH=loong64|loongarch64-unknown-linux-gnu"
                        + "|loongarch64-linux-gnu|linux-loong64",
                "linux/mips64le|mips64|mips64el|GOOS=linux GOARCH=mips64le|mips64el-unknown-linux-gnuabi64"
                        + "|mips64el-linux-gnuabi64|-",
                "linux/s390x|s390x|s390x|GOOS=linux GOARCH=s390x|s390x-unknown-linux-gnu|s390x-linux-gnu|linux-s390x",
                "windows/amd64|-|-|GOOS=windows GOARCH=amd64|x86_64-pc-windows-msvc|x86_64-w64-mingw32|win32-x64",
                "macos/arm64|-|-|GOOS=darwin GOARCH=arm64|aarch64-apple-darwin|aarch64-apple-darwin|darwin-arm64",
            })
    void a_platform_knows_its_names(
            String platform, String uname, String debian, String go, String rust, String gnu, String node) {
        Platform named = Platform.parse(platform);
        assertThat(List.of(
                        name(UNAME, named),
                        name(DEBIAN, named),
                        name(GO, named),
                        name(RUST, named),
                        name(GNU, named),
                        name(NODE, named)))
                .containsExactly(uname, debian, go, rust, gnu, node);
    }

    private static String name(PlatformNaming naming, Platform platform) {
        return naming.nameOf(platform).orElse("-");
    }

    @ParameterizedTest
    @EnumSource
    void a_name_that_is_given_back_means_the_platform_it_was_given_for(PlatformNaming naming) {
        for (String os : List.of("linux", "windows", "darwin", "freebsd")) {
            for (String arch : List.of("amd64", "386", "arm64", "arm/v5", "arm/v6", "arm/v7", "ppc64le", "s390x")) {
                Platform platform = Platform.parse(os + "/" + arch);
                naming.nameOf(platform)
                        .flatMap(naming::platform)
                        .ifPresent(back -> assertThat(back).isEqualTo(platform.normalized()));
            }
        }
    }

    @Test
    void a_name_of_several_platforms_means_none() {
        assertThat(NODE.platform("linux-arm")).isEmpty();
        assertThat(NODE.platform("linux-ppc64")).isEmpty();
        assertThat(UNAME.platform("mips64")).isEmpty();
        assertThat(DEBIAN.platform("vax")).isEmpty();
        assertThat(RUST.platform("")).isEmpty();
    }

    @Test
    void names_with_other_spellings_are_read() {
        assertThat(UNAME.platform("i586")).contains(Platform.LINUX_386);
        assertThat(RUST.platform("aarch64-unknown-linux-musl")).contains(Platform.LINUX_ARM64);
        assertThat(GNU.platform("i686-linux-gnu")).contains(Platform.LINUX_386);
        assertThat(DEBIAN.platform("armel")).contains(Platform.LINUX_ARM_V5);
        assertThat(Platform.parse("linux/armel").normalized()).isEqualTo(Platform.LINUX_ARM_V6);
    }

    @ParameterizedTest
    @CsvSource({
        "GOOS=linux GOARCH=amd64 GOAMD64=v1,linux/amd64",
        "GOARCH=arm64 GOOS=linux GOARM64=v8.0,linux/arm64",
        "GOOS=linux GOARCH=arm64 GOARM64=v9.0,linux/arm64/v9",
        "GOOS=linux GOARCH=arm,linux/arm/v7",
        "GOOS=windows GOARCH=386,windows/386",
    })
    void gos_environment_is_read_in_any_order(String environment, String platform) {
        assertThat(GO.platform(environment).map(Platform::toString)).isEqualTo(Optional.of(platform));
    }

    @ParameterizedTest
    @CsvSource({
        "GOOS=linux",
        "GOARCH=amd64",
        "GOOS=linux GOARCH=amd64 GOARM=7",
        "GOOS=linux GOOS=linux GOARCH=386",
        "GOOS=linux GOARCH=vax",
        "GOOS=linux GOARCH=arm GOARM=9",
        "linux/amd64",
        "''"
    })
    void what_is_no_environment_of_go_is_not_read(String environment) {
        assertThat(GO.platform(environment)).isEmpty();
    }
}
