package dev.lading.oci.rootfs;

/**
 * What became of a flattening.
 *
 * @param entries how many entries the tar has
 * @param bytes how long the tar is
 */
public record FlattenResult(long entries, long bytes) {}
