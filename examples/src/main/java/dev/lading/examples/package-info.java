/** Short programs that show Lading at work; start from {@link dev.lading.examples.MainJob}. */
@NullMarked
package dev.lading.examples;

import org.jspecify.annotations.NullMarked;
