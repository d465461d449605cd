package dev.lading.emulation;

import static dev.lading.emulation.BinfmtFlag.FIX_BINARY;
import static dev.lading.emulation.BinfmtFlag.PRESERVE_ARGV0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Platform;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BinfmtHandlerTest {
    private static final QemuTarget ARM64 = QemuTarget.named("aarch64").orElseThrow();

    private static BinfmtHandler handler(String name, String interpreter) {
        return BinfmtHandler.of(name, ARM64, interpreter, Set.of(FIX_BINARY, PRESERVE_ARGV0));
    }

    @Test
    void the_line_for_arm64_matches_executables_and_shared_objects_and_no_byte_between() {
        assertThat(handler("ours-aarch64", "/usr/bin/qemu-aarch64").registerLine())
                .isEqualTo(":ours-aarch64:M:0"
                        + ":\\x7f\\x45\\x4c\\x46\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00"
                        + ":\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xfe\\xff\\xff\\xff"
                        + ":/usr/bin/qemu-aarch64:PF");
    }

    @Test
    void a_path_with_a_colon_gets_another_delimiter() {
        assertThat(handler("n", "/opt/a:b,c/qemu").registerLine())
                .startsWith(";n;M;0;")
                .endsWith(";/opt/a:b,c/qemu;PF");
    }

    @Test
    void what_the_kernel_would_refuse_is_refused_here() {
        for (String name : new String[] {"", ".", "..", "a/b", "register", "status", "a\nb", "n".repeat(256)}) {
            assertThatThrownBy(() -> handler(name, "/q")).isInstanceOf(InvalidInputException.class);
        }
        assertThatThrownBy(() -> handler("n", "qemu")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> handler("n", "/q\n")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> handler("n", "/" + "q".repeat(1800)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("1920");
        assertThatThrownBy(() -> BinfmtFlag.parse("PX")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void what_the_kernel_says_is_read_back_and_unknown_lines_and_flags_do_no_harm() {
        String text = """
                enabled
                interpreter /usr/bin/qemu aarch64
                flags: POCFT
                something new
                offset 2
                magic 4c46
                mask ff0f
                """;
        BinfmtHandler read = BinfmtHandler.parse("x", text);
        assertThat(read.enabled()).isTrue();
        assertThat(read.interpreter()).isEqualTo("/usr/bin/qemu aarch64");
        assertThat(read.flags()).containsExactly(BinfmtFlag.values());
        assertThat(read.flagLetters()).isEqualTo("POCFT");
        assertThat(read.takes("a", new byte[] {0, 0, 'L', 'F', 9})).isTrue();
        assertThat(read.takes("a", new byte[] {0, 0, 'L', (byte) 0xb6})).isTrue();
        assertThat(read.takes("a", new byte[] {0, 0, 'L'})).isFalse();
        BinfmtHandler byName =
                BinfmtHandler.parse("jar", "disabled\ninterpreter /usr/bin/jexec\nflags: \nextension .jar\n");
        assertThat(byName.enabled()).isFalse();
        assertThat(byName.extension()).contains("jar");
        assertThat(byName.takes("a.jar", new byte[0])).isTrue();
        assertThat(byName.takes("jar", new byte[0])).isFalse();
        assertThat(byName.registerLine()).isEqualTo(":jar:E::jar::/usr/bin/jexec:");
        assertThatThrownBy(() -> BinfmtHandler.parse("x", "enabled\n")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> BinfmtHandler.parse("x", "enabled\ninterpreter /q\nmagic zz\n"))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void every_target_takes_its_own_header_and_no_other_targets() {
        for (QemuTarget target : QemuTarget.all()) {
            byte[] header = target.magic();
            header[7] = 3; // an OS ABI of Linux
            header[8] = 'A'; // an AppImage's mark
            header[target.bigEndian() ? 17 : 16] = 3; // a shared object
            assertThat(QemuTarget.all())
                    .filteredOn(other -> other.matches(header))
                    .containsExactly(target);
            assertThat(QemuTarget.of(header)).contains(target);
            header[target.bigEndian() ? 17 : 16] = 1; // an object file
            assertThat(QemuTarget.of(header)).isEmpty();
        }
    }

    @Test
    void targets_are_found_by_the_words_of_images_and_of_qemu() {
        assertThat(QemuTarget.of(Platform.parse("linux/arm/v6")))
                .map(QemuTarget::name)
                .contains("arm");
        assertThat(QemuTarget.of(Platform.parse("linux/x86_64")))
                .map(QemuTarget::name)
                .contains("x86_64");
        assertThat(QemuTarget.of(Platform.parse("windows/arm64"))).isEmpty();
        assertThat(QemuTarget.named("mips64el")).map(QemuTarget::architecture).contains("mips64le");
        assertThat(HexFormat.of()
                        .formatHex(QemuTarget.named("s390x").orElseThrow().magic()))
                .isEqualTo("7f454c4602020100000000000000000000020016");
    }

    @Test
    void whatever_a_kernel_says_is_read_or_refused_in_our_own_words() {
        Random random = new Random(7);
        String good = "enabled\ninterpreter /q\nflags: POCF\noffset 0\nmagic 7f454c46\nmask ffffffff\n";
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(good);
            for (int j = random.nextInt(4); j >= 0; j--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.setCharAt(at, (char) random.nextInt(256));
                } else {
                    text.delete(at, Math.min(text.length(), at + random.nextInt(8)));
                }
            }
            try {
                BinfmtHandler read = BinfmtHandler.parse("x", text.toString());
                assertThat(read.magic()).hasSameSizeAs(read.mask());
            } catch (InvalidInputException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 19_900);
    }
}
