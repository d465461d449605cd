/**
 * Gzip streams (RFC 1952): write with {@link dev.lading.gzip.GzipEncoder}, read with
 * {@link dev.lading.gzip.GzipDecoder}.
 */
@NullMarked
package dev.lading.gzip;

import org.jspecify.annotations.NullMarked;
