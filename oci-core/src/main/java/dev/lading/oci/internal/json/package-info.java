/** The one strict reader and writer of JSON documents; knows Jackson so that nobody else has to. Not exported. */
@NullMarked
package dev.lading.oci.internal.json;

import org.jspecify.annotations.NullMarked;
