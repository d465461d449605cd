package dev.lading.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.internal.json.RandomJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every parser of documents, fed with what no tool would write: no exception but ours, none for long, in little memory. */
class DocumentFuzzTest {
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Digest DIGEST = Digest.of(new byte[] {1});

    @TempDir
    Path temp;

    /** Every way from bytes to a document, and every edit of what was read. */
    private enum Parser {
        OCI_MANIFEST,
        DOCKER_MANIFEST,
        OCI_INDEX,
        DOCKER_LIST,
        CONFIG,
        DESCRIPTOR,
        TYPE,
        FINDINGS;

        private Object parse(byte[] bytes) {
            return switch (this) {
                case OCI_MANIFEST -> ImageManifest.read(bytes, MediaType.OCI_MANIFEST);
                case DOCKER_MANIFEST -> ImageManifest.read(bytes, MediaType.DOCKER_MANIFEST);
                case OCI_INDEX -> ImageIndex.read(bytes, MediaType.OCI_INDEX);
                case DOCKER_LIST -> ImageIndex.read(bytes, MediaType.DOCKER_MANIFEST_LIST);
                case CONFIG -> ImageConfig.read(bytes);
                case DESCRIPTOR -> Descriptor.read(bytes);
                case TYPE -> Manifest.typeOf(bytes);
                case FINDINGS ->
                    List.of(
                            Manifest.validate(bytes, MediaType.OCI_INDEX),
                            Manifest.validate(bytes, MediaType.DOCKER_MANIFEST),
                            ImageConfig.validate(bytes));
            };
        }

        /** Reads, and says whether the text was taken. */
        boolean takes(byte[] bytes) {
            return read(bytes).isPresent();
        }

        /** Reads and edits, and says whether the text was taken. */
        boolean takesAndEdits(byte[] bytes) {
            Optional<Object> read = read(bytes);
            read.ifPresent(document -> {
                if (document instanceof ImageManifest manifest) {
                    edit(manifest);
                } else if (document instanceof ImageIndex index) {
                    edit(index);
                } else if (document instanceof ImageConfig config) {
                    edit(config);
                } else if (document instanceof Descriptor descriptor) {
                    assertThat(Descriptor.read(descriptor.bytes())).isEqualTo(descriptor);
                }
            });
            return read.isPresent();
        }

        private Optional<Object> read(byte[] bytes) {
            try {
                return Optional.of(parse(bytes));
            } catch (LadingException e) {
                assertThat(e.getMessage()).isNotBlank();
                return Optional.empty();
            }
        }

        private static void edit(ImageManifest manifest) {
            Descriptor layer = Descriptor.of(MediaType.OCI_LAYER, DIGEST, 1);
            ImageManifest edited =
                    manifest.append(layer).withAnnotation("new", "v").withConfig(layer);
            assertThat(ImageManifest.read(edited.bytes(), edited.mediaType())).isEqualTo(edited);
            assertThat(edited.remove(layer::equals).layers()).doesNotContain(layer);
            assertThat(edited.validate()).isNotNull();
        }

        private static void edit(ImageIndex index) {
            Descriptor entry = Descriptor.of(MediaType.OCI_MANIFEST, DIGEST, 1);
            ImageIndex edited = index.append(entry).withAnnotation("new", "v").replace(d -> d.withAnnotation("a", "b"));
            assertThat(ImageIndex.read(edited.bytes(), edited.mediaType())).isEqualTo(edited);
            assertThat(edited.remove(d -> true).manifests()).isEmpty();
            assertThat(edited.validate()).isNotNull();
        }

        private static void edit(ImageConfig config) {
            ImageConfig edited = config.withEnvironment("NEW", "v")
                    .withLabel("new", "v")
                    .withCreated(Instant.EPOCH)
                    .withCommand(List.of("new"));
            assertThat(ImageConfig.read(edited.bytes())).isEqualTo(edited);
            assertThat(edited.validate()).isNotNull();
        }
    }

    private static List<byte[]> seeds() {
        Descriptor config = Descriptor.of(MediaType.OCI_CONFIG, DIGEST, 1).withData(new byte[] {1});
        Descriptor layer = Descriptor.of(MediaType.OCI_LAYER_GZIP, DIGEST, 1).withAnnotation("k", "v");
        ImageManifest manifest = ImageManifest.of(config, List.of(layer, layer)).withSubject(layer);
        ImageIndex index = ImageIndex.of(List.of(
                        layer.withPlatform(Platform.LINUX_ARM_V7), layer.withUrls(List.of("https://example.com/x"))))
                .withArtifactType(new MediaType("a/b"));
        ImageConfig configuration = ImageConfig.create(Platform.LINUX_AMD64)
                .withEnvironment("A", "1")
                .withLabel("l", "m")
                .withExposedPort("80")
                .withStopSignal("SIGTERM")
                .append(DIGEST, new History(Optional.of(Instant.EPOCH), Optional.of("x"), Optional.empty(), false));
        return List.of(
                manifest.bytes(),
                ImageManifest.of(layer, List.of(layer)).in(ImageFormat.DOCKER).bytes(),
                index.bytes(),
                ImageIndex.of(List.of(layer)).in(ImageFormat.DOCKER).bytes(),
                configuration.bytes(),
                layer.bytes(),
                config.bytes());
    }

