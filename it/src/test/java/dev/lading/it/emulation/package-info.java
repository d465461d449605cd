/** Programs that run in root file systems, by everything that can start them. */
@NullMarked
package dev.lading.it.emulation;

import org.jspecify.annotations.NullMarked;
