package dev.lading.oci.platform;

import dev.lading.oci.platform.ElfHeader.Linking;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** An ELF file in one sentence. */
final class ElfWords {
    private ElfWords() {}

    static String of(ElfHeader elf) {
        List<String> words = new ArrayList<>();
        if (elf.bits() != 0) {
            words.add(elf.bits() + " bit");
            words.add(elf.bigEndian() ? "big-endian" : "little-endian");
        }
        elf.abi().ifPresent(words::add);
        elf.floatAbi().ifPresent(f -> words.add(f == ElfHeader.FloatAbi.HARD ? "hard float" : "soft float"));
        elf.linking().ifPresent(l -> words.add(linking(l)));
        elf.interpreter().ifPresent(i -> words.add("loader " + Shown.of(i)));
        elf.libc().ifPresent(l -> words.add(l.toString()));
        if (!elf.needed().isEmpty()) {
            words.add("needs " + elf.needed().stream().map(Shown::of).collect(Collectors.joining(" ")));
        }
        if (!elf.runPath().isEmpty()) {
            words.add("looks in " + elf.runPath().stream().map(Shown::of).collect(Collectors.joining(":")));
        }
        if (!elf.properties().isEmpty()) {
            words.add(elf.properties().stream()
                    .map(p -> p.name().replace('_', '-'))
                    .collect(Collectors.joining(" ", "marked ", "")));
        }
        elf.go().ifPresent(go -> words.add("by " + Shown.of(go.version())));
        return "ELF " + what(elf) + " for " + where(elf)
                + (words.isEmpty() ? "" : ": " + String.join(", ", words))
                + Faults.text(elf.faults());
    }

    private static String what(ElfHeader elf) {
        return switch (elf.type()) {
            case EXECUTABLE -> "program";
            case SHARED ->
                elf.linking().equals(Optional.of(Linking.LIBRARY))
                        ? "library"
                        : elf.linking().isPresent() ? "program" : "program or library";
            case RELOCATABLE -> "object file";
            case CORE -> "core dump";
            case OTHER -> "file of unknown type";
        };
    }

    private static String where(ElfHeader elf) {
        return elf.platform()
                .map(Object::toString)
                .orElseGet(() -> ElfMachine.name(elf.machine())
                        .map(name -> name + ", which has no platform")
                        .orElse("the unknown machine " + elf.machine()));
    }

    private static String linking(Linking linking) {
        return switch (linking) {
            case STATIC -> "static";
            case STATIC_PIE -> "static at any address";
            case DYNAMIC -> "dynamic";
            case LIBRARY -> "shared";
        };
    }
}
