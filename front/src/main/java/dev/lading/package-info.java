/** The front door: one method a verb over places named by one word; start from {@link dev.lading.Lading}. */
@NullMarked
package dev.lading;

import org.jspecify.annotations.NullMarked;
