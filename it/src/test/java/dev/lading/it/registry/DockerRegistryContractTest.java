package dev.lading.it.registry;

import dev.lading.it.peers.DockerRegistry;
import dev.lading.oci.content.ContentStore;
import dev.lading.registry.RegistryClient;
import dev.lading.testkit.ContentStoreContract;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class DockerRegistryContractTest extends ContentStoreContract {
    private static final AtomicInteger REPOSITORIES = new AtomicInteger();
    private static DockerRegistry registry;

    private final RegistryClient client = RegistryClient.anonymous();

    @BeforeAll
    static void start() {
        registry = DockerRegistry.start();
    }

    @AfterAll
    static void stop() {
        if (registry != null) {
            registry.close();
        }
    }

    @Override
    protected ContentStore store() {
        return client.repository(registry.name("contract/r" + REPOSITORIES.incrementAndGet()));
    }

    @Override
    protected Optional<ContentStore> reopen() {
        return Optional.of(client.repository(registry.name("contract/r" + REPOSITORIES.get())));
    }

    /** Distribution 2.8 knows the manifests it takes. */
    @Override
    protected boolean takesUnknownTypes() {
        return false;
    }

    /** Distribution 2.8 computes sha256 alone for a manifest. */
    @Override
    protected boolean namesDocumentsBySha512() {
        return false;
    }

    @AfterEach
    void close() {
        client.close();
    }
}
