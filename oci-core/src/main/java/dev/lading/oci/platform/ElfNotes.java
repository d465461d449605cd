package dev.lading.oci.platform;

import dev.lading.oci.platform.ElfHeader.Property;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What the notes of an ELF file say: its system, the properties of its code, and whether Go's linker made it. */
final class ElfNotes {
    private static final int ABI_TAG = 1;
    private static final int PROPERTIES = 5;
    private static final int AARCH64_FEATURES = 0xc0000000;
    private static final int X86_FEATURES = 0xc0000002;
    private static final int X86_NEEDED = 0xc0008002;

    private final Set<Property> properties = EnumSet.noneOf(Property.class);
    private Optional<String> os = Optional.empty();
    private boolean gnu;
    private boolean go;

    Set<Property> properties() {
        return properties;
    }

    /** The system, where a note names it. */
    Optional<String> os() {
        return os;
    }

    /** Whether GNU's C library put its tag into the file. */
    boolean gnu() {
        return gnu;
    }

    boolean go() {
        return go;
    }

    /** Reads one segment or section of notes; it ends where they do, or where they stop making sense. */
    void read(byte[] notes, int align, int machine, int bits, boolean big) {
        int at = 0;
        while (at <= notes.length - 12) {
            long nameBytes = Numbers.u32(notes, at, big);
            long descriptionBytes = Numbers.u32(notes, at + 4, big);
            long description = aligned(at + 12 + nameBytes, align);
            if (description + descriptionBytes > notes.length) {
                return;
            }
            int type = Numbers.i32(notes, at + 8, big);
            one(notes, at + 12, type, (int) description, (int) descriptionBytes, machine, bits, big);
            at = (int) Math.min(notes.length, aligned(description + descriptionBytes, align));
        }
    }

    private static long aligned(long at, int align) {
        return (at + align - 1) & -align;
    }

    private void one(
            byte[] notes, int name, int type, int description, int length, int machine, int bits, boolean big) {
        if (Numbers.says(notes, name, "GNU\0")) {
            if (type == ABI_TAG && length >= 16) {
                gnu(Numbers.i32(notes, description, big));
            } else if (type == PROPERTIES) {
                properties(notes, description, description + length, machine, bits == 64 ? 8 : 4, big);
            }
        } else if (Numbers.says(notes, name, "Go\0")) {
            go = true;
        } else if (type == ABI_TAG && Numbers.says(notes, name, "Android\0")) {
            os = Optional.of("android");
        } else if (type == ABI_TAG && Numbers.says(notes, name, "FreeBSD\0")) {
            os = Optional.of("freebsd");
        } else if (type == ABI_TAG && Numbers.says(notes, name, "NetBSD\0")) {
            os = Optional.of("netbsd");
        } else if (type == ABI_TAG && Numbers.says(notes, name, "OpenBSD\0")) {
            os = Optional.of("openbsd");
        }
    }

    private void gnu(int system) {
        gnu = true;
        os = switch (system) {
            case 0 -> Optional.of("linux");
            case 1 -> Optional.of("hurd");
            default -> os;
        };
    }

    private void properties(byte[] notes, int from, int end, int machine, int align, boolean big) {
        int at = from;
        while (at <= end - 8) {
            int type = Numbers.i32(notes, at, big);
            long length = Numbers.u32(notes, at + 4, big);
            if (length > end - at - 8L) {
                return;
            }
            if (length >= 4) {
                property(type, Numbers.i32(notes, at + 8, big), machine);
            }
            at = (int) Math.min(end, at + 8 + aligned(length, align));
        }
    }

    private void property(int type, int bits, int machine) {
        boolean x86 = machine == ElfMachine.X86_64 || machine == ElfMachine.X86;
        if (x86 && type == X86_NEEDED) {
            add(bits, 1, Property.X86_64_V1);
            add(bits, 2, Property.X86_64_V2);
            add(bits, 4, Property.X86_64_V3);
            add(bits, 8, Property.X86_64_V4);
        } else if (x86 && type == X86_FEATURES) {
            add(bits, 1, Property.IBT);
            add(bits, 2, Property.SHADOW_STACK);
        } else if (machine == ElfMachine.AARCH64 && type == AARCH64_FEATURES) {
            add(bits, 1, Property.BTI);
            add(bits, 2, Property.PAC);
            add(bits, 4, Property.GUARDED_STACK);
        }
    }

    private void add(int bits, int bit, Property property) {
        if ((bits & bit) != 0) {
            properties.add(property);
        }
    }
}
