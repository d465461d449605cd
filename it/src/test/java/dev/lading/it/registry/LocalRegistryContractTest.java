package dev.lading.it.registry;

import dev.lading.oci.content.ContentStore;
import dev.lading.registry.RegistryClient;
import dev.lading.testkit.ContentStoreContract;
import dev.lading.testkit.LocalRegistry;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

class LocalRegistryContractTest extends ContentStoreContract {
    private final LocalRegistry registry = LocalRegistry.create();
    private final RegistryClient client = RegistryClient.anonymous();

    @Override
    protected ContentStore store() {
        return client.repository(registry.name("team/app"));
    }

    @Override
    protected Optional<ContentStore> reopen() {
        return Optional.of(store());
    }

    @AfterEach
    void close() {
        client.close();
        registry.close();
    }
}
