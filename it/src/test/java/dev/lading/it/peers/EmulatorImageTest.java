package dev.lading.it.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.build.ImageBuilder;
import dev.lading.emulation.BinfmtFlag;
import dev.lading.emulation.BinfmtHandler;
import dev.lading.emulation.CpuModel;
import dev.lading.emulation.Emulator;
import dev.lading.emulation.EmulatorCache;
import dev.lading.emulation.Execution;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.QemuTarget;
import dev.lading.layer.LayerRecipe;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.content.Image;
import dev.lading.oci.layout.OciLayout;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ExecutableHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Emulators out of an image that the test makes from the host's, and what they say of themselves. */
@Timeout(120)
class EmulatorImageTest {
    @TempDir
    Path temp;

    private Platform host = Platform.LINUX_AMD64;

    @BeforeEach
    void peers() {
        Peers.require("qemu-aarch64-static");
        host = HostExecution.detect().host();
    }

    private Image image(Platform platform, LayerRecipe... layers) {
        OciLayout layout = OciLayout.open(temp.resolve("image"));
        ImageBuilder builder = ImageBuilder.fromNothing().platforms(platform).audited(false);
        for (LayerRecipe layer : layers) {
            builder = builder.layer(layer);
        }
        builder.build(layout, "emulators");
        return layout.resolve("emulators").onlyImage();
    }

    private static LayerRecipe emulator(String target) {
        return LayerRecipe.file(Peers.require("qemu-" + target + "-static"))
                .into("/usr/bin/qemu-" + target)
                .mode(0755);
    }

    @Test
    void emulators_come_out_of_an_image_once_and_run() throws IOException {
        Image image = image(
                host,
                emulator("aarch64"),
                emulator("s390x"),
                LayerRecipe.symlink("qemu-aarch64").into("/usr/bin/qemu-aarch64-static"));
        EmulatorCache cache = EmulatorCache.at(temp.resolve("cache"));
        List<Emulator> emulators = cache.take(image);
        assertThat(emulators).extracting(found -> found.target().name()).containsExactly("aarch64", "s390x");
        assertThat(emulators).allMatch(Emulator::standalone);
        assertThat(emulators.get(0).version())
                .hasValueSatisfying(version -> assertThat(version).matches("[0-9]+(\\.[0-9]+)+"));

        // The place is gone, and the emulators are kept.
        try (var files = Files.walk(temp.resolve("image/blobs"))) {
            for (Path blob : files.filter(Files::isRegularFile).toList()) {
                Files.delete(blob);
            }
        }
        assertThat(cache.take(image)).isEqualTo(emulators);
        try (var kept = Files.list(temp.resolve("cache"))) {
            assertThat(kept).hasSize(1);
        }

        HostExecution with = HostExecution.detect().withEmulators(emulators);
        assertThat(with.of(Platform.LINUX_S390X))
                .isInstanceOfSatisfying(
                        Execution.Emulated.class,
                        how -> assertThat(how.emulator()).isEqualTo(emulators.get(1)));
    }

    @Test
    void an_image_without_emulators_or_for_another_processor_is_refused_by_name() {
        Image without = image(host, LayerRecipe.bytes(new byte[1]).into("/usr/bin/app"));
        EmulatorCache cache = EmulatorCache.at(temp.resolve("cache"));
        assertThatThrownBy(() -> cache.take(without))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("carries no emulator");
        Path foreign = DebianPackages.unpacked("arm64", "busybox-static").resolve("bin/busybox");
        Image other = image(
                Platform.LINUX_ARM64,
                LayerRecipe.file(foreign).into("/usr/bin/qemu-riscv64").mode(0755));
        assertThatThrownBy(() -> cache.take(other))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("run on arm64")
                .hasMessageContaining("this host is " + host.architecture());
    }

