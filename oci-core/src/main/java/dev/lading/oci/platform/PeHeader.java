package dev.lading.oci.platform;

import dev.lading.oci.Platform;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A program or library for Windows or UEFI (Microsoft's «PE Format», sections «COFF File Header» and «Optional Header»).
 *
 * @param machine the number of the machine, such as 0x8664
 * @param bits 32 or 64; 0 if the optional header was not seen
 * @param library true if it is marked as a library (DLL), as some programs for UEFI are too
 * @param subsystem what starts it
 * @param managed true if it holds .NET code, which may run on other machines than {@code machine} says
 * @param platforms the one platform, if it is for Windows and the machine has a name
 * @param faults what is wrong with the file
 * @param complete false if something was not seen
 */
public record PeHeader(
        int machine,
        int bits,
        boolean library,
        Subsystem subsystem,
        boolean managed,
        List<Platform> platforms,
        Set<ExecutableFault> faults,
        boolean complete)
        implements ExecutableHeader {
    /** What starts a PE image. */
    public enum Subsystem {
        /** Windows, with windows of its own. */
        GUI,
        /** Windows, in a console. */
        CONSOLE,
        /** Windows' kernel: drivers and system processes. */
        NATIVE,
        /** UEFI: boot loaders, and Linux kernels that carry such a header. */
        EFI,
        /** Anything else, or not seen. */
        OTHER
    }

    /** Makes the value; collections are copied. */
    public PeHeader {
        Objects.requireNonNull(subsystem);
        platforms = List.copyOf(platforms);
        faults = Faults.copy(faults);
    }

    static Optional<String> architecture(int machine) {
        String name = switch (machine) {
            case 0x14c -> "386";
            case 0x8664 -> "amd64";
            // 0xa641 is code that emulated amd64 programs call, 0xa64e a mix of both; both are arm64's.
            case 0xaa64, 0xa641, 0xa64e -> "arm64";
            case 0x1c0, 0x1c2, 0x1c4 -> "arm";
            case 0x5032 -> "riscv";
            case 0x5064 -> "riscv64";
            case 0x6264 -> "loong64";
            case 0x166, 0x366 -> "mipsle";
            default -> "";
        };
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    @Override
    public Kind kind() {
        return Kind.PE;
    }

    /** {@return true} */
    @Override
    public boolean executable() {
        return true;
    }

    /** Returns what this is, in words. */
    @Override
    public String toString() {
        String what = library ? "Windows library" : "Windows program";
        return (subsystem == Subsystem.EFI ? "UEFI program" : what)
                + platform()
                        .map(p -> " for " + p)
                        .orElseGet(() -> architecture(machine)
                                .map(a -> " for " + a)
                                .orElse(String.format(" for the unknown machine 0x%x", machine)))
                + (bits == 0 ? "" : ": " + bits + " bit")
                + (managed ? ", .NET" : "")
                + Faults.text(faults);
    }
}
