package dev.lading.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.it.peers.DockerRegistry;
import dev.lading.oci.Descriptor;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.Role;
import dev.lading.oci.layout.OciLayout;
import dev.lading.registry.RegistryClient;
import dev.lading.testkit.LocalRegistry;
import dev.lading.testkit.RecordedRequest;
import dev.lading.testsupport.CuttingProxy;
import dev.lading.testsupport.CuttingProxy.Direction;
import dev.lading.testsupport.CuttingProxy.Ending;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A download that is cut at half goes on by range where it stopped, and is verified to its end. */
@Timeout(120)
class ResumedDownloadTest {
    private static final int SIZE = 32 * 1024 * 1024;
    private static final int ALLOWED_MORE = 64 * 1024;
    /** No answer's head is longer here. */
    private static final int HEAD = 1024;

    private final RegistryClient client = RegistryClient.anonymous();

    @TempDir
    Path temp;

    private Descriptor push(String repository) {
        return client.repository(repository)
                .ingest(MediaType.OCI_LAYER, out -> {
                    Random random = new Random(11);
                    byte[] piece = new byte[64 * 1024];
                    for (int i = 0; i < SIZE / piece.length; i++) {
                        random.nextBytes(piece);
                        out.write(piece);
                    }
                    return true;
                })
                .descriptor();
    }

    /** Pulls into a layout, which keeps only what is verified. */
    private void pull(CuttingProxy proxy, Descriptor blob) {
        try (RegistryClient cut = RegistryClient.anonymous();
                OciLayout layout = OciLayout.open(temp.resolve("layout"))) {
            layout.put(cut.repository("127.0.0.1:" + proxy.port() + "/team/app").blob(blob));
            assertThat(layout.exists(blob, Role.BLOB)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void the_second_request_starts_where_the_first_ended(Ending ending) {
        try (client;
                LocalRegistry registry = LocalRegistry.create();
                CuttingProxy proxy = CuttingProxy.to(registry.port()).cutOnce(Direction.TO_CLIENT, SIZE / 2, ending)) {
            Descriptor blob = push(registry.name("team/app"));
            pull(proxy, blob);
            assertThat(proxy.cuts()).isEqualTo(1);
            List<RecordedRequest> gets = registry.requests().stream()
                    .filter(request -> request.method().equals("GET"))
                    .toList();
            assertThat(gets).hasSize(2);
            RecordedRequest second = gets.stream()
                    .filter(request -> request.status() == 206)
                    .findFirst()
                    .orElseThrow();
            String range = second.header("range").orElseThrow();
            long start = Long.parseLong(range.substring("bytes=".length(), range.length() - 1));
            // What was read at first ends where the second begins, so what the reader got is the size. A reset takes
            // with it what lies in buffers; an orderly end does not.
            assertThat(start).isLessThanOrEqualTo(SIZE / 2);
            if (ending == Ending.FIN) {
                assertThat(start).isGreaterThan(SIZE / 2 - HEAD);
                assertThat(proxy.bytes(Direction.TO_CLIENT)).isLessThan(SIZE + ALLOWED_MORE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void a_download_from_docker_registry_goes_on(Ending ending) {
        try (client;
                DockerRegistry registry = DockerRegistry.start();
                CuttingProxy proxy = CuttingProxy.to(registry.port()).cutOnce(Direction.TO_CLIENT, SIZE / 2, ending)) {
            Descriptor blob = push(registry.name("team/app"));
            pull(proxy, blob);
            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(proxy.connections()).isEqualTo(2);
            if (ending == Ending.FIN) {
                assertThat(proxy.bytes(Direction.TO_CLIENT)).isLessThan(SIZE + ALLOWED_MORE);
            }
        }
    }

    @Test
    void a_download_that_is_cut_every_time_but_moves_comes_to_its_end() {
        try (client;
                LocalRegistry registry = LocalRegistry.create();
                CuttingProxy proxy = CuttingProxy.to(registry.port())
                        .cut(Direction.TO_CLIENT, 4 * 1024 * 1024, Ending.FIN, Integer.MAX_VALUE)) {
            Descriptor blob = push(registry.name("team/app"));
            pull(proxy, blob);
            // More often than the five attempts that a standstill is given.
            assertThat(proxy.cuts()).isBetween(7, 9);
            assertThat(proxy.bytes(Direction.TO_CLIENT)).isLessThan(SIZE + ALLOWED_MORE);
        }
    }
}