    @Test
    void the_processor_is_chosen_for_the_program() {
        HostExecution here = HostExecution.detect();
        Emulator arm64 =
                here.emulator(QemuTarget.named("aarch64").orElseThrow()).orElseThrow();
        ElfHeader signing = elf("trixie", "arm64", "busybox-static");
        assertThat(signing.properties()).contains(ElfHeader.Property.PAC);
        assertThat(arm64.cpuModelFor(Platform.LINUX_ARM64, Optional.of(signing)))
                .map(CpuModel::name)
                .contains("cortex-a72");
        assertThat(arm64.cpuModelFor(Platform.LINUX_ARM64, Optional.of(elf("bookworm", "arm64", "busybox-static"))))
                .isEmpty();
        Emulator arm = here.emulator(QemuTarget.named("arm").orElseThrow()).orElseThrow();
        assertThat(arm.cpuModelFor(Platform.LINUX_ARM_V6, Optional.empty()))
                .map(CpuModel::name)
                .contains("arm1176");
        assertThat(arm.cpuModelFor(Platform.parse("linux/arm/v5"), Optional.empty()))
                .map(CpuModel::name)
                .contains("arm926");
        assertThat(arm.cpuModelFor(Platform.LINUX_ARM_V7, Optional.empty())).isEmpty();
    }

    private static ElfHeader elf(String release, String architecture, String name) {
        Path unpacked = DebianPackages.unpacked(release, architecture, name);
        Path inBin = unpacked.resolve("bin/busybox");
        Path file = Files.exists(inBin) ? inBin : unpacked.resolve("usr/bin/busybox");
        return (ElfHeader) ExecutableHeader.of(file);
    }

    @Test
    void the_levels_of_an_emulated_processor_are_told_by_a_program_that_asks_it() {
        // A real processor of any level, and QEMU's, which has no AVX-512.
        HostExecution here = HostExecution.detect();
        assertThat(here.of(Platform.parse("linux/" + host.architecture() + "/v1"))
                        .runs())
                .isTrue();
        for (String variant : List.of("v5", "v6", "v7")) {
            assertThat(here.of(Platform.parse("linux/arm/" + variant)).runs())
                    .as(variant)
                    .isTrue();
        }
    }

    @Test
    void each_emulator_of_the_host_runs_a_program_for_its_target() {
        HostExecution here = HostExecution.detect();
        assertThat(here.all()).isNotEmpty();
        for (QemuTarget target : QemuTarget.all()) {
            if (here.emulator(target).isPresent()) {
                assertThat(here.of(target.platform()).runs()).as(target.name()).isTrue();
            }
        }
        assertThat(here.platforms()).startsWith(Platform.of("linux", host.architecture()));
        assertThat(here.platformsLine()).contains("linux/arm64", "linux/arm/v7", "linux/s390x", ", ");
    }

    @Test
    void the_name_of_a_handler_is_ours_for_an_emulator_out_of_an_image() {
        Emulator emulator = EmulatorCache.at(temp.resolve("cache"))
                .take(image(host, emulator("riscv64")))
                .get(0);
        assertThat(HostExecution.detect().privateHandlers(List.of(emulator)))
                .last()
                .isEqualTo(BinfmtHandler.of(
                        "lading-riscv64", emulator.target(), emulator.path().toString(), BinfmtFlag.parse("POCF")));
    }

    /** What telling an emulated process from a native one stands on; a whole JVM under QEMU is left to the long tests. */
    @Test
    void an_emulator_answers_for_a_process_and_forgets_its_threads() throws IOException {
        Path busybox = DebianPackages.unpacked("arm64", "busybox-static")
                .resolve("bin/busybox")
                .toRealPath();
        String links = "readlink /proc/self/exe; cd /proc/self/task; for i in *; do readlink $i/exe; done";
        Path qemu = Peers.require("qemu-aarch64-static").toRealPath();
        assertThat(Command.run(qemu.toString(), busybox.toString(), "ash", "-c", links)
                        .succeeded()
                        .lines())
                .startsWith(busybox.toString())
                .contains(qemu.toString());
        assertThat(HostExecution.detect().emulatedBy()).isEmpty();
    }
}
