package dev.lading.it.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class OkHttpRoomTest {
    @Test
    void only_one_room_knows_okhttp() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.lading.registry.internal.http")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("okhttp3..", "okio..", "kotlin..")
                .check(new ClassFileImporter().importPackages("dev.lading"));
    }
}
