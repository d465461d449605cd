/**
 * What all tests stand on: {@link dev.lading.testsupport.LeakCheck} runs around every test by itself;
 * {@link dev.lading.testsupport.CuttingProxy} and {@link dev.lading.testsupport.SilentServer} are peers that
 * misbehave on purpose.
 */
@NullMarked
package dev.lading.testsupport;

import org.jspecify.annotations.NullMarked;
