package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.platform.ElfHeader;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for the libraries of a program where its loader will: in its own run path, the configured folders and the usual ones
 * (ld.so(8)). Libraries of libraries, caches and the environment are left to the loader.
 */
final class Libraries {
    private static final List<String> FOLDERS =
            List.of("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/lib32", "/usr/lib32");
    private static final int MAX_CONFIGURATION_BYTES = 64 * 1024;

    private final RootPaths paths;

    Libraries(RootPaths paths) {
        this.paths = paths;
    }

    /**
     * Says what a program will not find.
     *
     * @param elf the program
     * @param file its path without links
     * @return a note if something is missing
     */
    List<ExecNote> missing(ElfHeader elf, String file) {
        if (elf.interpreter().isEmpty() || elf.needed().isEmpty()) {
            return List.of();
        }
        Set<String> folders = folders(elf, file);
        List<String> missing = elf.needed().stream()
                .filter(name ->
                        name.contains("/") ? !there(name) : folders.stream().noneMatch(f -> there(f + "/" + name)))
                .toList();
        return missing.isEmpty()
                ? List.of()
                : List.of(new ExecNote(
                        ExecNote.Kind.LIBRARY_MISSING,
                        file + " needs " + String.join(", ", missing)
                                + ", which is in none of the folders that its loader looks in",
                        "install the library in the image, or set LD_LIBRARY_PATH"));
    }

    private boolean there(String path) {
        return paths.follow(path, "/").found();
    }

    private Set<String> folders(ElfHeader elf, String file) {
        String origin = file.substring(0, Math.max(1, file.lastIndexOf('/')));
        Set<String> folders = new LinkedHashSet<>();
        elf.runPath()
                .forEach(entry -> folders.add(entry.replace("$ORIGIN", origin).replace("${ORIGIN}", origin)));
        for (String name : List.of("/etc/ld.so.conf", "/etc/ld-musl-x86_64.path", "/etc/ld-musl-aarch64.path")) {
            folders.addAll(configured(name));
        }
        for (String folder : list("/etc/ld.so.conf.d")) {
            folders.addAll(configured(folder));
        }
        for (String folder : FOLDERS) {
            folders.add(folder);
            // Debian's folders of an architecture, and those for a processor's level below them.
            list(folder).stream().filter(name -> name.contains("-linux-")).forEach(folders::add);
        }
        return folders;
    }

    /** The folders that a file names line by line; what it includes is a folder that is read anyway. */
    private List<String> configured(String name) {
        RootPaths.Place place = paths.follow(name, "/");
        try {
            if (!place.found()
                    || !Files.isRegularFile(place.host())
                    || Files.size(place.host()) > MAX_CONFIGURATION_BYTES) {
                return List.of();
            }
            return Files.readAllLines(place.host(), UTF_8).stream()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> line.startsWith("/"))
                    .toList();
        } catch (IOException e) {
            // What cannot be read here tells nothing.
            return List.of();
        }
    }

    private List<String> list(String folder) {
        RootPaths.Place place = paths.follow(folder, "/");
        List<String> names = new ArrayList<>();
        if (place.found() && Files.isDirectory(place.host())) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(place.host())) {
                files.forEach(file -> names.add(folder + "/" + file.getFileName()));
            } catch (IOException | DirectoryIteratorException e) {
                return List.of();
            }
        }
        return names;
    }
}
