/** What this host can execute, and how; start from {@link dev.lading.emulation.HostExecution}. */
@NullMarked
package dev.lading.emulation;

import org.jspecify.annotations.NullMarked;
