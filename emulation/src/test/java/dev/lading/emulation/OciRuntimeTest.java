package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciRuntimeTest {
    private static OciRuntime said(String text) {
        return OciRuntime.said(Path.of("/usr/sbin/oci"), text);
    }

    @Test
    void a_runtime_is_what_it_says_it_is_and_not_its_files_name() {
        OciRuntime runtime = said("runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1\nspec: 1.0.2-dev\n");
        assertThat(runtime.name()).isEqualTo("runc");
        assertThat(runtime).hasToString("runc 1.1.5+ds1");
        assertThat(said("crun version 1.8.1\n")).hasToString("crun 1.8.1");
        assertThat(said("what?\n")).hasToString("oci");
        assertThat(said("").warning()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0.0-rc93", "1.1.5+ds1", "1.1.15", "1.2.7", "1.3.0", "1.3.2", "1.4.0-rc.1", "1.4.0-rc.2"})
    void a_runc_without_the_corrections_of_2025_is_warned_of(String version) {
        assertThat(said("runc version " + version).warning().orElseThrow())
                .contains("runc " + version, "CVE-2025-52881");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1.2.8", "1.2.10", "1.3.3", "1.3.3+ds1", "1.4.0-rc.3", "1.4.0", "1.4.1", "1.5.0-rc.1", "2.0.0"})
    void a_runc_with_them_is_not(String version) {
        assertThat(said("runc version " + version).warning()).isEmpty();
    }

    @Test
    void what_debian_has_corrected_is_not_warned_of_and_of_what_it_has_not_that_is_said() {
        assertThat(debians("CVE-2025-31133 CVE-2025-52565 CVE-2025-52881: corrected")
                        .warning())
                .isEmpty();
        assertThat(debians("CVE-2024-21626, CVE-2025-31133: corrected")
                        .warning()
                        .orElseThrow())
                .contains("Debian's changelog of it does not name");
        assertThat(said("runc version 1.1.5").warning().orElseThrow()).contains("unless your distribution");
    }

    private static OciRuntime debians(String changelog) {
        return new OciRuntime(Path.of("/usr/sbin/runc"), "runc", "1.1.5+ds1", Optional.of(changelog));
    }

    @Test
    void other_runtimes_are_not_judged_by_the_numbers_of_runc() {
        assertThat(said("crun version 1.1.5").warning()).isEmpty();
        assertThat(said("runc version unknown").warning()).isEmpty();
    }
}
