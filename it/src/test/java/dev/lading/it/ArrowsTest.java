package dev.lading.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;

/**
 * The arrows of ARCHITECTURE.md, between modules and between packages, held by a test.
 *
 * <p>Both tables name all that is allowed, and nothing is allowed that they do not name: a new package or a new arrow
 * is a line here that a reviewer reads.
 */
class ArrowsTest {
    private static final String JACKSON = "com.fasterxml.jackson";
    private static final String JSPECIFY = "org.jspecify";

    /** What each module may require, besides the JDK's modules and JSpecify. */
    private static final Map<String, Set<String>> MODULES = Map.ofEntries(
            Map.entry("dev.lading.codecs", Set.of("com.github.luben.zstd_jni")),
            Map.entry("dev.lading.oci", Set.of("dev.lading.codecs")),
            Map.entry("dev.lading.registry", Set.of("dev.lading.oci", JACKSON, "okhttp3")),
            Map.entry("dev.lading.builder", Set.of("dev.lading.oci", "dev.lading.codecs")),
            Map.entry("dev.lading.emulation", Set.of("dev.lading.oci")),
            Map.entry(
                    "dev.lading.testkit",
                    // codecs: to write the layers of test images without the builder, which it may not know.
                    Set.of(
                            "dev.lading.oci",
                            "dev.lading.codecs",
                            JACKSON,
                            "org.junit.jupiter.api",
                            "org.assertj.core")),
            Map.entry(
                    "dev.lading",
                    Set.of("dev.lading.oci", "dev.lading.builder", "dev.lading.registry", "dev.lading.emulation")),
            Map.entry(
                    "dev.lading.cli",
                    Set.of(
                            "dev.lading",
                            "dev.lading.oci",
                            "dev.lading.builder",
                            "dev.lading.registry",
                            "dev.lading.emulation",
                            "dev.lading.testkit",
                            JACKSON,
                            "info.picocli")));

    /** What each package may know besides itself, the JDK and JSpecify: our packages by name, foreign ones by root. */
    private static final Map<String, Set<String>> PACKAGES = Map.ofEntries(
            Map.entry("dev.lading.tar", Set.of()),
            Map.entry("dev.lading.codecs.internal.crew", Set.of()),
            Map.entry("dev.lading.gzip", Set.of("dev.lading.codecs.internal.crew")),
            Map.entry("dev.lading.zstd", Set.of("dev.lading.codecs.internal.crew", "com.github.luben")),
            Map.entry("dev.lading.oci.internal.json", Set.of()),
            Map.entry("dev.lading.oci", Set.of("dev.lading.oci.internal.json")),
            Map.entry("dev.lading.oci.content", Set.of("dev.lading.oci")),
            Map.entry("dev.lading.oci.platform", Set.of("dev.lading.oci")),
            Map.entry(
                    "dev.lading.oci.layout",
                    Set.of("dev.lading.oci", "dev.lading.oci.content", "dev.lading.oci.internal.json")),
            Map.entry(
                    "dev.lading.oci.rootfs",
                    Set.of(
                            "dev.lading.oci",
                            "dev.lading.oci.content",
                            "dev.lading.tar",
                            "dev.lading.gzip",
                            "dev.lading.zstd")),
            Map.entry("dev.lading.registry.internal.http", Set.of("okhttp3", "okio", "kotlin")),
            Map.entry(
                    "dev.lading.registry",
                    Set.of("dev.lading.oci", "dev.lading.oci.content", "dev.lading.registry.internal.http", JACKSON)),
            Map.entry(
                    "dev.lading.layer",
                    Set.of(
                            "dev.lading.oci",
                            "dev.lading.oci.content",
                            "dev.lading.oci.platform",
                            "dev.lading.oci.rootfs",
                            "dev.lading.tar",
                            "dev.lading.gzip",
                            "dev.lading.zstd")),
            Map.entry(
                    "dev.lading.build",
                    Set.of(
                            "dev.lading.oci",
                            "dev.lading.oci.content",
                            "dev.lading.oci.platform",
                            "dev.lading.oci.rootfs",
                            "dev.lading.layer",
                            // The layer reader speaks of tar entries, and fails by what both formats throw.
                            "dev.lading.tar",
                            "dev.lading.gzip",
                            "dev.lading.zstd")),
            Map.entry(
                    "dev.lading.emulation",
                    Set.of(
                            "dev.lading.oci",
                            "dev.lading.oci.content",
                            "dev.lading.oci.platform",
                            "dev.lading.oci.rootfs")),
            Map.entry(
                    "dev.lading.testkit",
                    Set.of(
                            "dev.lading.oci",
                            "dev.lading.oci.content",
                            "dev.lading.tar",
                            JACKSON,
                            "org.junit.jupiter.api",
                            "org.assertj")),
            Map.entry(
                    "dev.lading",
                    Set.of(
                            "dev.lading.oci",
                            "dev.lading.oci.content",
                            "dev.lading.oci.layout",
                            "dev.lading.oci.platform",
                            "dev.lading.oci.rootfs",
                            "dev.lading.layer",
                            "dev.lading.build",
                            "dev.lading.registry",
                            "dev.lading.emulation")),
            Map.entry(
                    "dev.lading.cli",
                    Set.of(
                            "dev.lading",
                            "dev.lading.oci",
                            "dev.lading.oci.content",
                            "dev.lading.oci.platform",
                            "dev.lading.oci.rootfs",
                            "dev.lading.layer",
                            "dev.lading.build",
                            "dev.lading.registry",
                            "dev.lading.emulation",
                            "dev.lading.testkit",
                            JACKSON,
                            "picocli")));

