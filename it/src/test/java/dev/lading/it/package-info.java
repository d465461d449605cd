/** Tests across modules, with real peers and consumers. */
@NullMarked
package dev.lading.it;

import org.jspecify.annotations.NullMarked;
