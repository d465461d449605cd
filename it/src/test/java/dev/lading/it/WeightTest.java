package dev.lading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What each module brings along at run time, itself included: the jars by name in a checked-in list, their number and
 * size by a bound in its first line. The build writes the lists that are compared.
 *
 * <p>{@code -Dweight.update=true} writes the jars anew and leaves the bounds.
 */
class WeightTest {
    private static final Path FOLDER = Path.of("src/test/resources/weight");
    private static final Pattern BOUND = Pattern.compile("# at most (\\d+) jars, (\\d+) kB");

    @TestFactory
    Stream<DynamicTest> a_module_brings_along_what_its_list_says_and_no_more() {
        return BuiltModules.all().stream().map(module -> DynamicTest.dynamicTest(module.name(), () -> weigh(module)));
    }

    private static void weigh(BuiltModules.BuiltModule module) throws IOException {
        List<BuiltModules.Jar> jars = module.runtimeJars();
        List<String> found =
                jars.stream().map(BuiltModules.Jar::toString).sorted().toList();
        Path file = FOLDER.resolve(module.name() + ".txt");
        assertThat(file)
                .as("the list of %s, with its bound in the first line", module.name())
                .exists();
        List<String> written = Files.readAllLines(file);
        if (Boolean.getBoolean("weight.update")) {
            written = Stream.concat(written.stream().limit(1), found.stream()).toList();
            Files.write(file, written);
        }
        Matcher bound = BOUND.matcher(written.get(0));
        assertThat(bound.matches())
                .as("first line of %s: %s", file, BOUND.pattern())
                .isTrue();
        assertThat(found)
                .as("jars of %s; if meant, run the test with -Dweight.update=true", module.name())
                .isEqualTo(written.subList(1, written.size()));

        List<BuiltModules.Jar> always =
                jars.stream().filter(jar -> !jar.optional()).toList();
        long bytes = size(module.location());
        for (BuiltModules.Jar jar : always) {
            bytes += size(jar.file());
        }
        assertThat(always.size() + 1)
                .as("jars of %s, itself included", module.name())
                .isLessThanOrEqualTo(Integer.parseInt(bound.group(1)));
        assertThat(bytes / 1000)
                .as("kilobytes of %s", module.name())
                .isLessThanOrEqualTo(Long.parseLong(bound.group(2)));
    }

    /** Of a jar; of a folder of classes, where the build stopped before there was a jar, a little more. */
    private static long size(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(WeightTest::fileSize)
                    .sum();
        }
    }

    private static long fileSize(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException("no size of " + file, e);
        }
    }
}
