/**
 * The contract of a place for content; start from {@link dev.lading.oci.content.ContentStore}.
 *
 * <p>A place stores bytes under the digest that their descriptor names. Stores implement raw
 * {@link dev.lading.oci.content.Content}; callers get a {@link dev.lading.oci.content.Blob}, whose one stream verifies, or a
 * {@link dev.lading.oci.content.Document}, which is whole. Nothing takes bytes with a claimed digest: a target pulls a
 * verified blob, takes a document that was hashed when it was made, or runs a
 * {@link dev.lading.oci.content.Producer} and hashes what it writes, so each byte is hashed once a run.
 *
 * <p>Cancellation is the thread's interrupt: streams of this package look at the flag at each buffer, and a verb that ends
 * by it throws {@link dev.lading.oci.CancelledException} with the flag set.
 */
@NullMarked
package dev.lading.oci.content;

import org.jspecify.annotations.NullMarked;
