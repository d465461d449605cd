/**
 * OCI image layouts as places for content (image-spec, image-layout.md); start from
 * {@link dev.lading.oci.layout.OciLayout}.
 */
@NullMarked
package dev.lading.oci.layout;

import org.jspecify.annotations.NullMarked;
