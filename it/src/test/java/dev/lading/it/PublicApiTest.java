package dev.lading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The public API of each module as a checked-in text: a change is a line of the diff that a reviewer reads.
 *
 * <p>{@code -Dapi.update=true} writes the files anew.
 */
class PublicApiTest {
    private static final Path FOLDER = Path.of("src/test/resources/api");

    @TestFactory
    Stream<DynamicTest> the_api_is_what_the_text_says() {
        return BuiltModules.all().stream().map(module -> DynamicTest.dynamicTest(module.name(), () -> compare(module)));
    }

    @Test
    void there_is_no_text_without_a_module() throws IOException {
        List<String> modules = BuiltModules.all().stream()
                .map(module -> module.name() + ".txt")
                .toList();
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString())).isSubsetOf(modules);
        }
    }

    private static void compare(BuiltModules.BuiltModule module) throws IOException {
        List<String> found = apiOf(module);
        Path file = FOLDER.resolve(module.name() + ".txt");
        if (Boolean.getBoolean("api.update")) {
            Files.write(file, found);
        }
        List<String> written = Files.exists(file) ? Files.readAllLines(file) : List.of();
        List<String> difference = new ArrayList<>();
        // Each package has its own sorted lines; as sets of lines they differ where a reader would look.
        found.stream().filter(line -> !written.contains(line)).forEach(line -> difference.add("+ " + line));
        written.stream().filter(line -> !found.contains(line)).forEach(line -> difference.add("- " + line));
        assertThat(difference)
                .as("the API of %s against it/%s; if meant, run the test with -Dapi.update=true", module.name(), file)
                .isEmpty();
        assertThat(found).isEqualTo(written);
    }

    private static List<String> apiOf(BuiltModules.BuiltModule module) throws IOException {
        List<String> lines = new ArrayList<>();
        try (ModuleReader reader = ModuleFinder.of(module.location())
                .find(module.name())
                .orElseThrow()
                .open()) {
            List<String> classFiles = reader.list()
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .toList();
            for (String packageName : module.exportedPackages()) {
                lines.addAll(ApiText.of(
                        packageName,
                        classFiles.stream()
                                .map(name -> name.substring(0, name.length() - ".class".length())
                                        .replace('/', '.'))
                                .filter(name ->
                                        name.substring(0, name.lastIndexOf('.')).equals(packageName))
                                .map(PublicApiTest::load)));
            }
        }
        return lines;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, PublicApiTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new UncheckedIOException(new IOException("no class " + name, e));
        }
    }
}
