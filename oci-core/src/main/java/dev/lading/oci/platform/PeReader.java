package dev.lading.oci.platform;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.OtherHeader.Form;
import dev.lading.oci.platform.PeHeader.Subsystem;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Reads the headers of a PE file. */
final class PeReader {
    private static final int OFFSET_OF_PE = 0x3c;
    private static final int COFF_BYTES = 24;
    private static final int DLL = 0x2000;
    private static final int PE32 = 0x10b;
    private static final int PE32_PLUS = 0x20b;
    private static final int SUBSYSTEM = 68;
    private static final int NET_DIRECTORY = 14;
    private static final int ARM_THUMB_2 = 0x1c4;

    private PeReader() {}

    static ExecutableHeader read(FileBytes file) throws IOException {
        byte[] coff;
        long pe;
        try {
            pe = Numbers.u32(file.at(OFFSET_OF_PE, 4), 0, false);
            coff = file.at(pe, COFF_BYTES);
        } catch (MissingBytesException e) {
            // An old DOS program has anything at that place.
            return e.isBeyond() ? new OtherHeader(Form.DOS) : unseen();
        }
        if (!Numbers.says(coff, 0, "PE\0\0")) {
            return new OtherHeader(Form.DOS);
        }
        int machine = Numbers.u16(coff, 4, false);
        boolean library = (Numbers.u16(coff, 22, false) & DLL) != 0;
        int optionalBytes = Numbers.u16(coff, 20, false);
        byte[] optional;
        try {
            optional = file.at(pe + COFF_BYTES, optionalBytes);
        } catch (MissingBytesException e) {
            return new PeHeader(
                    machine,
                    0,
                    library,
                    Subsystem.OTHER,
                    false,
                    List.of(),
                    e.isBeyond() ? Set.of(ExecutableFault.TRUNCATED) : Set.of(),
                    e.isBeyond());
        }
        int magic = optionalBytes < 2 ? 0 : Numbers.u16(optional, 0, false);
        if (magic != PE32 && magic != PE32_PLUS || optionalBytes < SUBSYSTEM + 2) {
            return new PeHeader(
                    machine, 0, library, Subsystem.OTHER, false, List.of(), Set.of(ExecutableFault.MALFORMED), true);
        }
        Subsystem subsystem = subsystem(Numbers.u16(optional, SUBSYSTEM, false));
        List<Platform> platforms = subsystem == Subsystem.EFI
                ? List.of()
                : PeHeader.architecture(machine).map(a -> platform(a, machine)).stream()
                        .toList();
        return new PeHeader(
                machine,
                magic == PE32 ? 32 : 64,
                library,
                subsystem,
                managed(optional, magic == PE32 ? 96 : 112),
                platforms,
                Set.of(),
                true);
    }

    private static PeHeader unseen() {
        return new PeHeader(0, 0, false, Subsystem.OTHER, false, List.of(), Set.of(), false);
    }

    private static Platform platform(String architecture, int machine) {
        return machine == ARM_THUMB_2
                ? Platform.of("windows", architecture, "v7")
                : Platform.of("windows", architecture);
    }

    // The number of data directories comes just before them; the fifteenth is .NET's.
    private static boolean managed(byte[] optional, int directories) {
        int entry = directories + 8 * NET_DIRECTORY;
        return optional.length >= entry + 8
                && Numbers.u32(optional, directories - 4, false) > NET_DIRECTORY
                && Numbers.i32(optional, entry, false) != 0;
    }

    private static Subsystem subsystem(int number) {
        return switch (number) {
            case 1 -> Subsystem.NATIVE;
            case 2 -> Subsystem.GUI;
            case 3 -> Subsystem.CONSOLE;
            case 10, 11, 12, 13 -> Subsystem.EFI;
            default -> Subsystem.OTHER;
        };
    }
}
