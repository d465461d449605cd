package dev.lading.it.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.it.peers.Command;
import dev.lading.it.peers.DockerRegistry;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.Role;
import dev.lading.oci.layout.OciLayout;
import dev.lading.testsupport.CuttingProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A layer whose digest nobody knows before goes from its recipe straight into a place, in a virtual machine with a heap of 64
 * MiB, and survives a wire that breaks once.
 */
class StreamedLayerTest {
    private static final long GIBIBYTE = 1L << 30;
    private static final long SMALLER = 64L << 20;

    @TempDir
    Path temp;

    /** What {@link WriteLayer} prints. */
    private record Written(Digest blob, Digest diffId, int runs) {
        static Written by(String place, String name, String compression, long size) {
            Command run = Command.run(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    WriteLayer.class.getName(),
                    place,
                    name,
                    compression,
                    String.valueOf(size));
            List<String> words = List.of(run.succeeded().split(" "));
            assertThat(words).as(run.err()).hasSize(3);
            return new Written(Digest.parse(words.get(0)), Digest.parse(words.get(1)), Integer.parseInt(words.get(2)));
        }
    }

    private Written intoLayout(String compression, long size) throws IOException {
        Path folder = temp.resolve("layout-" + compression + "-" + size);
        Written written = Written.by("layout", folder.toString(), compression, size);
        assertThat(written.runs()).isEqualTo(1);
        try (OciLayout layout = OciLayout.open(folder);
                Stream<Path> files = Files.list(folder)) {
            Path blob = folder.resolve("blobs/sha256").resolve(written.blob().hex());
            assertThat(layout.exists(Descriptor.of(MediaType.OCI_LAYER, written.blob(), Files.size(blob)), Role.BLOB))
                    .isTrue();
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("blobs", "index.json", "index.json.lock", "oci-layout");
        }
        return written;
    }

    private Written intoRegistryCutOnce(String compression, long size, long afterBytes, CuttingProxy.Ending ending) {
        try (DockerRegistry registry = DockerRegistry.start();
                CuttingProxy proxy = CuttingProxy.to(registry.port())
                        .cutOnce(CuttingProxy.Direction.TO_TARGET, afterBytes, ending)) {
            Written written = Written.by("registry", "127.0.0.1:" + proxy.port() + "/team/large", compression, size);
            assertThat(proxy.cuts()).isEqualTo(1);
            return written;
        }
    }

    @ParameterizedTest
    @EnumSource(CuttingProxy.Ending.class)
    void a_gibibyte_goes_into_a_registry_though_the_wire_is_cut_once(CuttingProxy.Ending ending) throws IOException {
        Written there = intoRegistryCutOnce("none", GIBIBYTE, GIBIBYTE / 3, ending);
        assertThat(there.runs()).isEqualTo(2);
        assertThat(there.diffId()).isEqualTo(there.blob());
        assertThat(there.blob()).isEqualTo(intoLayout("none", GIBIBYTE).blob());
    }

    @ParameterizedTest
    @EnumSource(CuttingProxy.Ending.class)
    void a_compressed_layer_does_so_too(CuttingProxy.Ending ending) throws IOException {
        Written there = intoRegistryCutOnce("gzip", SMALLER, SMALLER / 8, ending);
        assertThat(there.runs()).isEqualTo(2);
        Written here = intoLayout("gzip", SMALLER);
        assertThat(there.blob()).isEqualTo(here.blob());
        assertThat(there.diffId()).isEqualTo(here.diffId()).isNotEqualTo(here.blob());
    }

    @Test
    void four_threads_of_zstd_need_no_more_memory() throws IOException {
        Written zstd = intoLayout("zstd", SMALLER * 4);
        assertThat(zstd.diffId()).isEqualTo(intoLayout("none", SMALLER * 4).diffId());
    }

    @Test
    void without_a_cut_the_recipe_runs_once() {
        try (DockerRegistry registry = DockerRegistry.start()) {
            Written written = Written.by("registry", registry.name("team/large"), "gzip", SMALLER);
            assertThat(written.runs()).isEqualTo(1);
        }
    }
}
