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

/** The library in a process of its own, started by a command before it, from copies of its classes that everybody may read. */
final class OtherProcess {
    private OtherProcess() {}

    static Path ownJava() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    static Command run(Path shared, List<String> before, Class<?> program, List<String> words)
            throws IOException, URISyntaxException {
        return Command.run(command(shared, before, ownJava(), program, words).toArray(String[]::new));
    }

    static List<String> command(Path shared, List<String> before, Path java, Class<?> program, List<String> words)
            throws IOException, URISyntaxException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                java.toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(shared, List.of(program, Launcher.class, Platform.class)),
                program.getName()));
        command.addAll(words);
        return command;
    }

    /** Copies of what holds these types. */
    static String classPath(Path shared, List<Class<?>> types) throws IOException, URISyntaxException {
        List<String> path = new ArrayList<>();
        for (Class<?> type : types) {
            Path source = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path target = shared.resolve("classes").resolve(type.getSimpleName());
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
