/**
 * Layers made from files: what goes in ({@link dev.lading.layer.LayerRecipe}) and how it is written
 * ({@link dev.lading.layer.LayerWriter}, the type to start from).
 */
@NullMarked
package dev.lading.layer;

import org.jspecify.annotations.NullMarked;