    /** Where a user of the class path may see more than our types: the suite and the assertions are JUnit's guests. */
    private static final Map<String, Set<String>> GUESTS_IN_API =
            Map.of("dev.lading.testkit", Set.of("org.junit.jupiter.api", "org.assertj"));

    private static final List<BuiltModules.BuiltModule> MODULES_BUILT = BuiltModules.all();

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importLocations(MODULES_BUILT.stream()
                    .map(BuiltModules.BuiltModule::location)
                    .map(ArrowsTest::location)
                    .collect(toSet()));

    private static Location location(Path classes) {
        return Files.isDirectory(classes)
                ? Location.of(classes)
                : Location.of(URI.create("jar:" + classes.toUri() + "!/"));
    }

    @Test
    void modules_require_only_what_the_architecture_allows() {
        assertThat(MODULES_BUILT).isNotEmpty();
        assertThat(forbiddenRequires(MODULES)).isEmpty();
    }

    @Test
    void a_module_arrow_that_is_not_in_the_table_is_found() {
        assertThat(forbiddenRequires(Map.of("dev.lading.codecs", Set.of(), "dev.lading.oci", Set.of())))
                .contains("dev.lading.oci requires dev.lading.codecs");
    }

    private static Set<String> forbiddenRequires(Map<String, Set<String>> allowed) {
        Set<String> forbidden = new TreeSet<>();
        for (BuiltModules.BuiltModule module : MODULES_BUILT) {
            Set<String> mayRequire = allowed.get(module.name());
            if (mayRequire == null) {
                forbidden.add(module.name() + " is not in the table of modules");
                continue;
            }
            module.descriptor().requires().stream()
                    .map(ModuleDescriptor.Requires::name)
                    .filter(name -> !name.startsWith("java.") && !name.startsWith("jdk.") && !isIn(JSPECIFY, name))
                    // A foreign root covers its modules (Jackson has three); one of ours only itself.
                    .filter(name ->
                            mayRequire.stream().noneMatch(one -> isOurs(name) ? one.equals(name) : isIn(one, name)))
                    .forEach(name -> forbidden.add(module.name() + " requires " + name));
        }
        return forbidden;
    }

    @Test
    void no_module_uses_or_provides_services() {
        assertThat(MODULES_BUILT)
                .allSatisfy(module -> assertThat(module.descriptor().uses()).isEmpty())
                .allSatisfy(module -> assertThat(module.descriptor().provides()).isEmpty());
    }

    @Test
    void packages_know_only_what_the_architecture_allows() {
        assertThat(forbiddenArrows(PACKAGES)).isEmpty();
    }

