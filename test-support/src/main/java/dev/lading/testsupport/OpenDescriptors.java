package dev.lading.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The file descriptors of this process at one moment, on Linux; elsewhere always none.
 *
 * <p>Counted by what they point at, for a number is used again and a regular file may be open twice.
 */
final class OpenDescriptors {
    private static final Path FOLDER = Path.of("/proc/self/fd");

    /** What class loaders and the JDK open when they like and keep. */
    private static final Set<Path> KEPT_OPEN = Stream.concat(
                    Stream.of(System.getProperty("java.home"), "/dev/random", "/dev/urandom", "/dev/null"),
                    Stream.of("java.class.path", "surefire.test.class.path", "surefire.real.class.path")
                            .map(name -> System.getProperty(name, ""))
                            .flatMap(path -> Stream.of(path.split(File.pathSeparator))))
            .filter(entry -> !entry.isEmpty())
            .map(entry -> real(Path.of(entry)))
            .collect(Collectors.toUnmodifiableSet());

    static {
        warmUp();
    }

    private final Map<String, List<String>> numbersByTarget;

    private OpenDescriptors(Map<String, List<String>> numbersByTarget) {
        this.numbersByTarget = numbersByTarget;
    }

    static OpenDescriptors now() {
        return new OpenDescriptors(open());
    }

    List<String> addedSince() {
        List<String> added = new ArrayList<>();
        open().forEach((target, numbers) -> {
            int before = numbersByTarget.getOrDefault(target, List.of()).size();
            if (numbers.size() > before) {
                added.add("descriptor " + String.join(", ", numbers) + " of " + target
                        + (before == 0 ? "" : " (" + before + " before)"));
            }
        });
        return added;
    }

    private static Map<String, List<String>> open() {
        if (!Files.isDirectory(FOLDER)) {
            return Map.of();
        }
        Map<Path, String> targets = new HashMap<>();
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(FOLDER)) {
            for (Path number : numbers) {
                target(number).ifPresent(target -> targets.put(number.getFileName(), target));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + FOLDER, e);
        }
        Map<String, List<String>> open = new TreeMap<>();
        targets.forEach((number, target) -> {
            if (!isKeptOpen(target)) {
                open.computeIfAbsent(target, t -> new ArrayList<>()).add(number.toString());
            }
        });
        return open;
    }

    private static Optional<String> target(Path number) {
        try {
            return Optional.of(Files.readSymbolicLink(number).toString());
        } catch (IOException closedMeanwhile) {
            return Optional.empty();
        }
    }

    private static boolean isKeptOpen(String target) {
        if (!target.startsWith("/")) {
            return false;
        }
        // The folder of descriptors itself, open while it is listed.
        if (target.matches("/proc/\\d+/fd")) {
            return true;
        }
        for (Path path = Path.of(target); path != null; path = path.getParent()) {
            if (KEPT_OPEN.contains(path)) {
                return true;
            }
        }
        return false;
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath();
        }
    }

    /** The JDK keeps one socket for ever once the first one is closed; it must not be laid to the first test. */
    private static void warmUp() {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel client = SocketChannel.open(server.getLocalAddress());
                    SocketChannel accepted = server.accept()) {
                accepted.shutdownOutput();
                client.shutdownOutput();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a socket on loopback", e);
        }
    }
}
