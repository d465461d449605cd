package dev.lading.it.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The JDKs of this machine, from 17 on: the one that runs the tests and those in Debian's folder of them. */
public final class Jdks {
    private static final Path DEBIAN = Path.of("/usr/lib/jvm");

    private Jdks() {}

    /**
     * Lists the JDKs, one a feature version, the oldest first.
     *
     * @return their homes
     */
    public static List<Path> present() {
        TreeMap<Integer, Path> homes = new TreeMap<>();
        homes.put(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
        if (Files.isDirectory(DEBIAN)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(DEBIAN)) {
                for (Path home : folders) {
                    int feature = feature(home);
                    if (feature >= 17 && Files.isExecutable(home.resolve("bin/java"))) {
                        homes.putIfAbsent(feature, home);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ArrayList<>(homes.values());
    }

    private static int feature(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isRegularFile(release)) {
            return 0;
        }
        return Files.readAllLines(release).stream()
                .filter(line -> line.startsWith("JAVA_VERSION=\""))
                .map(line -> line.substring("JAVA_VERSION=\"".length(), line.length() - 1))
                .mapToInt(version -> Runtime.Version.parse(version).feature())
                .findFirst()
                .orElse(0);
    }
}
