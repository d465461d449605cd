package dev.lading.benchmarks;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The trees that layers are made of in the races: made from a seed and from the class files of the JDK that runs, once, into a
 * folder.
 *
 * <p>{@code app} is like a Java application of four layers: jars of class files, single classes, text. {@code small} is 50,000
 * small files, {@code text} is as much text alone as there is in all of {@code app}, in four layers too.
 */
final class RaceInputs {
    private static final int SEED = 20260101;

    /** Another one when the inputs change, or old ones would be taken for new. */
    private static final int VERSION = 3;

    private static final int JARS = 560;
    private static final long APP_JAR_BYTES = 250L << 20;
    private static final int APP_CLASSES = 5000;
    private static final int APP_TEXTS = 1236;
    private static final int SMALL_FILES = 50_000;
    private static final int TEXT_FILES = 7500;

    private final Path folder;

    RaceInputs(Path folder) {
        this.folder = folder;
    }

    /** {@return the layers of a name, each a folder} */
    List<Path> of(String name) throws IOException {
        Path root = folder.resolve(name);
        Path done = folder.resolve(name + "." + VERSION + ".done");
        if (!Files.exists(done)) {
            System.err.println("making " + root);
            Shell.delete(root);
            switch (name) {
                case "app" -> app(root);
                case "small" -> small(root.resolve("files"));
                case "text" -> text(root);
                default -> throw new IllegalArgumentException("no input is called " + name);
            }
            Files.createFile(done);
        }
        try (Stream<Path> layers = Files.list(root)) {
            return layers.sorted().toList();
        }
    }

    private static void app(Path root) throws IOException {
        Random random = new Random(SEED);
        List<byte[]> classes = classFiles();
        Path jars = Files.createDirectories(root.resolve("1-dependencies"));
        Path snapshots = Files.createDirectories(root.resolve("2-snapshots"));
        long each = APP_JAR_BYTES / JARS;
        for (int i = 0; i < JARS; i++) {
            Path folder = i % 10 == 0 ? snapshots : jars;
            jar(folder.resolve("library-" + i + ".jar"), classes, random, each / 4 + random.nextLong(each * 3 / 2));
        }
        Words words = new Words(random);
        for (int i = 0; i < APP_TEXTS; i++) {
            Path file = root.resolve("3-resources/text/" + i % 31 + "/" + words.name() + i + ".properties");
            Files.createDirectories(file.getParent());
            Files.write(file, words.text(2_000 + random.nextInt(14_000)));
        }
        for (int i = 0; i < APP_CLASSES; i++) {
            Path file = root.resolve("4-classes/com/example/" + i % 97 + "/" + words.name() + i + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, classes.get(random.nextInt(classes.size())));
        }
    }

    private static void jar(Path file, List<byte[]> classes, Random random, long bytes) throws IOException {
        Words words = new Words(random);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            long content = 0;
            for (int i = 0; content < bytes * 2; i++) {
                byte[] one = classes.get(random.nextInt(classes.size()));
                ZipEntry entry = new ZipEntry("org/example/" + words.name() + "/" + words.name() + i + ".class");
                entry.setTime(0);
                CRC32 crc = new CRC32();
                crc.update(one);
                entry.setCrc(crc.getValue());
                entry.setSize(one.length);
                zip.putNextEntry(entry);
                zip.write(one);
                content += one.length;
            }
        }
    }

    private static void small(Path root) throws IOException {
        Random random = new Random(SEED);
        Words words = new Words(random);
        byte[] noise = new byte[4096];
        for (int i = 0; i < SMALL_FILES; i++) {
            Path file = root.resolve(i / 1000 + "/" + i / 50 % 20 + "/" + words.name() + i + ".js");
            if (i % 50 == 0) {
                Files.createDirectories(file.getParent());
            }
            int size = 100 + random.nextInt(4000);
            byte[] content = words.text(size);
            // A third of it hardly compresses, as in real trees of modules.
            random.nextBytes(noise);
            System.arraycopy(noise, 0, content, 0, Math.min(noise.length, size / 3));
            Files.write(file, content);
        }
    }

    private static void text(Path root) throws IOException {
        Random random = new Random(SEED);
        Words words = new Words(random);
        for (int i = 0; i < TEXT_FILES; i++) {
            Path file = root.resolve(i % 4 + "-texts/" + i % 40 + "/" + words.name() + i + ".txt");
            Files.createDirectories(file.getParent());
            Files.write(file, words.text(10_000 + random.nextInt(60_000)));
        }
    }

    /** The JDK's own, of the modules that every JDK has. */
    private static List<byte[]> classFiles() throws IOException {
        List<byte[]> classes = new ArrayList<>();
        for (String module : List.of("java.base", "java.xml", "jdk.compiler", "java.desktop")) {
            Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", module);
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : (Iterable<Path>)
                        files.filter(f -> f.toString().endsWith(".class")).sorted()::iterator) {
                    classes.add(Files.readAllBytes(file));
                }
            }
        }
        return classes;
    }

    /** Lines of words, some of them far more frequent than others, as in sources and notes. */
    private static final class Words {
        private final Random random;
        private final byte[][] words = new byte[1800][];
        private final byte[][] lines = new byte[900][];

        Words(Random random) {
            this.random = random;
            Random fixed = new Random(SEED);
            for (int i = 0; i < words.length; i++) {
                StringBuilder word = new StringBuilder();
                for (int j = 2 + fixed.nextInt(9); j > 0; j--) {
                    word.append("etaoinshrdlucmfwypvbgkjqxz".charAt((int) Math.abs(fixed.nextGaussian() * 8) % 26));
                }
                words[i] = word.toString().getBytes(StandardCharsets.US_ASCII);
            }
            for (int i = 0; i < lines.length; i++) {
                lines[i] = line(fixed);
            }
        }

        String name() {
            return new String(words[often(words.length)], StandardCharsets.US_ASCII);
        }

        /** Most lines stood elsewhere already, a third of them with another word in the middle. */
        byte[] text(int size) {
            byte[] text = new byte[size];
            int at = 0;
            while (at < size) {
                byte[] line = random.nextInt(7) > 0 ? lines[often(lines.length)] : line(random);
                int changed = random.nextInt(3) == 0 ? line.length / 2 : line.length;
                at = put(text, at, line, 0, changed);
                if (changed < line.length) {
                    byte[] word = words[often(words.length)];
                    at = put(text, at, word, 0, word.length);
                    at = put(text, at, line, changed, line.length);
                }
            }
            return text;
        }

        private byte[] line(Random source) {
            StringBuilder line = new StringBuilder("    ".repeat(source.nextInt(4)));
            for (int i = 2 + source.nextInt(9); i > 0; i--) {
                line.append(new String(words[often(words.length)], StandardCharsets.US_ASCII))
                        .append(" .,;=(){}\"".charAt(source.nextInt(10)));
            }
            return line.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
        }

        private static int put(byte[] text, int at, byte[] bytes, int from, int to) {
            int n = Math.min(to - from, text.length - at);
            System.arraycopy(bytes, from, text, at, n);
            return at + n;
        }

        /** The first far more often than the last. */
        private int often(int count) {
            double uniform = random.nextDouble();
            return (int) (uniform * uniform * uniform * count);
        }
    }
}