    private static void fuzz(Parser parser, long seed, int rounds) {
        Random random = new Random(seed);
        List<byte[]> seeds = seeds();
        int taken = 0;
        for (int i = 0; i < rounds; i++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size()));
            for (int edits = random.nextInt(4); edits > 0; edits--) {
                bytes = altered(bytes, random);
            }
            long start = System.nanoTime();
            taken += parser.takesAndEdits(bytes) ? 1 : 0;
            assertThat(System.nanoTime() - start).isLessThan(MOST_NANOS);
        }
        assertThat(taken).as("texts that %s took of %d", parser, rounds).isPositive();
    }

    /** One alteration of the kinds that have broken readers: bytes, pieces twice, pieces gone, a value of another kind. */
    private static byte[] altered(byte[] bytes, Random random) {
        int from = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, from + random.nextInt(20));
        String piece = switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> new RandomJson(random).value(2);
            case 2 -> "\"" + "]}[{:,\"\\".charAt(random.nextInt(8));
            case 3 ->
                new String(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + random.nextInt(60))), UTF_8);
            case 4 -> String.valueOf((char) random.nextInt(0x3000));
            default -> {
                // The value of a member goes for one of another kind.
                int colon = new String(bytes, UTF_8).indexOf(':', Math.max(0, from - 1));
                from = colon < 0 || colon >= bytes.length ? from : colon + 1;
                to = from;
                while (to < bytes.length && ",}]".indexOf(bytes[to]) < 0) {
                    to++;
                }
                yield new RandomJson(random).value(1);
            }
        };
        byte[] middle = piece.getBytes(UTF_8);
        byte[] changed = new byte[from + middle.length + bytes.length - to];
        System.arraycopy(bytes, 0, changed, 0, from);
        System.arraycopy(middle, 0, changed, from, middle.length);
        System.arraycopy(bytes, to, changed, from + middle.length, bytes.length - to);
        return changed;
    }

    @ParameterizedTest
    @EnumSource(Parser.class)
    void altered_documents_raise_nothing_but_our_own(Parser parser) {
        fuzz(parser, 1, 3_000);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(Parser.class)
    void many_more_altered_documents_raise_nothing_but_our_own(Parser parser) {
        fuzz(parser, 2, 200_000);
    }

    /** Texts of the most bytes that are allowed, each the worst of its kind. */
    private static List<Supplier<String>> worst() {
        List<Supplier<String>> worst = new ArrayList<>();
        for (String filling : List.of(
                "[],",
                "{},",
                "0,",
                "\"\",",
                "[[[[[]]]]],",
                "{\"\":{}},",
                "\"\\u0041\\u0041\",",
                "\"\\ud83d\\ude00\",",
                " ",
                "9")) {
            worst.add(() -> filled("\"x\":[", filling, "0]"));
        }
        worst.add(() -> filled("\"x\":\"", "a.", "\""));
        worst.add(() -> filled("\"mediaType\":\"", "a/", "\""));
        worst.add(() -> filled("\"created\":\"2026-01-01T00:00:00.", "0", "Z\""));
        worst.add(() -> filled("\"manifests\":[{\"digest\":\"", "a.", ":0\"}]"));
        worst.add(() -> filled("\"manifests\":[{\"digest\":\"sha256:", "0", "\"}]"));
        worst.add(() -> filled("\"manifests\":[{\"urls\":[\"", "/..", "\"]}]"));
        worst.add(() -> filled("\"manifests\":[{\"data\":\"", "AAAA", "\",\"size\":3145000}]"));
        worst.add(() -> filled("\"manifests\":[", "{},", "{}]"));
        worst.add(() -> filled(
                "\"manifests\":[",
                "{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"" + DIGEST + "\"},",
                "{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"" + DIGEST + "\"}]"));
        worst.add(() -> filled("\"config\":{\"StopSignal\":\"SIG", "A", "\"}"));
        worst.add(() -> filled("\"config\":{\"Env\":[", "\"NEW=\",", "\"NEW=\"]}"));
        worst.add(() -> keys(i -> Integer.toString(i, 36)));
        // Keys of one hash value, by twos of letters that have the same.
        worst.add(() ->
                keys(i -> Integer.toBinaryString(i | 1 << 22).replace("0", "Aa").replace("1", "BB")));
        return worst;
    }

    private static String filled(String start, String filling, String end) {
        String head = "{\"schemaVersion\":2," + start;
        int room = Manifest.MAX_BYTES - 200 - head.length() - end.length();
        return head + filling.repeat(room / filling.getBytes(UTF_8).length) + end + "}";
    }

    private static String keys(IntFunction<String> key) {
        StringBuilder text = new StringBuilder("{\"schemaVersion\":2,\"annotations\":{\"\":\"\"");
        for (int i = 0; text.length() < Manifest.MAX_BYTES - 300; i++) {
            text.append(",\"").append(key.apply(i)).append("\":\"\"");
        }
        return text.append("}}").toString();
    }

    /** Feeds every parser with the worst; a program of its own, so that its memory can be bounded. */
    public static void main(String[] args) {
        for (Supplier<String> made : worst()) {
            String text = made.get();
            for (Parser parser : Parser.values()) {
                byte[] bytes = text.getBytes(UTF_8);
                long start = System.nanoTime();
                boolean taken = parser.takes(bytes);
                System.out.printf(
                        Locale.ROOT,
                        "%.3f s %s %s %s%n",
                        (System.nanoTime() - start) / 1e9,
                        taken ? "takes" : "refuses",
                        parser,
                        text.substring(0, Math.min(70, text.length())));
            }
        }
        System.out.println("all read");
    }

    @Test
    void the_worst_documents_of_four_mebibytes_are_read_in_little_time_and_memory() throws Exception {
        Path said = temp.resolve("said");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-Xss512k",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DocumentFuzzTest.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        process.getOutputStream().close();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(said);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text.lines().filter(line -> line.contains(" s ")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(Double.parseDouble(line.substring(0, line.indexOf(' '))))
                        .as(line)
                        .isLessThan(10));
    }
}
