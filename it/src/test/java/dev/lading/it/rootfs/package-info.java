/** Root file systems as other tools make them of the same layers, and layers that mean harm. */
@NullMarked
package dev.lading.it.rootfs;

import org.jspecify.annotations.NullMarked;
