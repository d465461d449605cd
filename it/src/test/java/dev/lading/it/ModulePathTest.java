package dev.lading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each published module resolves on a module path of its own run-time jars, and every class of it links there. */
class ModulePathTest {
    /** Automatic modules that we know of and cannot change: see the decision record on OkHttp. */
    private static final Set<String> AUTOMATIC = Set.of("okio");

    @TestFactory
    Stream<DynamicTest> a_module_resolves_and_its_classes_link() {
        return BuiltModules.all().stream().map(module -> DynamicTest.dynamicTest(module.name(), () -> link(module)));
    }

    private static void link(BuiltModules.BuiltModule module) throws IOException {
        Configuration resolved = resolve(List.of(module));
        assertThat(automaticIn(resolved)).isSubsetOf(AUTOMATIC);
        ModuleLayer layer = ModuleLayer.boot().defineModulesWithOneLoader(resolved, null);
        Module loaded = layer.findModule(module.name()).orElseThrow();
        List<String> failed = new ArrayList<>();
        for (String name : classNames(resolved.findModule(module.name()).orElseThrow())) {
            try {
                Class<?> type = Class.forName(loaded, name);
                // Looks up every type that a signature names.
                assertThat(type.getDeclaredMethods()).as(name).isNotNull();
            } catch (LinkageError e) {
                failed.add(name + ": " + e);
            }
        }
        // The store suite and the assertions link for those who have JUnit and AssertJ, and only for them.
        assertThat(failed).allMatch(line -> line.contains("org/junit/jupiter") || line.contains("org/assertj"));
        if (!module.name().equals("dev.lading.testkit")) {
            assertThat(failed).isEmpty();
        }
    }

    @Test
    void all_of_them_resolve_together() {
        Configuration resolved = resolve(BuiltModules.all());
        assertThat(resolved.modules().stream().map(ResolvedModule::name))
                .containsAll(BuiltModules.all().stream()
                        .map(BuiltModules.BuiltModule::name)
                        .toList());
    }

    private static Configuration resolve(List<BuiltModules.BuiltModule> modules) {
        Path[] path = modules.stream()
                .flatMap(module -> module.runtimePath().stream())
                .distinct()
                .toArray(Path[]::new);
        return ModuleLayer.boot()
                .configuration()
                .resolve(
                        ModuleFinder.of(path),
                        ModuleFinder.of(),
                        modules.stream().map(BuiltModules.BuiltModule::name).collect(Collectors.toSet()));
    }

    private static List<String> automaticIn(Configuration resolved) {
        return resolved.modules().stream()
                .map(one -> one.reference().descriptor())
                .filter(ModuleDescriptor::isAutomatic)
                .map(ModuleDescriptor::name)
                .toList();
    }

    private static List<String> classNames(ResolvedModule module) throws IOException {
        try (ModuleReader reader = module.reference().open();
                Stream<String> files = reader.list()) {
            return files.filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .toList();
        }
    }
}
