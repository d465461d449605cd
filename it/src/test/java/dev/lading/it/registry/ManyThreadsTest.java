package dev.lading.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.MemoryStore;
import dev.lading.registry.RegistryClient;
import dev.lading.registry.Repository;
import dev.lading.testkit.LocalRegistry;
import dev.lading.testkit.TestImages;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ManyThreadsTest {
    private static final int THREADS = 64;

    @Test
    void one_client_serves_64_threads_with_the_right_bytes() throws InterruptedException {
        ContentGraph image = TestImages.index(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        try (LocalRegistry registry = LocalRegistry.create();
                RegistryClient client = RegistryClient.anonymous()) {
            Repository shared = client.repository(registry.name("team/app"));
            GraphCopy.from(image).to(shared, "1");
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int number = i;
                threads.add(new Thread(() -> {
                    try {
                        work(shared, client.repository(registry.name("team/own" + number)), image, number);
                    } catch (RuntimeException | Error e) {
                        failures.add(e);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            assertThat(registry.openUploads()).isZero();
        }
    }

    private static void work(Repository shared, Repository own, ContentGraph image, int number) {
        byte[] bytes = new byte[10_000 + number];
        new Random(number).nextBytes(bytes);
        Descriptor ingested = shared.ingest(MediaType.OCI_LAYER, out -> {
                    out.write(bytes);
                    return true;
                })
                .descriptor();
        assertThat(ingested.digest()).isEqualTo(Digest.of(bytes));
        assertThat(shared.bytes(ingested)).isEqualTo(bytes);
        GraphCopy.from(shared.resolve("1")).threads(2).to(own, "mine");
        MemoryStore back = MemoryStore.create();
        GraphCopy.from(own.resolve("mine")).threads(2).to(back, "1");
        assertThat(back.find("1"))
                .map(Descriptor::digest)
                .contains(image.descriptor().digest());
    }
}
