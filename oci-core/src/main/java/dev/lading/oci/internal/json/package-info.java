/**
 * The one strict reader, editor and writer of JSON documents; start at {@link JsonObject}. Our own, for an edit has to know
 * which bytes it replaces and a reader of documents what each rule refuses. Not exported.
 */
@NullMarked
package dev.lading.oci.internal.json;

import org.jspecify.annotations.NullMarked;
