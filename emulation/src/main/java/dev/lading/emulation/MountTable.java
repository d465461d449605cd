package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Lines for {@code mount --all}, which makes all mounts of a run in one process, in order. */
final class MountTable {
    /** What a mount that came from outside a user namespace keeps: the kernel refuses a change that would drop it. */
    private static final Set<String> KEPT =
            Set.of("ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime");

    private final List<String> lines = new ArrayList<>();

    MountTable bind(Path source, Path target) {
        return add(source.toString(), target, "none", "rbind");
    }

    /** A bind with more options; those that the source's mount has are kept. */
    MountTable bind(Path source, Path target, List<String> options) {
        List<String> all = new ArrayList<>(List.of("rbind"));
        all.addAll(options);
        Mounts.of(source).stream()
                .flatMap(mount -> mount.options().stream())
                .filter(o -> KEPT.contains(o) && !all.contains(o))
                .forEach(all::add);
        return add(source.toString(), target, "none", String.join(",", all));
    }

    MountTable add(String source, Path target, String type, String options) {
        lines.add(escaped(source) + " " + escaped(target.toString()) + " " + type + " " + escaped(options) + " 0 0");
        return this;
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    void writeTo(Path file) throws IOException {
        Files.write(file, lines, UTF_8);
    }

    /** As fstab(5) has it. */
    private static String escaped(String field) {
        return field.replace("\\", "\\134")
                .replace(" ", "\\040")
                .replace("\t", "\\011")
                .replace("\n", "\\012")
                .replace("#", "\\043");
    }
}
