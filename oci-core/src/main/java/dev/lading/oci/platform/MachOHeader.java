package dev.lading.oci.platform;

import dev.lading.oci.Platform;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A program or library for macOS and its relatives (Apple's headers mach-o/loader.h and mach-o/fat.h).
 *
 * @param fat true if the file may hold several slices, each for one machine
 * @param slices what it holds, in the file's order; a thin file holds one
 * @param faults what is wrong with the file
 * @param complete false if something was not seen
 */
public record MachOHeader(boolean fat, List<Slice> slices, Set<ExecutableFault> faults, boolean complete)
        implements ExecutableHeader {
    /**
     * The part of a file that is for one machine.
     *
     * @param cpuType the number of the processor's family, such as 0x0100000c
     * @param cpuSubtype the number of the processor, without its flags
     * @param library true if it is loaded and not started
     * @param platform the platform, if the machine and the system have a name
     */
    public record Slice(int cpuType, int cpuSubtype, boolean library, Optional<Platform> platform) {
        /** Makes the value. */
        public Slice {
            Objects.requireNonNull(platform);
        }
    }

    /** Makes the value; collections are copied. */
    public MachOHeader {
        slices = List.copyOf(slices);
        faults = Faults.copy(faults);
    }

    @Override
    public Kind kind() {
        return Kind.MACH_O;
    }

    /** {@return true} */
    @Override
    public boolean executable() {
        return true;
    }

    /** {@return the slices' platforms} */
    @Override
    public List<Platform> platforms() {
        return slices.stream()
                .flatMap(slice -> slice.platform().stream())
                .distinct()
                .toList();
    }

    /** Returns what this is, in words. */
    @Override
    public String toString() {
        boolean library = !slices.isEmpty() && slices.stream().allMatch(Slice::library);
        return (fat ? "fat " : "") + "Mach-O " + (library ? "library" : "program")
                + (platforms().isEmpty()
                        ? ""
                        : platforms().stream().map(Platform::toString).collect(Collectors.joining(", ", " for ", "")))
                + Faults.text(faults);
    }
}
