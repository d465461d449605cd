package dev.lading.it.emulation;

import dev.lading.emulation.Launcher;
import dev.lading.it.peers.Command;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs {@link RunPrograms} in a process of its own, from copies that everybody may read. */
final class OtherProcess {
    private OtherProcess() {}

    /**
     * Runs it to its end.
     *
     * @param before the command before it, such as one that gives rights up
     * @param classes where to put the copies
     * @param words what to hand over
     */
    static Command run(List<String> before, Path classes, List<String> words) throws IOException, URISyntaxException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath(classes),
                RunPrograms.class.getName()));
        command.addAll(words);
        return Command.run(command.toArray(String[]::new));
    }

    static String classPath(Path folder) throws IOException, URISyntaxException {
        List<String> path = new ArrayList<>();
        for (Class<?> type : List.of(RunPrograms.class, Launcher.class, Platform.class)) {
            Path source = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path target = folder.resolve(type.getSimpleName());
            if (!Files.exists(target)) {
                try (Stream<Path> files = Files.walk(source)) {
                    for (Path file : files.toList()) {
                        Path copy = target.resolve(source.relativize(file).toString());
                        if (Files.isDirectory(file)) {
                            Files.createDirectories(copy);
                        } else {
                            Files.createDirectories(copy.getParent());
                            Files.copy(file, copy);
                        }
                    }
                }
            }
            path.add(target.toString());
        }
        return String.join(":", path);
    }
}
