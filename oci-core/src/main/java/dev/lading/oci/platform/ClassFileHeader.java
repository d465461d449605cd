package dev.lading.oci.platform;

import java.util.Set;

/**
 * A compiled Java class (Java Virtual Machine Specification, section 4.1). It runs on any platform that has a Java of its
 * version.
 *
 * @param major the major version of the class file, 45 to 65,535
 * @param minor the minor version, 65,535 where preview features are used
 * @param faults {@link ExecutableFault#TRUNCATED} if the file ends within its version, which is then 0
 */
public record ClassFileHeader(int major, int minor, Set<ExecutableFault> faults) implements ExecutableHeader {
    // Version 49 was Java 5's, and one more for each version after it.
    private static final int BEFORE_JAVA_1 = 44;
    private static final int PREVIEW = 0xffff;

    /** Makes the value; the set is copied. */
    public ClassFileHeader {
        faults = Faults.copy(faults);
    }

    static ClassFileHeader read(byte[] first) {
        return first.length < 8
                ? new ClassFileHeader(0, 0, Set.of(ExecutableFault.TRUNCATED))
                : new ClassFileHeader(Numbers.u16(first, 6, true), Numbers.u16(first, 4, true), Set.of());
    }

    /**
     * Returns the oldest feature version of Java that runs the class.
     *
     * @return the version, such as 17; 1 to 4 for Java 1.1 to 1.4; 0 where the file ends within its version
     */
    public int javaVersion() {
        return Math.max(0, major - BEFORE_JAVA_1);
    }

    /**
     * Says whether the class uses preview features, and so runs on exactly {@link #javaVersion()}, where they are enabled.
     *
     * @return true if it does
     */
    public boolean preview() {
        return minor == PREVIEW;
    }

    @Override
    public Kind kind() {
        return Kind.JAVA_CLASS;
    }

    /** Returns what this is, in words. */
    @Override
    public String toString() {
        return "Java class for Java " + javaVersion() + (preview() ? " with its preview features" : "")
                + Faults.text(faults);
    }
}
