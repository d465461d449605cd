/** The registry client over real wires: the contract of a place, and the four proofs. */
@NullMarked
package dev.lading.it.registry;

import org.jspecify.annotations.NullMarked;