    @Test
    void a_package_arrow_that_is_not_in_the_table_is_found() {
        assertThat(forbiddenArrows(Map.of("dev.lading.oci.content", Set.of())))
                .contains("dev.lading.oci is not in the table of packages")
                .anyMatch(arrow -> arrow.startsWith("dev.lading.oci.content -> dev.lading.oci "));
    }

    /** One line an arrow, with one class that draws it. */
    private static Set<String> forbiddenArrows(Map<String, Set<String>> allowed) {
        Map<String, String> forbidden = new TreeMap<>();
        for (JavaClass from : CLASSES) {
            String home = from.getPackageName();
            Set<String> mayKnow = allowed.get(home);
            if (mayKnow == null) {
                if (!home.isEmpty()) {
                    forbidden.put(home, home + " is not in the table of packages");
                }
                continue;
            }
            from.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(to -> !to.isPrimitive())
                    .forEach(to -> {
                        String target = to.getPackageName();
                        if (!target.equals(home) && !isAllowed(target, mayKnow)) {
                            forbidden.putIfAbsent(
                                    home + " " + target,
                                    home + " -> " + target + " (" + from.getSimpleName() + " knows "
                                            + to.getSimpleName() + ")");
                        }
                    });
        }
        return new TreeSet<>(forbidden.values());
    }

    private static boolean isAllowed(String target, Set<String> mayKnow) {
        return isOurs(target)
                ? mayKnow.contains(target)
                : isOfJdkOrJspecify(target) || mayKnow.stream().anyMatch(root -> !isOurs(root) && isIn(root, target));
    }

    @Test
    void there_is_no_circle_of_packages() {
        SlicesRuleDefinition.slices()
                .assignedFrom(byPackage())
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    private static SliceAssignment byPackage() {
        return new SliceAssignment() {
            @Override
            public String getDescription() {
                return "every package";
            }

            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                return isOurs(javaClass.getPackageName())
                        ? SliceIdentifier.of(javaClass.getPackageName())
                        : SliceIdentifier.ignore();
            }
        };
    }

    @Test
    void the_public_api_shows_only_its_own_types_and_those_of_the_JDK() {
        Set<String> exported = MODULES_BUILT.stream()
                .flatMap(module -> module.exportedPackages().stream())
                .collect(toSet());
        Set<String> foreign = new TreeSet<>();
        for (JavaClass shown : CLASSES) {
            if (!exported.contains(shown.getPackageName()) || !isVisible(shown)) {
                continue;
            }
            Set<String> guests = GUESTS_IN_API.getOrDefault(shown.getPackageName(), Set.of());
            typesShownBy(shown)
                    .map(JavaClass::getBaseComponentType)
                    .filter(type -> !type.isPrimitive())
                    .filter(type -> !exported.contains(type.getPackageName()))
                    .filter(type -> !isOfJdkOrJspecify(type.getPackageName())
                            || type.getName().equals("java.io.File"))
                    .filter(type -> guests.stream().noneMatch(guest -> isIn(guest, type.getPackageName())))
                    .forEach(type -> foreign.add(shown.getName() + " shows " + type.getName()));
        }
        assertThat(foreign).isEmpty();
    }

    private static boolean isVisible(JavaClass type) {
        return (type.getModifiers().contains(JavaModifier.PUBLIC)
                        || type.getModifiers().contains(JavaModifier.PROTECTED))
                && type.getEnclosingClass().map(ArrowsTest::isVisible).orElse(true);
    }

