/**
 * Images and indexes are built, put together and audited here; start from {@link dev.lading.build.ImageBuilder}.
 */
@NullMarked
package dev.lading.build;

import org.jspecify.annotations.NullMarked;
