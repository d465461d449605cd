/**
 * The OCI model as immutable values in the specifications' own words; start from {@link dev.lading.oci.Descriptor}.
 *
 * <p>Documents ({@link dev.lading.oci.ImageManifest}, {@link dev.lading.oci.ImageIndex},
 * {@link dev.lading.oci.ImageConfig}) keep the bytes they were read from: what was not edited is never encoded again.
 * Everything here is immutable and safe for use by many threads.
 */
@NullMarked
package dev.lading.oci;

import org.jspecify.annotations.NullMarked;
