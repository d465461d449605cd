package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UtilLinuxTest {
    private static final Path PROGRAM = Path.of("/usr/bin/mount");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mount from util-linux 2.38.1 (libmount 2.38.1: selinux, assert)\n",
                "mount from util-linux 2.41\n",
                "mount from util-linux 3.0-rc1"
            })
    void a_program_of_a_newer_util_linux_fits(String said) {
        assertThat(UtilLinux.unfit(PROGRAM, said)).isEmpty();
    }

    @Test
    void an_older_one_is_named_with_its_version() {
        assertThat(UtilLinux.unfit(PROGRAM, "mount from util-linux 2.37.2 (libmount 2.37.2)\n")
                        .orElseThrow())
                .startsWith("/usr/bin/mount is of util-linux 2.37, and 2.38 is the oldest");
    }

    @Test
    void another_is_not_taken_for_one_of_util_linux() {
        for (String said : List.of("", "unrecognized option '--version'\nBusyBox v1.35.0 multi-call binary.")) {
            assertThat(UtilLinux.unfit(PROGRAM, said).orElseThrow())
                    .startsWith("/usr/bin/mount is not the one of util-linux, perhaps busybox's, and lacks options");
        }
    }

    @Test
    void who_has_no_account_is_told_to_get_one_before_identifiers() {
        assertThat(SubordinateIds.remedy("me")).endsWith(" --add-subgids 100000-165535 me");
        assertThat(SubordinateIds.remedy("?"))
                .startsWith("as root: give this user an account (/etc/passwd), and then: usermod ")
                .endsWith(" NAME");
    }
}
