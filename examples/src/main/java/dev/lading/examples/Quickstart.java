package dev.lading.examples;

import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;

import dev.lading.Inspection;
import dev.lading.emulation.Execution;
import dev.lading.emulation.HostExecution;
import dev.lading.oci.LadingException;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.Image;
import dev.lading.oci.platform.ExecutableHeader;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.registry.RegistryClient;
import dev.lading.testkit.LocalRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What {@code ./quickstart} runs: the main job against a registry in this process, and then a look at what it made, all read
 * back from the registry.
 */
public final class Quickstart {
    private static final List<Platform> PLATFORMS = List.of(LINUX_AMD64, LINUX_ARM64);
    private static final String REPOSITORY = "demo/hello";
    private static final int PATIENCE_SECONDS = 20;

    private final Path project;
    private final Path work;
    private boolean wellDone = true;

    private Quickstart(Path project) {
        this.project = project;
        this.work = project.resolve(".lading/quickstart");
    }

    /**
     * Runs the quickstart; ends with 0 if all went well, else 1.
     *
     * @param words the project's folder
     * @throws IOException if files cannot be read or written
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] words) throws IOException, InterruptedException {
        Quickstart quickstart = new Quickstart(Path.of(words.length > 0 ? words[0] : "."));
        try {
            quickstart.run();
        } catch (LadingException e) {
            quickstart.wellDone = false;
            System.err.println("quickstart: " + e.getMessage());
        }
        System.exit(quickstart.wellDone ? 0 : 1);
    }

    private void run() throws IOException, InterruptedException {
        deleteTree(work);
        Path bin = writePrograms();
        try (LocalRegistry registry = LocalRegistry.create();
                RegistryClient registries = RegistryClient.anonymous()) {
            String name = registry.name(REPOSITORY);
            MainJob.main(name, project.resolve("examples/app").toString(), bin.toString());
            say("");
            say("Read back from the registry, " + name + ":1.0:");
            ContentGraph graph = registries.resolve(name + ":1.0");
            System.out.print(Inspection.of(graph).table());
            check(
                    registries.resolve(name + ":latest").descriptor().equals(graph.descriptor()),
                    "the tags 1.0 and latest name the same index");
            say("");
            for (Platform platform : PLATFORMS) {
                show(graph.image(platform), platform);
            }
        }
        quote();
    }

    /** One tiny program a platform, written instruction by instruction. */
    private Path writePrograms() throws IOException {
        Path bin = work.resolve("bin");
        for (Platform platform : PLATFORMS) {
            Path folder = Files.createDirectories(bin.resolve(platform.architecture()));
            Path program = Files.write(folder.resolve("hello"), TinyElf.program(platform));
            if (!program.toFile().setExecutable(true, false)) {
                throw new IOException("cannot make " + program + " executable");
            }
        }
        return bin;
    }

    private void show(Image image, Platform platform) throws IOException, InterruptedException {
        Path root = work.resolve("root-" + platform.architecture());
        RootFileSystem.of(image).unpack(root);
        Path program = root.resolve(image.config().entrypoint().get(0).substring(1));
        ExecutableHeader header;
        try (InputStream in = Files.newInputStream(program)) {
            header = ExecutableHeader.of(in.readNBytes(ExecutableHeader.BYTES));
        }
        check(
                header.platform().filter(platform::equals).isPresent(),
                platform + ": /app/bin/hello in its image is a program for "
                        + header.platform().map(Platform::toString).orElse("an unknown machine"));
        HostExecution host = HostExecution.detect();
        Execution how = host.of(platform);
        if (how instanceof Execution.Native || how instanceof Execution.Compatible) {
            start(platform, "on this host's own processor", List.of(program.toString()));
        } else if (how instanceof Execution.Handler handler) {
            start(platform, "by the kernel's handler " + handler.handler().name(), List.of(program.toString()));
        } else if (how instanceof Execution.Emulated emulated) {
            start(
                    platform,
                    "by " + emulated.emulator().path().getFileName(),
                    List.of(emulated.emulator().toString(), program.toString()));
        } else if (how instanceof Execution.Impossible impossible) {
            say("   not run: " + impossible.reason() + "; to change that, " + impossible.remedy());
        }
    }

    private void start(Platform platform, String how, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readNBytes(10_000), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        check(output.equals("hello from " + platform) && process.waitFor() == 0, "run " + how + ", it says: " + output);
    }

    /** Prints the lines that did it, from their source: so they cannot drift. */
    private void quote() throws IOException {
        List<String> source = Files.readAllLines(
                project.resolve("examples/src/main/java/dev/lading/examples/MainJob.java"), StandardCharsets.UTF_8);
        int begin = indexOf(source, "// begin");
        int end = indexOf(source, "// end");
        say("");
        say("The lines of Java that built and pushed it (examples/src/main/java/dev/lading/examples/MainJob.java):");
        say("");
        source.subList(begin + 1, end).forEach(line -> say(line.isBlank() ? "" : "    " + line.substring(8)));
    }

    private static int indexOf(List<String> source, String marker) throws IOException {
        for (int i = 0; i < source.size(); i++) {
            if (source.get(i).strip().equals(marker)) {
                return i;
            }
        }
        throw new IOException("there is no line «" + marker + "» in MainJob.java");
    }

    private void check(boolean holds, String what) {
        wellDone &= holds;
        say((holds ? "ok " : "NOT OK ") + what);
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
