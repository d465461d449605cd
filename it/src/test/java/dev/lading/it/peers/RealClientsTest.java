package dev.lading.it.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.emulation.HostExecution;
import dev.lading.examples.TinyElf;
import dev.lading.oci.Platform;
import dev.lading.oci.layout.OciLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code lading build --push} put into Debian's docker-registry is taken by the clients people have. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the peers are Debian's")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClientsTest {
    private static final Platform HOST = HostExecution.detect().host();

    private final DockerRegistry registry = DockerRegistry.start();
    private final AtomicInteger names = new AtomicInteger();
    private String name = "";
    private String pushed = "";

    @BeforeAll
    void peersAreThere() {
        Peers.requireRoot();
    }

    @AfterAll
    void stop() {
        registry.close();
    }

    @BeforeEach
    void build(@TempDir Path temp) throws IOException {
        name = registry.name("team/app" + names.incrementAndGet());
        Path application = Files.createDirectory(temp.resolve("app"));
        Files.writeString(application.resolve("readme"), "shared by both platforms\n");
        Command built = Command.lading(
                "build",
                "--add",
                application + ":/app/share",
                "--add",
                program(temp, Platform.LINUX_AMD64) + ":/app/run:linux/amd64",
                "--add",
                program(temp, Platform.LINUX_ARM64) + ":/app/run:linux/arm64",
                "--platform",
                "linux/amd64,linux/arm64",
                "--entrypoint",
                "/app/run",
                "-t",
                name + ":1",
                "-t",
                name + ":latest",
                "--push");
        pushed = built.succeeded();
    }

    private static Path program(Path temp, Platform platform) throws IOException {
        Path file = Files.write(temp.resolve(platform.architecture()), TinyElf.program(platform));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void skopeo_sees_both_platforms_and_copies_the_index_with_every_byte(@TempDir Path temp) {
        String skopeo = Peers.require("skopeo").toString();
        String raw = Command.run(skopeo, "inspect", "--raw", "--tls-verify=false", "docker://" + name + ":1")
                .succeeded();
        assertThat(raw).contains("\"amd64\"").contains("\"arm64\"");
        Command.run(
                        skopeo,
                        "copy",
                        "--all",
                        "--src-tls-verify=false",
                        "docker://" + name + ":latest",
                        "oci:" + temp.resolve("layout") + ":1")
                .succeeded();
        try (OciLayout layout = OciLayout.open(temp.resolve("layout"))) {
            String digest = layout.find("1").orElseThrow().digest().toString();
            assertThat(pushed).contains(name + "@" + digest);
            assertThat(layout.resolve("1").image(Platform.LINUX_ARM64).layers()).hasSize(2);
        }
    }

    @Test
    void containerd_pulls_all_platforms_and_runs_the_native_one() {
        try (Containerd containerd = Containerd.start()) {
            containerd
                    .ctr("images", "pull", "--plain-http", "--all-platforms", name + ":1")
                    .succeeded();
            assertThat(containerd.ctr("run", "--rm", name + ":1", "hello").succeeded())
                    .isEqualTo("hello from " + HOST);
        }
    }

    @Test
    void dockerd_pulls_and_runs_it() {
        try (Dockerd dockerd = Dockerd.start()) {
            dockerd.docker("pull", name + ":1").succeeded();
            assertThat(dockerd.docker("run", "--rm", "--network", "none", name + ":1")
                            .succeeded())
                    .isEqualTo("hello from " + HOST);
        }
    }

    @Test
    void a_zstd_layer_of_several_frames_is_read_by_containerd_and_compressed_anew_by_skopeo(@TempDir Path temp)
            throws IOException {
        // A frame holds 8 MiB.
        byte[] large = new byte[20 << 20];
        new Random(1).nextBytes(large);
        Path data = Files.write(temp.resolve("large"), large);
        Command.lading(
                        "build",
                        "--compression",
                        "zstd",
                        "--add",
                        data + ":/large",
                        "--add",
                        program(temp, HOST) + ":/app/run",
                        "--platform",
                        HOST.toString(),
                        "--entrypoint",
                        "/app/run",
                        "-t",
                        name + ":zstd",
                        "--push")
                .succeeded();
        try (Containerd containerd = Containerd.start()) {
            containerd.ctr("images", "pull", "--plain-http", name + ":zstd").succeeded();
            assertThat(containerd.ctr("run", "--rm", name + ":zstd", "hello").succeeded())
                    .isEqualTo("hello from " + HOST);
        }
        Command.run(
                        Peers.require("skopeo").toString(),
                        "copy",
                        "--src-tls-verify=false",
                        "--dest-decompress",
                        "docker://" + name + ":zstd",
                        "dir:" + temp.resolve("plain"))
                .succeeded();
        try (Stream<Path> blobs = Files.list(temp.resolve("plain"))) {
            Path tar = blobs.filter(blob -> blob.toFile().length() > large.length)
                    .findFirst()
                    .orElseThrow();
            assertThat(Arrays.copyOfRange(Files.readAllBytes(tar), 257, 262)).isEqualTo("ustar".getBytes(US_ASCII));
            Path unpacked = Files.createDirectory(temp.resolve("unpacked"));
            Command.run("tar", "-xf", tar.toString(), "-C", unpacked.toString()).succeeded();
            assertThat(unpacked.resolve("large")).hasBinaryContent(large);
        }
    }
}
