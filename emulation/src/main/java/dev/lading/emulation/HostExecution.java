package dev.lading.emulation;

import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Which platforms run on this host, and how: by its processor, by a handler of the kernel, by an emulator on the PATH, or not.
 *
 * <p>Decided from files alone; nothing is started. A snapshot: immutable.
 */
public final class HostExecution {
    private static final Path BINFMT = Path.of("/proc/sys/fs/binfmt_misc");
    // QEMU's names of architectures where they differ from the image specification's (Go's).
    private static final Map<String, String> QEMU_NAMES = Map.of(
            "amd64", "x86_64",
            "386", "i386",
            "arm64", "aarch64",
            "mips64le", "mips64el",
            "mipsle", "mipsel",
            "loong64", "loongarch64");

    private final Platform host;
    private final Path binfmt;
    private final List<Path> searchPath;

    private HostExecution(Platform host, Path binfmt, List<Path> searchPath) {
        this.host = host;
        this.binfmt = binfmt;
        this.searchPath = searchPath;
    }

    /**
     * Looks at this host.
     *
     * @return what runs here
     */
    public static HostExecution detect() {
        List<Path> folders = new ArrayList<>();
        for (String entry :
                Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1)) {
            try {
                Path folder = Path.of(entry);
                if (folder.isAbsolute()) {
                    folders.add(folder);
                }
            } catch (InvalidPathException e) {
                // A PATH entry of another system's form holds no emulator.
            }
        }
        return new HostExecution(
                platformOf(System.getProperty("os.name", ""), System.getProperty("os.arch", "")), BINFMT, folders);
    }

    static HostExecution of(Platform host, Path binfmt, List<Path> searchPath) {
        return new HostExecution(host, binfmt, List.copyOf(searchPath));
    }

    static Platform platformOf(String osName, String osArch) {
        String name = osName.toLowerCase(Locale.ROOT);
        String os = name.startsWith("windows") ? "windows" : name.startsWith("mac") ? "darwin" : name;
        return Platform.of(os, osArch.equals("x86") ? "386" : osArch).normalized();
    }

    /**
     * Returns the platform of this host.
     *
     * @return the platform, normalised
     */
    public Platform host() {
        return host;
    }

    /**
     * Says how programs of a platform run here.
     *
     * @param platform the platform
     * @return how, or why not
     */
    public Execution of(Platform platform) {
        Platform wanted = platform.normalized();
        if (wanted.os().equals(host.os()) && wanted.architecture().equals(host.architecture())) {
            return new Execution.Native();
        }
        if (!wanted.os().equals("linux") || !host.os().equals("linux")) {
            return new Execution.Impossible(
                    "programs for " + platform + " do not run on " + host, "run them on a host with " + wanted.os());
        }
        String qemu = QEMU_NAMES.getOrDefault(wanted.architecture(), wanted.architecture());
        return handler(qemu)
                .or(() -> emulator(qemu))
                .orElseGet(() -> new Execution.Impossible(
                        "this host is " + host + " and has neither a handler nor an emulator for "
                                + wanted.architecture(),
                        "install the package qemu-user-static"));
    }

    private Optional<Execution> handler(String qemu) {
        Path entry = binfmt.resolve("qemu-" + qemu);
        if (!Files.isRegularFile(entry)) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readAllLines(entry, StandardCharsets.UTF_8);
            return lines.contains("enabled")
                    ? lines.stream()
                            .filter(line -> line.startsWith("interpreter "))
                            .map(line -> Path.of(line.substring("interpreter ".length())))
                            .filter(Files::isExecutable)
                            .findFirst()
                            .map(interpreter -> new Execution.Handler("qemu-" + qemu, interpreter))
                    : Optional.empty();
        } catch (IOException e) {
            // An entry that goes away while it is read is no handler.
            return Optional.empty();
        }
    }

    private Optional<Execution> emulator(String qemu) {
        return List.of("qemu-" + qemu + "-static", "qemu-" + qemu).stream()
                .flatMap(name -> searchPath.stream().map(folder -> folder.resolve(name)))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .map(Execution.Emulated::new);
    }

    /** Returns the host's platform for a message. */
    @Override
    public String toString() {
        return "host " + host;
    }
}