    private static Stream<JavaClass> typesShownBy(JavaClass shown) {
        Stream<JavaClass> above = Stream.concat(
                shown.getSuperclass().stream().flatMap(type -> type.getAllInvolvedRawTypes().stream()),
                shown.getInterfaces().stream().flatMap(type -> type.getAllInvolvedRawTypes().stream()));
        Stream<JavaClass> ofMembers = shown.getMembers().stream()
                .filter(member -> member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED))
                .flatMap(member -> member.getAllInvolvedRawTypes().stream());
        Stream<JavaClass> thrown = shown.getCodeUnits().stream()
                .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
                .flatMap(unit -> unit.getThrowsClause().stream())
                .map(declaration -> declaration.getRawType());
        return Stream.of(above, ofMembers, thrown).flatMap(types -> types);
    }

    @Test
    void every_inner_package_is_used_by_another_one() {
        Set<String> exported = MODULES_BUILT.stream()
                .flatMap(module -> module.exportedPackages().stream())
                .collect(toSet());
        Set<String> inner = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> isOurs(name) && !exported.contains(name) && name.contains(".internal."))
                .collect(toCollection(TreeSet::new));
        Set<String> used = CLASSES.stream()
                .flatMap(from -> from.getDirectDependenciesFromSelf().stream())
                .filter(dependency -> !dependency
                        .getOriginClass()
                        .getPackageName()
                        .equals(dependency.getTargetClass().getPackageName()))
                .map(dependency -> dependency.getTargetClass().getPackageName())
                .collect(toSet());
        assertThat(inner).isNotEmpty().isSubsetOf(used);
    }

    @Test
    void what_is_not_exported_is_internal_by_name_or_a_program() {
        for (BuiltModules.BuiltModule module : MODULES_BUILT) {
            Set<String> hidden = new TreeSet<>(module.descriptor().packages());
            hidden.removeAll(module.exportedPackages());
            assertThat(hidden)
                    .as("packages of %s that class-path users see although they are not meant for them", module.name())
                    .allMatch(name -> name.contains(".internal.") || name.equals("dev.lading.cli"));
        }
    }

    @Test
    void every_package_is_null_marked() {
        Set<JavaPackage> packages = CLASSES.stream()
                .map(JavaClass::getPackage)
                .filter(one -> isOurs(one.getName()))
                .collect(toSet());
        assertThat(packages).isNotEmpty().allMatch(one -> one.isAnnotatedWith(NullMarked.class));
    }

    @Test
    void there_is_no_static_state_that_changes() {
        fields().that()
                .areStatic()
                .should()
                .beFinal()
                .because("what a caller cannot hold in its hand it cannot keep apart")
                .check(CLASSES);
    }

    @Test
    void only_the_command_writes_to_the_standard_streams() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.lading.cli")
                .should(ACCESS_STANDARD_STREAMS)
                .check(CLASSES);
    }

    @Test
    void only_the_command_ends_the_JVM() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.lading.cli")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(CLASSES);
    }

    /** What surefire passes over: it takes classes whose names end in Test, and JUnit those within that are Nested. */
    @Test
    void every_class_with_tests_is_run() {
        Set<Path> tests = MODULES_BUILT.stream()
                .map(module -> module.folder().resolveSibling(""))
                .flatMap(ArrowsTest::testClasses)
                .collect(toSet());
        Set<String> passedOver = new ClassFileImporter()
                .importPaths(tests).stream()
                        .filter(one -> !one.getModifiers().contains(JavaModifier.ABSTRACT) && !isRun(one))
                        .filter(one -> one.getAllMethods().stream().anyMatch(ArrowsTest::isTest))
                        .map(JavaClass::getName)
                        .collect(toCollection(TreeSet::new));
        // Started by the test of the leak check, which wants them to fail.
        assertThat(passedOver).isNotEmpty().allMatch(name -> name.startsWith("dev.lading.testsupport.LeakCheckTest$"));
    }

    private static Stream<Path> testClasses(Path modules) {
        try (Stream<Path> folders = Files.list(modules)) {
            return folders
                    .map(folder -> folder.resolve("target/test-classes"))
                    .filter(Files::isDirectory)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRun(JavaClass tests) {
        return tests.getEnclosingClass()
                .map(around -> tests.isAnnotatedWith(Nested.class) && isRun(around))
                .orElse(tests.getSimpleName().endsWith("Test"));
    }

    private static boolean isTest(JavaMethod method) {
        return method.isAnnotatedWith(Testable.class) || method.isMetaAnnotatedWith(Testable.class);
    }

    private static boolean isOurs(String name) {
        return isIn("dev.lading", name);
    }

    private static boolean isOfJdkOrJspecify(String name) {
        return isIn("java", name) || isIn("javax", name) || isIn(JSPECIFY, name);
    }

    private static boolean isIn(String root, String name) {
        return name.equals(root) || name.startsWith(root + ".");
    }
}
