/**
 * Zstandard streams (RFC 8878): write with {@link dev.lading.zstd.ZstdEncoder}, read with
 * {@link dev.lading.zstd.ZstdDecoder}. Both stand on the optional library zstd-jni; {@link dev.lading.zstd.Zstd} tells
 * whether it is there.
 */
@NullMarked
package dev.lading.zstd;

import org.jspecify.annotations.NullMarked;
