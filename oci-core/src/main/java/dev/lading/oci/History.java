package dev.lading.oci;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One line of an image's history (image-spec, config.md, «history»).
 *
 * @param created when the step was made
 * @param createdBy what made it
 * @param author who made it
 * @param comment a remark
 * @param emptyLayer true if the step made no layer
 */
public record History(
        Optional<Instant> created,
        Optional<String> createdBy,
        Optional<String> author,
        Optional<String> comment,
        boolean emptyLayer) {
    /** Makes a line of history. */
    public History {
        Objects.requireNonNull(created);
        Objects.requireNonNull(createdBy);
        Objects.requireNonNull(author);
        Objects.requireNonNull(comment);
    }

    /**
     * Makes a line of history that names no author.
     *
     * @param created when the step was made
     * @param createdBy what made it
     * @param comment a remark
     * @param emptyLayer true if the step made no layer
     */
    public History(
            Optional<Instant> created, Optional<String> createdBy, Optional<String> comment, boolean emptyLayer) {
        this(created, createdBy, Optional.empty(), comment, emptyLayer);
    }
}
