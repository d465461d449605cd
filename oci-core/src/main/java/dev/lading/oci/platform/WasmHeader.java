package dev.lading.oci.platform;

import java.util.Set;

/**
 * A WebAssembly module (WebAssembly Core Specification, section 5.5.16) or component (Component Model, Binary.md). Which
 * system interface it wants is not told by its header.
 *
 * @param version the version of the binary format: 1 of modules, 13 of today's components
 * @param component true if it is a component
 * @param faults {@link ExecutableFault#TRUNCATED} if the file ends within its version
 */
public record WasmHeader(int version, boolean component, Set<ExecutableFault> faults) implements ExecutableHeader {
    /** Makes the value; the set is copied. */
    public WasmHeader {
        faults = Faults.copy(faults);
    }

    static WasmHeader read(byte[] first) {
        if (first.length < 8) {
            return new WasmHeader(0, false, Set.of(ExecutableFault.TRUNCATED));
        }
        return new WasmHeader(Numbers.u16(first, 4, false), Numbers.u16(first, 6, false) == 1, Set.of());
    }

    @Override
    public Kind kind() {
        return Kind.WASM;
    }

    /** Returns what this is, in words. */
    @Override
    public String toString() {
        return "WebAssembly " + (component ? "component" : "module") + " of version " + version + Faults.text(faults);
    }
}
