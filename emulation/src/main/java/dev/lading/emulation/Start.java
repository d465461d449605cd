package dev.lading.emulation;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * How a run is started by one back end.
 *
 * @param command the command of the host, started in the run's folder
 * @param writeMap true if the identifiers' map of its user namespace has to be written from outside
 * @param ready says whether the program is about to be started, so that signals are for it and not for what prepares it
 * @param began says of an exit code whether the program itself was started, or its start failed
 * @param log the file in the run's folder that says why a start failed
 * @param signals the command that sends a signal, if its number is appended; where it is empty the kernel's own is sent
 * @param depth how far below the command the program is then: 0 if it is the command's process, 1 its child, and so on
 */
record Start(
        List<String> command,
        boolean writeMap,
        BooleanSupplier ready,
        Predicate<Integer> began,
        String log,
        Optional<List<String>> signals,
        int depth) {}
