/** The {@code lading} command; start from {@link dev.lading.cli.Main}. */
@NullMarked
package dev.lading.cli;

import org.jspecify.annotations.NullMarked;
