package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import java.util.Objects;

/**
 * What became of an ingest.
 *
 * @param descriptor the content as it is stored now
 * @param result what the run that succeeded found out
 * @param runs how often the producer ran, at least once
 * @param <R> the producer's result
 */
public record Ingested<R>(Descriptor descriptor, R result, int runs) {
    /** Makes the value. */
    public Ingested {
        Objects.requireNonNull(descriptor);
        Objects.requireNonNull(result);
    }
}
