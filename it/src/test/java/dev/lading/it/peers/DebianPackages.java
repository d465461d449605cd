package dev.lading.it.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's packages of any architecture, fetched by the host's apt-get with lists and caches of our own, so that nothing of the
 * host is touched, and unpacked. They are kept in {@code .lading/debian} of the checkout: a second run fetches nothing.
 */
public final class DebianPackages {
    private static final String KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private static final String USUAL_MIRROR = "http://deb.debian.org/debian/";

    private DebianPackages() {}

    /**
     * Returns a package of the release that has the architecture: Debian 12 where it can be, 13 for riscv64, the unstable one
     * for loong64.
     *
     * @param architecture Debian's name of the architecture, such as {@code armhf}
     * @param name the package's name
     * @return the folder it was unpacked into; it is shared, so nothing in it may be changed
     */
    public static Path unpacked(String architecture, String name) {
        return unpacked(release(architecture), architecture, name);
    }

    private static String release(String architecture) {
        return switch (architecture) {
            case "riscv64" -> "trixie";
            case "loong64" -> "sid";
            default -> "bookworm";
        };
    }

    /**
     * Returns a package of a release. Without apt-get or network the test is skipped, or fails where LADING_REQUIRE_PEERS is
     * 1.
     *
     * @param release the release's name, such as {@code trixie}
     * @param architecture Debian's name of the architecture
     * @param name the package's name
     * @return the folder it was unpacked into; it is shared, so nothing in it may be changed
     */
    public static synchronized Path unpacked(String release, String architecture, String name) {
        try {
            Path home =
                    Files.createDirectories(checkout().resolve(".lading/debian").resolve(release + "-" + architecture));
            Path unpacked = home.resolve(name);
            if (Files.isDirectory(unpacked)) {
                return unpacked;
            }
            // Several builds may share a checkout.
            try (FileChannel file = FileChannel.open(
                            home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.lock()) {
                assertThat(lock.isValid()).isTrue();
                if (!Files.isDirectory(unpacked)) {
                    fetch(home, release, architecture, name, unpacked);
                }
            }
            return unpacked;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void fetch(Path home, String release, String architecture, String name, Path unpacked)
            throws IOException {
        Path apt = Peers.require("apt-get");
        Path dpkg = Peers.require("dpkg-deb");
        Path downloads = home.resolve("new");
        deleteTree(downloads);
        Files.createDirectories(downloads);
        // Downloads go to the working directory.
        List<String> words = new ArrayList<>(
                List.of(Peers.require("env").toString(), "-C", downloads.toString(), apt.toString(), "-qq"));
        words.addAll(options(home, release, architecture));
        if (!Files.exists(home.resolve("listed"))) {
            network(Command.run(with(words, "update")));
            Files.createFile(home.resolve("listed"));
        }
        network(Command.run(with(words, "download", name)));
        Path fresh = home.resolve(name + ".new");
        deleteTree(fresh);
        Command.run(dpkg.toString(), "-x", only(downloads, ".deb").toString(), fresh.toString())
                .succeeded();
        Files.move(fresh, unpacked);
        deleteTree(downloads);
    }

    private static List<String> options(Path home, String release, String architecture) throws IOException {
        Files.createDirectories(home.resolve("state/lists/partial"));
        Files.createDirectories(home.resolve("cache/archives/partial"));
        Path status = Files.write(home.resolve("status"), new byte[0]);
        Path sources = Files.writeString(
                home.resolve("sources.list"),
                "deb [signed-by=" + KEYRING + "] " + mirror() + " " + release + " main\n");
        List<String> options = new ArrayList<>();
        for (String option : List.of(
                "Dir::State=" + home.resolve("state"),
                "Dir::State::status=" + status,
                "Dir::Cache=" + home.resolve("cache"),
                "Dir::Etc::SourceList=" + sources,
                "Dir::Etc::SourceParts=/dev/null",
                "APT::Architecture=" + architecture,
                "APT::Architectures=" + architecture,
                // apt's own user may not write here.
                "APT::Sandbox::User=root",
                "Acquire::Languages=none",
                "Acquire::GzipIndexes=true",
                "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false")) {
            options.add("-o");
            options.add(option);
        }
        return options;
    }

    /**
     * The mirror that this host takes Debian from, if it is one.
     *
     * @return its address, or the usual one's
     */
    public static String mirror() {
        String sites = Command.run(
                        Peers.require("apt-get").toString(),
                        "indextargets",
                        "--format",
                        "$(REPO_URI)",
                        "Created-By: Packages")
                .out();
        return sites.lines()
                .filter(uri -> uri.startsWith("http") && uri.matches(".*/debian/?"))
                .findFirst()
                .orElse(USUAL_MIRROR);
    }

    private static void network(Command command) {
        if (command.exitCode() != 0) {
            String message = "SKIPPED: Debian's packages are not to be had here: "
                    + command.err().lines().findFirst().orElse("apt-get failed");
            if ("1".equals(System.getenv("LADING_REQUIRE_PEERS"))) {
                throw new AssertionError(message + "\n" + command.err());
            }
            Assumptions.abort(message);
        }
    }

    private static String[] with(List<String> words, String... more) {
        return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
    }

    private static Path only(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Optional<Path> found =
                    files.filter(file -> file.toString().endsWith(suffix)).findFirst();
            return found.orElseThrow(() -> new AssertionError("no " + suffix + " in " + folder));
        }
    }

    private static Path checkout() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(folder.resolve("ARCHITECTURE.md"))) {
            folder = Optional.ofNullable(folder.getParent())
                    .orElseThrow(() -> new AssertionError("this is no checkout of Lading"));
        }
        return folder;
    }

    private static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
