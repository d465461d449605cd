package dev.lading.oci.platform;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Sets of faults: copied in the enumeration's order, and in words. */
final class Faults {
    private Faults() {}

    static Set<ExecutableFault> copy(Set<ExecutableFault> faults) {
        EnumSet<ExecutableFault> copy = EnumSet.noneOf(ExecutableFault.class);
        copy.addAll(faults);
        return Collections.unmodifiableSet(copy);
    }

    /** The end of a description: nothing where there is no fault. */
    static String text(Set<ExecutableFault> faults) {
        return faults.isEmpty()
                ? ""
                : faults.stream().map(ExecutableFault::explanation).collect(Collectors.joining("; ", "; but ", ""));
    }
}
