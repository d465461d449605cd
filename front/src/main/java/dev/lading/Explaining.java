package dev.lading;

import dev.lading.emulation.ExecDiagnosis;
import dev.lading.emulation.HostExecution;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.content.Image;
import dev.lading.oci.rootfs.RootFileSystem;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks at an image's command in the image's own root file system. */
final class Explaining {
    private Explaining() {}

    static ExecDiagnosis of(Image image, HostExecution host) {
        ImageConfig config = image.config();
        List<String> argv = new ArrayList<>(config.entrypoint());
        argv.addAll(config.command());
        if (argv.isEmpty()) {
            throw new InvalidInputException("the image " + image
                    + " has neither an entrypoint nor a command, so there is nothing to start. Build it with one.");
        }
        try {
            Path folder = Files.createTempDirectory("lading-explain");
            try {
                Path root = folder.resolve("root");
                RootFileSystem.of(image).unpack(root);
                return ExecDiagnosis.of(
                        root,
                        argv,
                        path(config),
                        config.workingDirectory()
                                .filter(name -> name.startsWith("/"))
                                .orElse("/"),
                        host);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UnavailableException(
                    "the temporary folder cannot be written, so " + image + " cannot be looked into: " + e.getMessage(),
                    e);
        }
    }

    private static String path(ImageConfig config) {
        return config.environment().stream()
                .filter(variable -> variable.startsWith("PATH="))
                .map(variable -> variable.substring("PATH=".length()))
                .findFirst()
                .orElse(ExecDiagnosis.USUAL_PATH);
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            // Before it is listed: a folder of the image may forbid that even to its owner.
            File folder = path.toFile();
            if (!folder.setReadable(true) || !folder.setWritable(true) || !folder.setExecutable(true)) {
                throw new IOException("the folder " + path + " cannot be opened to be emptied");
            }
            try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    delete(child);
                }
            }
        }
        Files.delete(path);
    }
}
