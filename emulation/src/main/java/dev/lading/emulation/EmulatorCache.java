package dev.lading.emulation;

import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.content.Image;
import dev.lading.oci.platform.HostPlatform;
import dev.lading.oci.rootfs.RootFileSystem;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A folder of emulators that were taken out of images which carry them, such as {@code tonistiigi/binfmt}: several versions of
 * QEMU side by side, on a host that has none.
 *
 * <p>An image is read from whatever place it is in, its layers are verified, and it is kept below the digest of its manifest:
 * the second time nothing is read. Whoever may write to the folder may change what runs; it should be the caller's own. Safe
 * for use by many threads and processes.
 */
public final class EmulatorCache {
    private final Path folder;

    private EmulatorCache(Path folder) {
        this.folder = folder;
    }

    /**
     * The cache in a folder.
     *
     * @param folder the folder; made when it is needed
     * @return the cache
     */
    public static EmulatorCache at(Path folder) {
        return new EmulatorCache(folder.toAbsolutePath());
    }

    /**
     * Takes the emulators of an image.
     *
     * @param image an image for this host's platform
     * @return its emulators, by the names of their targets
     * @throws NotFoundException if the image carries no emulator
     * @throws InvalidInputException if its emulators are for another processor than this host's, or its content is malformed
     * @throws UnavailableException if the folder cannot be written
     * @throws CancelledException if the thread is interrupted
     * @throws LadingException of another kind as {@link RootFileSystem#unpack}
     */
    public List<Emulator> take(Image image) {
        Path kept = folder.resolve(image.descriptor().digest().toString().replace(':', '-'));
        if (!Files.isDirectory(kept)) {
            try {
                unpack(image, kept);
            } catch (IOException e) {
                throw LadingException.from("cannot keep the emulators of " + image + " in " + folder, e);
            }
        }
        return kept(image, kept);
    }

    private void unpack(Image image, Path kept) throws IOException {
        Files.createDirectories(folder);
        Path fresh = Files.createTempDirectory(folder, ".new-");
        try {
            Path root = fresh.resolve("root");
            RootFileSystem.of(image).unpack(root);
            Path chosen = Files.createDirectory(fresh.resolve("chosen"));
            for (Path file : emulators(root)) {
                move(file, chosen);
            }
            Files.setPosixFilePermissions(chosen, PosixFilePermissions.fromString("rwxr-xr-x"));
            try {
                Files.move(chosen, kept, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (!Files.isDirectory(kept)) {
                    throw e;
                }
                // Somebody else was faster with the same.
            }
        } finally {
            RunFolder.delete(fresh);
        }
    }

    /** The files whose names say that they are emulators; links to them lead to files that have such names too. */
    private static List<Path> emulators(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                boolean named =
                        Emulator.targetOf(String.valueOf(file.getFileName())).isPresent();
                if (named && attributes.isRegularFile()) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(Comparator.naturalOrder());
        return found;
    }

    private static void move(Path file, Path chosen) throws IOException {
        QemuTarget target =
                Emulator.targetOf(String.valueOf(file.getFileName())).orElseThrow();
        Path to = chosen.resolve("qemu-" + target.name());
        if (Files.notExists(to)) {
            Files.move(file, to);
            Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static List<Emulator> kept(Image image, Path kept) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(kept, "qemu-*")) {
            all.forEach(files::add);
        } catch (IOException e) {
            throw new UnavailableException("the emulators kept in " + kept + " cannot be listed: " + e, e);
        }
        if (files.isEmpty()) {
            throw new NotFoundException(
                    "the image " + image
                            + " carries no emulator: no file of it is named qemu-ARCHITECTURE. Take one that does, such as tonistiigi/binfmt.");
        }
        files.sort(Comparator.naturalOrder());
        List<Emulator> emulators = new ArrayList<>();
        for (Path file : files) {
            Emulator emulator = Emulator.of(file);
            refuseForeign(image, emulator);
            emulators.add(emulator);
        }
        return emulators;
    }

    private static void refuseForeign(Image image, Emulator emulator) {
        String host = HostPlatform.detect().platform().architecture();
        Optional<String> other = emulator.runsOn().filter(architecture -> !architecture.equals(host));
        if (other.isPresent()) {
            throw new InvalidInputException("the emulators in " + image + " run on " + other.get()
                    + ", and this host is " + host + ". Take the image for linux/" + host + ".");
        }
    }

    /** Returns the folder for a message. */
    @Override
    public String toString() {
        return "emulators in " + folder;
    }
}
