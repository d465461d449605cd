package dev.lading.emulation;

import java.util.List;
import java.util.Objects;

/**
 * Something that is known to go wrong with a version of QEMU.
 *
 * @param symptom what is seen
 * @param remedy what to do
 * @param source where it was reported
 */
public record EmulatorFault(String symptom, String remedy, String source) {
    private record Known(String target, String from, String before, EmulatorFault fault) {
        boolean holds(QemuTarget other, String version) {
            return (target.isEmpty() || target.equals(other.name()))
                    && compare(version, from) >= 0
                    && compare(version, before) < 0;
        }
    }

    // Versions «from» are told, «before» the first without the fault; an empty target is any.
    private static final List<Known> KNOWN = List.of(
            new Known(
                    "aarch64",
                    "9.2",
                    "9.3",
                    new EmulatorFault(
                            "programs of Ubuntu 22.04 and Debian 11, ldconfig among them, end with a segmentation fault",
                            "take another version of QEMU, such as 7.2 or 10.0",
                            "tonistiigi/binfmt 215, 240, 245")),
            new Known(
                    "aarch64",
                    "10.1.3",
                    "10.1.4",
                    new EmulatorFault(
                            "programs of Ubuntu 22.04 and Debian 11, ldconfig among them, end with a segmentation fault",
                            "take another version of QEMU, such as 10.0",
                            "tonistiigi/binfmt 298")),
            new Known(
                    "loongarch64",
                    "0",
                    "8",
                    new EmulatorFault(
                            "programs of today's distributions end with an illegal instruction",
                            "take QEMU 10.0 or newer",
                            "measured with 7.2.22 and Debian's busybox")),
            new Known(
                    "",
                    "6.1",
                    "6.2",
                    new EmulatorFault(
                            "OpenJ9's Java virtual machine crashes",
                            "take another version of QEMU",
                            "tonistiigi/binfmt 72")),
            new Known(
                    "",
                    "0",
                    "6",
                    new EmulatorFault(
                            "a handler with the flag P shifts the program's arguments",
                            "take QEMU 6.0 or newer, or register without P",
                            "QEMU learnt of the flag through the auxiliary vector in 6.0")));

    /** Makes the value. */
    public EmulatorFault {
        Objects.requireNonNull(symptom);
        Objects.requireNonNull(remedy);
        Objects.requireNonNull(source);
    }

    static List<EmulatorFault> of(QemuTarget target, String version) {
        return KNOWN.stream()
                .filter(known -> known.holds(target, version))
                .map(Known::fault)
                .toList();
    }

    /** Compares versions number by number; what one lacks is zero. */
    static int compare(String one, String other) {
        String[] a = one.split("\\.", -1);
        String[] b = other.split("\\.", -1);
        for (int i = 0; i < Math.max(a.length, b.length); i++) {
            int difference = Long.compare(number(a, i), number(b, i));
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    private static long number(String[] parts, int at) {
        return at < parts.length && parts[at].matches("[0-9]{1,9}") ? Long.parseLong(parts[at]) : 0;
    }
}
