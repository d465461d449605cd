/**
 * A registry in the process, tiny images and the contract suite of a store; start from
 * {@link dev.lading.testkit.LocalRegistry}.
 */
@NullMarked
package dev.lading.testkit;

import org.jspecify.annotations.NullMarked;
