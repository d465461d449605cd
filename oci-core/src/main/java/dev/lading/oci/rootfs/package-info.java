/**
 * The reading half of layers: start from {@link dev.lading.oci.rootfs.RootFileSystem}, or from
 * {@link dev.lading.oci.rootfs.LayerReader} for one layer as a stream of entries.
 *
 * <p>Everything here takes layers for hostile: what they decompress to is bounded, what they say is verified to the last
 * byte, and nothing they name is written outside the folder that the caller gave.
 */
@NullMarked
package dev.lading.oci.rootfs;

import org.jspecify.annotations.NullMarked;
