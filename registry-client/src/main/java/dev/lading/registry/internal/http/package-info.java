/**
 * One request over HTTP, and the only room that knows OkHttp. Not exported.
 *
 * <p>{@link dev.lading.registry.internal.http.Wire} sends a request once: it follows no redirect, repeats nothing and knows
 * no registry.
 */
@NullMarked
package dev.lading.registry.internal.http;

import org.jspecify.annotations.NullMarked;
