/**
 * What lets several threads compress one stream in pieces; start at {@link dev.lading.codecs.internal.crew.Crew}. Not
 * exported.
 */
@NullMarked
package dev.lading.codecs.internal.crew;

import org.jspecify.annotations.NullMarked;
