package dev.lading.oci.platform;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A Java archive: a zip archive with a manifest. It runs on any platform that has a Java.
 *
 * @param mainClass the class that {@code java -jar} starts; empty if the manifest names none or was not seen
 * @param complete false if the manifest was not seen
 */
public record JarHeader(Optional<String> mainClass, boolean complete) implements ExecutableHeader {
    /** Makes the value. */
    public JarHeader {
        Objects.requireNonNull(mainClass);
    }

    @Override
    public Kind kind() {
        return Kind.JAR;
    }

    /** {@return nothing} */
    @Override
    public Set<ExecutableFault> faults() {
        return Set.of();
    }

    /** Returns what this is, in words. */
    @Override
    public String toString() {
        return "Java archive"
                + mainClass.map(name -> " that starts " + Shown.of(name)).orElse("");
    }
}
