package dev.lading.emulation;

import dev.lading.oci.LadingException;

/**
 * A program that runs, to whoever wants to send it a signal while {@link Launcher#run} waits for it. Safe for use by many
 * threads; after the program's end nothing is sent.
 */
public interface RunningProgram {
    /**
     * Sends a signal to the program, not to the programs it started.
     *
     * @param number the signal's number, from 1 to 64
     * @return true if it was sent; false if the program has not begun yet, or has ended
     * @throws LadingException if it cannot be sent
     */
    boolean signal(int number);
}
