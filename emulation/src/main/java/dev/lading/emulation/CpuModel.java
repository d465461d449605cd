package dev.lading.emulation;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.ElfHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A processor that QEMU shall be, and why: the value of its variable {@code QEMU_CPU}.
 *
 * @param name the model, as {@code -cpu help} lists it
 * @param reason why, as the end of a sentence
 */
public record CpuModel(String name, String reason) {
    /** Makes the value. */
    public CpuModel {
        Objects.requireNonNull(name);
        Objects.requireNonNull(reason);
    }

    /** What would be right, best first; whether the emulator has it is for the caller to ask. */
    static List<CpuModel> wanted(QemuTarget target, Platform platform, Optional<ElfHeader> program) {
        List<CpuModel> models = new ArrayList<>();
        switch (target.name()) {
            case "aarch64" -> {
                if (program.filter(elf -> elf.properties().contains(ElfHeader.Property.PAC))
                        .isPresent()) {
                    String reason = "the program signs return addresses, which is slow to emulate;"
                            + " a processor without pointer authentication skips it";
                    models.add(new CpuModel("cortex-a72", reason));
                    models.add(new CpuModel("cortex-a57", reason));
                }
            }
            case "arm" ->
                platform.variant().ifPresent(variant -> {
                    if (variant.equals("v6")) {
                        models.add(new CpuModel("arm1176", "the image is for ARMv6"));
                    } else if (variant.equals("v5")) {
                        models.add(new CpuModel("arm926", "the image is for ARMv5"));
                    }
                });
            default -> {
                // QEMU's default has everything that it can emulate.
            }
        }
        return models;
    }

    /** Returns the model's name. */
    @Override
    public String toString() {
        return name;
    }
}
