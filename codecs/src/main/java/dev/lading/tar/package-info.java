/**
 * Tar archives as streams: read with {@link dev.lading.tar.TarReader}, write with {@link dev.lading.tar.TarWriter}.
 *
 * <p>The format is POSIX.1-2001 (ustar with pax extended headers); the reader also takes what GNU tar and the seventh
 * edition of Unix wrote. Names are bytes: nothing is decoded, normalised or compared without regard to case.
 */
@NullMarked
package dev.lading.tar;

import org.jspecify.annotations.NullMarked;
