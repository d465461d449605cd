/** Real peers from Debian's packages, started for a test and ended with it. */
@NullMarked
package dev.lading.it.peers;

import org.jspecify.annotations.NullMarked;
