/**
 * Layers made from files: what goes in ({@link dev.lading.layer.LayerRecipe}), how it is written
 * ({@link dev.lading.layer.LayerWriter}, the type to start from), and what need not be made again
 * ({@link dev.lading.layer.LayerCache}).
 *
 * <p>Inside: {@code RecipeScan} and its parts ({@code FolderScan}, {@code TarScan}, {@code ZipScan}) list entries,
 * {@code LayerTar} writes them, {@code CachedWrite} asks the cache first.
 */
@NullMarked
package dev.lading.layer;

import org.jspecify.annotations.NullMarked;
