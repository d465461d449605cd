/**
 * Which platform a file is for; start from {@link dev.lading.oci.platform.ExecutableHeader}.
 */
@NullMarked
package dev.lading.oci.platform;

import org.jspecify.annotations.NullMarked;
