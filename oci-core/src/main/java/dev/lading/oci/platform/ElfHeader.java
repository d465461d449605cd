package dev.lading.oci.platform;

import dev.lading.oci.Platform;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A program or library in the format of Linux and most other Unix systems (System V ABI, chapters 4 and 5, and the
 * supplements of the processors).
 *
 * @param bits the word size: 32 or 64; 0 if the file says neither
 * @param bigEndian true if numbers are stored most significant byte first
 * @param osAbi the number of the system's ABI, byte 7 of the file
 * @param abiVersion the version of that ABI, byte 8 of the file
 * @param type what the file is for
 * @param machine the number of the machine, such as 62
 * @param flags the machine's flags, {@code e_flags}
 * @param platforms the one platform, if the machine has a name. Its variant is what the file says it needs at least: of ARM
 *     by its attributes or Go's build information, of amd64 by its property note or Go's build information. No variant is no
 *     statement.
 * @param abi the name of the calling convention where the machine has several, as its supplement spells it: {@code o32},
 *     {@code n32}, {@code n64}, {@code elfv1}, {@code elfv2}, {@code lp64d}, {@code eabi5}, {@code x32} …
 * @param floatAbi how floating-point arguments are passed, where the file says so
 * @param linking how it is linked; empty if it is no program or library, or that was not seen
 * @param interpreter the path of the loader that the kernel starts with it
 * @param needed the libraries it asks the loader for, in its order
 * @param runPath the folders it asks the loader to look in first ({@code DT_RUNPATH}, else {@code DT_RPATH}), in its order;
 *     {@code $ORIGIN} and its like are as written
 * @param soName the name it has as a library
 * @param libc the C library it is linked with, as far as loader, libraries and notes tell
 * @param properties what it promises or demands of the processor, by its property note
 * @param go what Go's linker says, if it made this file
 * @param faults what is wrong with the file
 * @param unseen what could not be looked at, because only a part of the file was given
 */
public record ElfHeader(
        int bits,
        boolean bigEndian,
        int osAbi,
        int abiVersion,
        Type type,
        int machine,
        int flags,
        List<Platform> platforms,
        Optional<String> abi,
        Optional<FloatAbi> floatAbi,
        Optional<Linking> linking,
        Optional<String> interpreter,
        List<String> needed,
        List<String> runPath,
        Optional<String> soName,
        Optional<Libc> libc,
        Set<Property> properties,
        Optional<GoBuild> go,
        Set<ExecutableFault> faults,
        Set<Part> unseen)
        implements ExecutableHeader {
    /** What an ELF file is for, {@code e_type}. */
    public enum Type {
        /** A program at a fixed address. */
        EXECUTABLE,
        /** A library, or a program that runs at any address. */
        SHARED,
        /** An object file for a linker, or a kernel's module. */
        RELOCATABLE,
        /** A memory image of a program that crashed. */
        CORE,
        /** None of these. */
        OTHER
    }

    /** How a program or library is linked. */
    public enum Linking {
        /** A program that needs no loader, at a fixed address. */
        STATIC,
        /** A program that needs no loader and runs at any address. */
        STATIC_PIE,
        /** A program that a loader completes: it names an interpreter. */
        DYNAMIC,
        /** A library, which is not started. */
        LIBRARY
    }

    /** The C libraries that are told apart. */
    public enum Libc {
        /** GNU's. */
        GLIBC("glibc"),
        /** Alpine's. */
        MUSL("musl"),
        /** uClibc and uClibc-ng. */
        UCLIBC("uClibc"),
        /** Android's. */
        BIONIC("bionic");

        private final String words;

        Libc(String words) {
            this.words = words;
        }

        /** Returns its name as its makers write it. */
        @Override
        public String toString() {
            return words;
        }
    }

    /** How floating-point arguments are passed. */
    public enum FloatAbi {
        /** In floating-point registers. */
        HARD,
        /** In integer registers or on the stack; the code may still compute in hardware. */
        SOFT
    }

    /** Promises and demands of the property note ({@code NT_GNU_PROPERTY_TYPE_0}). */
    public enum Property {
        /** The code needs a processor of level x86-64-v1. */
        X86_64_V1,
        /** The code needs a processor of level x86-64-v2. */
        X86_64_V2,
        /** The code needs a processor of level x86-64-v3. */
        X86_64_V3,
        /** The code needs a processor of level x86-64-v4. */
        X86_64_V4,
        /** Indirect branches are tracked (x86 IBT). */
        IBT,
        /** Return addresses are kept on a shadow stack (x86 SHSTK). */
        SHADOW_STACK,
        /** Branch targets are marked (Arm BTI). */
        BTI,
        /** Return addresses are signed (Arm PAC): slow under QEMU's default processor. */
        PAC,
        /** Return addresses are kept on a guarded stack (Arm GCS). */
        GUARDED_STACK
    }

    /** A part of an ELF file that a reader may not have seen. */
    public enum Part {
        /** The ELF header itself. */
        HEADER,
        /** The program headers: linking. */
        PROGRAM_HEADERS,
        /** The interpreter's path. */
        INTERPRETER,
        /** The dynamic section: needed libraries and run path. */
        DYNAMIC,
        /** The notes: properties. */
        NOTES,
        /** The attributes: variant and floating-point convention of ARM. */
        ATTRIBUTES,
        /** Go's build information. */
        GO
    }

    /** Makes the value; collections are copied. */
    public ElfHeader {
        Objects.requireNonNull(type);
        platforms = List.copyOf(platforms);
        Objects.requireNonNull(abi);
        Objects.requireNonNull(floatAbi);
        Objects.requireNonNull(linking);
        Objects.requireNonNull(interpreter);
        needed = List.copyOf(needed);
        runPath = List.copyOf(runPath);
        Objects.requireNonNull(soName);
        Objects.requireNonNull(libc);
        properties = properties.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(properties));
        Objects.requireNonNull(go);
        faults = Faults.copy(faults);
        unseen = unseen.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(unseen));
    }

    @Override
    public Kind kind() {
        return Kind.ELF;
    }

    /** {@return true for an executable or shared object} */
    @Override
    public boolean executable() {
        return type == Type.EXECUTABLE || type == Type.SHARED;
    }

    /**
     * Says whether this is a program: something that is started and not only loaded by another. A shared object of which only
     * the first bytes were seen may be either, and is none.
     *
     * @return true if it is a program
     */
    public boolean program() {
        return executable() && linking.filter(l -> l != Linking.LIBRARY).isPresent();
    }

    /**
     * Returns the platform a machine must have to run or load this file. The variant counts for programs only: libraries for
     * newer processors lie beside those for all, and programs choose among them.
     *
     * @return the platform, of a library without variant; empty if this is no executable or the machine has no name
     */
    public Optional<Platform> neededPlatform() {
        return executable()
                ? platform().map(p -> program() ? p : Platform.of(p.os(), p.architecture()))
                : Optional.empty();
    }

    /**
     * Says whether it runs without a loader in the root file system it is started in, as an emulator registered with the flag
     * F has to.
     *
     * @return true if it does; empty if that was not seen
     */
    public Optional<Boolean> standalone() {
        return linking.map(l -> l == Linking.STATIC || l == Linking.STATIC_PIE);
    }

    @Override
    public boolean complete() {
        return unseen.isEmpty();
    }

    /** Returns what this is, in words. */
    @Override
    public String toString() {
        return ElfWords.of(this);
    }
}
