/**
 * Which platform a file is for, and which this host is; start from {@link dev.lading.oci.platform.ExecutableHeader} and
 * {@link dev.lading.oci.platform.HostPlatform}.
 */
@NullMarked
package dev.lading.oci.platform;

import org.jspecify.annotations.NullMarked;
