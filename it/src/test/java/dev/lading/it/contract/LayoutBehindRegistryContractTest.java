package dev.lading.it.contract;

import dev.lading.oci.content.ContentStore;
import dev.lading.oci.layout.OciLayout;
import dev.lading.registry.RegistryClient;
import dev.lading.testkit.ContentStoreContract;
import dev.lading.testkit.LocalRegistry;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A layout served as a repository and written through the client: three places of the contract in one another. */
class LayoutBehindRegistryContractTest extends ContentStoreContract {
    @TempDir
    Path temp;

    private final LocalRegistry registry = LocalRegistry.create();
    private final RegistryClient client = RegistryClient.anonymous();

    @BeforeEach
    void serve() {
        registry.serve("team/app", OciLayout.open(temp.resolve("layout")));
    }

    @Override
    protected ContentStore store() {
        return client.repository(registry.name("team/app"));
    }

    /** The layout itself. */
    @Override
    protected Optional<ContentStore> reopen() {
        return Optional.of(OciLayout.open(temp.resolve("layout")));
    }

    @AfterEach
    void close() {
        client.close();
        registry.close();
    }
}
