/**
 * Registries as places for content; start from {@link dev.lading.registry.RegistryClient}.
 *
 * <p>A {@link dev.lading.registry.Repository} is a {@link dev.lading.oci.content.ContentStore}: everything that copies,
 * builds or reads content works with it. What a broken wire loses is asked for again here and nowhere above: downloads go
 * on by range where they stopped, whole uploads are opened again, producers run again in a new upload session.
 *
 * <p>The protocol is the OCI distribution specification, 1.1.
 */
@NullMarked
package dev.lading.registry;

import org.jspecify.annotations.NullMarked;
