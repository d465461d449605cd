package dev.lading.benchmarks;

import dev.lading.tar.TarEntry;
import dev.lading.tar.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * What is compressed in the comparisons: tars of what a Debian machine with a JDK and Maven has, so that a layer's real mixture is
 * measured. Each is some 32 MiB of files that lie evenly over the sorted list of all.
 */
final class DeflateInputs {
    static final List<String> ALL = List.of("jars", "classes", "text", "system", "noise");

    private static final long BYTES = 32L << 20;
    private static final long LARGEST_FILE = 4L << 20;

    private DeflateInputs() {}

    /** {@return the tar of a name} */
    static byte[] of(String name) throws IOException {
        Path repository = Path.of(System.getProperty("user.home"), ".m2", "repository");
        return switch (name) {
            case "jars" -> tar(files(".jar", repository), false);
            case "classes" -> tar(files(".jar", repository), true);
            case "text" -> tar(files("", Path.of("/usr/include"), Path.of("/usr/share/doc")), false);
            case "system" -> tar(files("", Path.of("/usr/bin"), Path.of("/usr/sbin"), Path.of("/usr/lib")), false);
            case "noise" -> {
                byte[] noise = new byte[(int) BYTES];
                new Random(1).nextBytes(noise);
                yield noise;
            }
            default -> throw new IllegalArgumentException("no input is called " + name + "; there are " + ALL);
        };
    }

    private static List<Path> files(String suffix, Path... roots) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path file : (Iterable<Path>) all.sorted()::iterator) {
                    // Debian's change logs are compressed, and no text.
                    if (file.toString().endsWith(suffix)
                            && !file.toString().endsWith(".gz")
                            && Files.isRegularFile(file)
                            && !Files.isSymbolicLink(file)
                            && Files.isReadable(file)
                            && Files.size(file) <= LARGEST_FILE) {
                        files.add(file);
                    }
                }
            }
        }
        return files;
    }

    private static byte[] tar(List<Path> files, boolean unpacked) throws IOException {
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        // Class files are some two and a half times as large as the jars they lie in.
        long wanted = unpacked ? BYTES * 2 / 5 : BYTES;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        long seen = 0;
        long taken = 0;
        for (Path file : files) {
            seen += Files.size(file);
            if (taken > seen * (double) wanted / total) {
                continue;
            }
            taken += Files.size(file);
            byte[] content = Files.readAllBytes(file);
            if (unpacked) {
                unpack(file.getFileName().toString(), content, tar);
            } else {
                tar.write(TarEntry.file(file.toString().substring(1), content.length), content);
            }
        }
        tar.finish();
        return out.toByteArray();
    }

    private static void unpack(String folder, byte[] jar, TarWriter tar) throws IOException {
        try (InputStream in = new ByteArrayInputStream(jar);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    byte[] content = zip.readAllBytes();
                    tar.write(TarEntry.file(folder + "/" + entry.getName(), content.length), content);
                }
            }
        }
    }
}
