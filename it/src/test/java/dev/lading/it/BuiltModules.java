package dev.lading.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The published modules of this build, found on the class path of the tests: as jars or as folders of classes. */
final class BuiltModules {
    private static final Set<String> UNPUBLISHED = Set.of("examples", "test-support", "it", "benchmarks");

    /** One line of what the build wrote: {@code group:artifact:jar:version:scope:path}, perhaps marked optional. */
    private static final Pattern JAR =
            Pattern.compile("\\s*([^:\\s]+:[^:]+):jar:([^:]+):(?:compile|runtime):(.+?)( \\(optional\\))?(?: -- .*)?");

    /** One jar that a module brings along at run time. */
    record Jar(String name, boolean optional, Path file) {
        @Override
        public String toString() {
            return name + (optional ? " (optional)" : "");
        }
    }

    /** One published module: what its module-info says, and where it was built. */
    record BuiltModule(ModuleDescriptor descriptor, Path location, Path folder) {
        String name() {
            return descriptor.name();
        }

        List<String> exportedPackages() {
            return descriptor.exports().stream()
                    .filter(export -> !export.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .sorted()
                    .toList();
        }

        /** {@return what it brings along at run time, as the build found it; without the module itself} */
        List<Jar> runtimeJars() {
            Path written = folder.resolve("target/runtime-dependencies.txt");
            try {
                return Files.readAllLines(written).stream()
                        .map(JAR::matcher)
                        .filter(Matcher::matches)
                        .map(jar ->
                                new Jar(jar.group(1) + ":" + jar.group(2), jar.group(4) != null, Path.of(jar.group(3))))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException("no " + written + ", which the build writes; run it with -am", e);
            }
        }

        /** {@return its own jar and those it cannot do without} */
        List<Path> runtimePath() {
            return Stream.concat(
                            Stream.of(location),
                            runtimeJars().stream()
                                    .filter(jar -> !jar.optional())
                                    .map(Jar::file))
                    .toList();
        }
    }

    private BuiltModules() {}

    static List<BuiltModule> all() {
        return classPath()
                .flatMap(entry -> moduleAt(entry).stream())
                .sorted(Comparator.comparing(BuiltModule::name))
                .toList();
    }

    static Stream<Path> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(Files::exists);
    }

    private static Optional<BuiltModule> moduleAt(Path entry) {
        // Only our own: a foreign jar may be no module at all, which the finder would not forgive.
        Path folder = entry.getParent() == null ? entry : folderOfModule(entry);
        if (!Files.isRegularFile(folder.resolve("pom.xml"))
                || UNPUBLISHED.contains(folder.getFileName().toString())) {
            return Optional.empty();
        }
        return ModuleFinder.of(entry).findAll().stream()
                .map(ModuleReference::descriptor)
                .filter(descriptor -> !descriptor.isAutomatic())
                .findFirst()
                .map(descriptor -> new BuiltModule(descriptor, entry, folder));
    }

    /** From {@code <module>/target/x.jar} or {@code <module>/target/classes}. */
    private static Path folderOfModule(Path entry) {
        Path target = entry.getParent();
        return target == null || target.getParent() == null ? entry : target.getParent();
    }
}
