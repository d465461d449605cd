/** The proofs of the contract of a place that need a registry, a proxy that cuts, or a process of their own. */
@NullMarked
package dev.lading.it.proofs;

import org.jspecify.annotations.NullMarked;
