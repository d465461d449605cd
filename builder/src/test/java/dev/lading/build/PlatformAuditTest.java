package dev.lading.build;

import static dev.lading.layer.LayerRecipe.bytes;
import static dev.lading.oci.Platform.LINUX_386;
import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;
import static dev.lading.oci.Platform.LINUX_ARM_V6;
import static dev.lading.oci.Platform.LINUX_ARM_V7;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lading.layer.LayerCache;
import dev.lading.oci.Platform;
import dev.lading.oci.content.MemoryStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformAuditTest {
    private final MemoryStore store = MemoryStore.create();

    /** A program, or a library with a dynamic section, for 32-bit ARM whose attributes ask for a version. */
    private static byte[] arm(int architecture, boolean library, int padding) {
        ByteBuffer file = ByteBuffer.allocate(padding + 300).order(ByteOrder.LITTLE_ENDIAN);
        int attributes = padding + 160;
        int sections = padding + 200;
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1}).position(16);
        file.putShort((short) (library ? 3 : 2)).putShort((short) 40).putInt(1).putInt(0);
        file.putInt(52).putInt(sections).putInt(0x05000000).putShort((short) 52);
        file.putShort((short) 32)
                .putShort((short) 1)
                .putShort((short) 40)
                .putShort((short) 2)
                .putShort((short) 0);
        file.putInt(library ? 2 : 1).putInt(100);
        file.putInt(68, 16).putInt(72, 16);
        file.position(attributes);
        file.put((byte) 'A').putInt(4 + 6 + 5 + 2).put("aeabi\0".getBytes(StandardCharsets.US_ASCII));
        file.put((byte) 1).putInt(5 + 2).put((byte) 6).put((byte) architecture);
        file.position(sections + 40);
        file.putInt(0).putInt(0x70000003).putInt(0).putInt(0).putInt(attributes).putInt(18);
        byte[] bytes = new byte[file.capacity()];
        file.get(0, bytes);
        return bytes;
    }

    private static byte[] x86(int bits, int machine) {
        byte[] bytes = new byte[64];
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F', (byte) (bits / 32), 1, 1}, 0, bytes, 0, 7);
        bytes[16] = 2;
        bytes[18] = (byte) machine;
        return bytes;
    }

    private ImageBuilder image(Platform platform, byte[] file) {
        return ImageBuilder.fromNothing()
                .platforms(platform)
                .layer(bytes(file).into("/bin/run"))
                .audited(false);
    }

    @ParameterizedTest
    @CsvSource({
        "4, linux/arm/v5, ''",
        "4, linux/arm/v7, ''",
        "10, linux/arm/v7, ''",
        "10, linux/arm, ''",
        "10, linux/arm64, ''",
        "14, linux/arm64, ''",
        "10, linux/arm/v6, linux/arm/v7",
        "6, linux/arm/v5, linux/arm/v6",
        "14, linux/arm/v7, linux/arm/v8",
        "10, linux/amd64, linux/arm/v7",
    })
    void a_program_for_a_newer_arm_than_the_index_says_is_found(int architecture, String image, String found) {
        Platform platform = Platform.parse(image);
        for (int padding : new int[] {0, 300_000}) {
            image(platform, arm(architecture, false, padding)).build(store, "1");
            List<AuditFinding> expected = found.isEmpty()
                    ? List.of()
                    : List.of(new AuditFinding(
                            store.resolve("1").images().get(0).platform(), "/bin/run", Platform.parse(found)));

            assertThat(PlatformAudit.of(store.resolve("1")).findings()).isEqualTo(expected);
        }
    }

    @Test
    void a_library_for_a_newer_arm_is_no_finding_for_programs_choose_among_libraries() {
        image(LINUX_ARM_V6, arm(10, true, 0)).build(store, "1");

        assertThat(PlatformAudit.of(store.resolve("1")).findings()).isEmpty();
    }

    @Test
    void an_old_x86_program_runs_on_the_new_and_not_the_other_way_round() {
        image(LINUX_AMD64, x86(32, 3)).build(store, "old");
        image(LINUX_386, x86(64, 62)).build(store, "new");

        assertThat(PlatformAudit.of(store.resolve("old")).findings()).isEmpty();
        assertThat(PlatformAudit.of(store.resolve("new")).findings())
                .containsExactly(new AuditFinding(LINUX_386, "/bin/run", LINUX_AMD64));
    }

    @Test
    void a_build_finds_the_same_and_does_so_too_where_the_layer_comes_from_a_cache(@TempDir Path folder) {
        ImageBuilder build =
                image(LINUX_ARM_V6, arm(10, false, 300_000)).audited(true).cache(LayerCache.in(folder));
        for (int i = 0; i < 2; i++) {
            AuditFailedException refused =
                    catchThrowableOfType(AuditFailedException.class, () -> build.build(store, "1"));
            assertThat(refused.findings()).containsExactly(new AuditFinding(LINUX_ARM_V6, "/bin/run", LINUX_ARM_V7));
        }
        assertThat(image(LINUX_ARM64, arm(10, false, 0))
                        .audited(true)
                        .build(store, "2")
                        .images())
                .hasSize(1);
    }
}
